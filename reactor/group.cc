#include "reactor/group.h"

#include <algorithm>
#include <csignal>
#include <future>
#include <utility>

namespace sluice {

absl::StatusOr<std::unique_ptr<Group>> Group::Start(const GroupOptions& options, SetUp set_up) {
  const int threads = options.threads > 0
                          ? options.threads
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::unique_ptr<Group> group(new Group);
  for (int index = 0; index < threads; ++index) {
    Loop* const first = index == 0 ? nullptr : &group->loop(0);
    Member& member = *group->members_.emplace_back(std::make_unique<Member>());
    std::promise<absl::Status> ready;
    std::future<absl::Status> outcome = ready.get_future();
    member.thread =
        std::thread([&member, &options, &set_up, index, first, ready = std::move(ready)]() mutable {
          // On this thread, which is the one that io_uring will accept submissions from.
          absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(options.loop);
          absl::Status status = loop.status();
          if (status.ok()) {
            member.loop = *std::move(loop);
            status = set_up(*member.loop, index);
          }
          const bool run = status.ok();
          // The first loop hears the signals, so it stays until the others have stopped.
          if (run && first != nullptr) first->Post([first] { ++first->held_open_; });
          ready.set_value(std::move(status));  // `options` and `set_up` may be gone from here on
          if (run) {
            member.loop->Run();
            if (first != nullptr) first->Post([first] { --first->held_open_; });
          } else {
            member.loop.reset();
          }
        });
    absl::Status status = outcome.get();
    if (status.ok()) continue;
    member.thread.join();
    group->members_.pop_back();
    return status;  // the destructor stops the loops that run
  }
  return group;
}

Group::~Group() {
  Stop(Duration(0));
  Join();
}

void Group::Stop(Duration drain) {
  for (const auto& member : members_) {
    Loop* loop = member->loop.get();
    loop->Post([loop, drain] { loop->Stop(drain); });
  }
}

void Group::StopOnSignals(Duration drain) {
  std::promise<void> promise;
  const std::future<void> installed = promise.get_future();
  // Where the loop has stopped already the promise goes unkept, which ends the wait as well.
  loop(0).Post([this, drain, promise = std::move(promise)]() mutable {
    for (const int signal : {SIGINT, SIGTERM}) {
      loop(0).OnSignal(signal, [this, drain] { Stop(drain); });
    }
    promise.set_value();
  });
  installed.wait();
}

void Group::Join() {
  for (const auto& member : members_) {
    if (member->thread.joinable()) member->thread.join();
  }
}

}  // namespace sluice
