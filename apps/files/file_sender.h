// The end of a transfer that sends: offers the file, looks whether what the other end has of it is
// its beginning, and streams the rest, piece by piece as the other end takes it.
#ifndef SLUICE_APPS_FILES_FILE_SENDER_H_
#define SLUICE_APPS_FILES_FILE_SENDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "apps/files/channel.h"
#include "protocols/file_root.h"
#include "reactor/base/shared_file.h"

namespace sluice::files {

class FileSender {
 public:
  // Read, hashed and handed to sendfile(2) at a time: what a loop spends on one connection before
  // it comes to the others. At most Backend::kSendFileBytesMax.
  static constexpr size_t kPieceBytes = 512 << 10;
  // A file of this size or less has its hash in the offer; of a larger one it is known only when
  // all of it was read, and reading it twice would cost more than it tells.
  static constexpr uint64_t kHashAheadBytesMax = 64 << 10;

  FileSender(Channel& channel, SharedFile file, const FileStatus& status, HashKind kind);

  // Fills in what an offer (kPut, kFile) says of it. An error where it cannot be read.
  FileError Offer(Frame& frame);
  // The other end's kHave: answers kBegin when its part was looked at.
  void Take(Connection& connection, const Frame& have);
  // Sends on, where there is room. Call it from OnDrain.
  void Pump(Connection& connection);

  uint64_t size() const { return status_.size; }
  uint64_t sent() const { return offset_; }  // handed over, what was there before included
  uint64_t resumed_at() const { return resumed_at_; }
  bool done() const { return done_; }  // kDone is sent

 private:
  struct Check;
  void Begin(Connection& connection, uint64_t offset, FileHash hash);
  bool SendPiece(Connection& connection);
  bool unchanged() const;

  Channel& channel_;
  SharedFile file_;
  const FileStatus status_;
  const HashKind kind_;
  std::optional<FileHash> hash_;  // of the first offset_ bytes, while it is streamed
  uint64_t offset_ = 0;
  uint64_t resumed_at_ = 0;
  bool taken_ = false;
  bool done_ = false;
};

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_FILE_SENDER_H_
