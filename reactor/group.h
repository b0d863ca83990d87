// One loop a thread, nothing shared: each has its own backend, listeners (SO_REUSEPORT, so that the
// kernel spreads connections) and connections.
//
//   auto group = sluice::Group::Start(options, [](sluice::Loop& loop, int index) -> absl::Status {
//     return loop.Listen<Echo>("0.0.0.0:9999", {.reuse_port = true}).status();
//   }).value();
//   group->Join();
#ifndef SLUICE_REACTOR_GROUP_H_
#define SLUICE_REACTOR_GROUP_H_

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/loop.h"

namespace sluice {

struct GroupOptions {
  int threads = 0;  // 0: one for each core this process may use
  LoopOptions loop{};
};

class Group {
 public:
  // Runs on each loop's own thread, one thread after the other, index from 0: what a loop set up is
  // known to the next. Not OK: the group does not start.
  using SetUp = std::function<absl::Status(Loop& loop, int index)>;

  // Returns when every loop is set up and running, or none is. The error is the first of SetUp.
  static absl::StatusOr<std::unique_ptr<Group>> Start(const GroupOptions& options, SetUp set_up);

  // Stops at once and joins, where Stop and Join have not.
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  int size() const { return static_cast<int>(members_.size()); }
  // For Post; every other call belongs to the loop's own thread. Valid until Join returns.
  Loop& loop(int index) { return *members_[index]->loop; }

  // Drains every loop, as Loop::Stop. Thread-safe. A second call stops at once.
  void Stop(Duration drain = Loop::kDefaultDrain);
  // SIGINT and SIGTERM: the first drains, the second stops at once. Not from a loop's own thread.
  void StopOnSignals(Duration drain = Loop::kDefaultDrain);
  // Waits until every loop has stopped.
  void Join();

 private:
  struct Member {
    std::unique_ptr<Loop> loop;  // made and run on `thread`; destroyed with the group
    std::thread thread;
  };

  Group() = default;

  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_GROUP_H_
