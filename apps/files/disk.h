// Work for the disk that may take long, away from a loop: making a file safe (fsync), hashing what
// is there already, listing a directory. It runs on a thread of its own, slice by slice in turn
// with everybody else's.
//
// What stays on the loop is bounded: to open and to look up one name; to read, hash and hand over
// one piece of a file (FileSender::kPieceBytes); to write what one turn received
// (ConnectionLimits:: turn_bytes). Each lasts as long as the disk takes for so many bytes. The
// kernel holds a writer back for 200 ms at most at a time, where the disk is behind
// (balance_dirty_pages).
#ifndef SLUICE_APPS_FILES_DISK_H_
#define SLUICE_APPS_FILES_DISK_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "reactor/group.h"
#include "reactor/loop.h"

namespace sluice::files {

// The thread: a loop that only runs what is posted to it. Outlives the loops it works for.
class DiskThread {
 public:
  static absl::StatusOr<std::unique_ptr<DiskThread>> Start();
  Loop& loop() { return group_->loop(0); }

 private:
  std::unique_ptr<Group> group_;
};

// One loop's way to it; made and destroyed on that loop's thread, before the loop.
class Disk {
 public:
  // `thread` may be nullptr: slices then run on the loop itself, as on a simulated network.
  Disk(Loop& loop, DiskThread* thread);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // Calls `slice` on the disk's thread until it returns true, then `done` on the loop's. A slice
  // should be over in some milliseconds, where it can. What they capture must live without the
  // caller: he may be gone. Once the loop is gone `done` is not called.
  void Run(absl::AnyInvocable<bool()> slice, absl::AnyInvocable<void()> done);

 private:
  struct WayBack;
  struct Job;
  static void RunSlice(std::shared_ptr<Job> job);

  std::shared_ptr<WayBack> way_back_;
  Loop& worker_;
};

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_DISK_H_
