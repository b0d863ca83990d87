// What every loop of the server counts, asked for from any of them.
#ifndef SLUICE_APPS_HTTPD_LOOP_WATCH_H_
#define SLUICE_APPS_HTTPD_LOOP_WATCH_H_

#include <mutex>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "protocols/http1_server.h"
#include "reactor/loop.h"

namespace sluice::httpd {

struct LoopCounts {
  LoopStats loop;
  Http1Counters http;
};

// Loops are added while they are set up and outlive every Gather. Thread-safe.
class LoopWatch {
 public:
  // `http` belongs to the loop's thread and lives as long as the loop.
  void Add(Loop& loop, const Http1Counters& http);

  // Calls `done` on `home`'s thread with the counts of all loops, in the order they were added;
  // never, where one of them stops first.
  using Done = absl::AnyInvocable<void(const std::vector<LoopCounts>&)>;
  void Gather(Loop& home, Done done);

 private:
  struct Watched {
    Loop* loop;
    const Http1Counters* http;
  };
  std::mutex mutex_;
  std::vector<Watched> watched_;
};

}  // namespace sluice::httpd

#endif  // SLUICE_APPS_HTTPD_LOOP_WATCH_H_
