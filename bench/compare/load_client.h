// Closed-loop load on one echo server, straight on epoll so that it costs little. Every byte is
// counted; contents are compared, of long messages at their ends.
#ifndef SLUICE_BENCH_COMPARE_LOAD_CLIENT_H_
#define SLUICE_BENCH_COMPARE_LOAD_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/compare/slice.h"
#include "bench/compare/workload.h"

namespace sluice::compare {

class LoadClient {
 public:
  virtual ~LoadClient() = default;

  // Loads the server for `duration` at least one message long, then waits for what is under way:
  // the server is idle before and after. Fills in everything but the server's CPU time.
  virtual absl::StatusOr<Slice> Run(Duration duration) = 0;

  // A burst: sends `bytes` on each connection and reads nothing, until the server has stood still
  // for a while. Drain then reads all that comes back. Standing connections only.
  virtual absl::Status Pour(size_t bytes);
  virtual absl::Status Drain();

  // Connects to 127.0.0.1:PORT.
  static absl::StatusOr<std::unique_ptr<LoadClient>> Open(const Workload& workload, uint16_t port);

 protected:
  // Longest time without any answer.
  static constexpr int kPatienceMs = 5000;
  static constexpr int kDatagramPatienceMs = 100;
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_LOAD_CLIENT_H_
