#include "apps/files/disk.h"

#include <mutex>
#include <utility>

namespace sluice::files {

absl::StatusOr<std::unique_ptr<DiskThread>> DiskThread::Start() {
  GroupOptions options;
  options.threads = 1;
  options.loop.backend.kind = BackendKind::kEpoll;  // has no sockets: only sleeps and wakes up
  absl::StatusOr<std::unique_ptr<Group>> group =
      Group::Start(options, [](Loop&, int) { return absl::OkStatus(); });
  if (!group.ok()) return group.status();
  auto thread = std::make_unique<DiskThread>();
  thread->group_ = *std::move(group);
  return thread;
}

// A job may end when the loop that asked for it has gone.
struct Disk::WayBack {
  std::mutex mutex;
  Loop* loop;
};

struct Disk::Job {
  absl::AnyInvocable<bool()> slice;
  absl::AnyInvocable<void()> done;
  std::shared_ptr<WayBack> way_back;
  Loop& worker;
};

Disk::Disk(Loop& loop, DiskThread* thread)
    : way_back_(std::make_shared<WayBack>()), worker_(thread == nullptr ? loop : thread->loop()) {
  way_back_->loop = &loop;
}

Disk::~Disk() {
  const std::lock_guard lock(way_back_->mutex);
  way_back_->loop = nullptr;
}

void Disk::Run(absl::AnyInvocable<bool()> slice, absl::AnyInvocable<void()> done) {
  RunSlice(std::make_shared<Job>(Job{std::move(slice), std::move(done), way_back_, worker_}));
}

// Behind what others have posted since.
void Disk::RunSlice(std::shared_ptr<Job> job) {
  Loop& worker = job->worker;
  worker.Post([job = std::move(job)]() mutable {
    if (!job->slice()) return RunSlice(std::move(job));
    const std::shared_ptr<WayBack> way_back = job->way_back;
    const std::lock_guard lock(way_back->mutex);
    if (way_back->loop == nullptr) return;
    way_back->loop->Post([job = std::move(job)] { job->done(); });
  });
}

}  // namespace sluice::files
