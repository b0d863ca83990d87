#include "apps/files/file_sender.h"

#include <fcntl.h>

#include <algorithm>
#include <string>
#include <utility>

#include "reactor/backend/backend.h"

namespace sluice::files {

static_assert(FileSender::kPieceBytes <= Backend::kSendFileBytesMax);

FileSender::FileSender(Channel& channel, SharedFile file, const FileStatus& status, HashKind kind)
    : channel_(channel), file_(std::move(file)), status_(status), kind_(kind) {
  posix_fadvise(file_.fd(), 0, 0, POSIX_FADV_SEQUENTIAL);  // reads ahead twice as far
}

FileError FileSender::Offer(Frame& frame) {
  frame.size = status_.size;
  frame.mode = status_.permissions;
  frame.modified_ns = status_.modified_ns;
  if (status_.size > kHashAheadBytesMax) return FileError::kNone;
  FileHash hash(kind_);
  const FileError error = hash.UpdateFrom(file_.fd(), 0, status_.size);
  frame.hash = hash.Digest();
  return error;
}

// The other end's part and ours, byte for byte: compared by their hashes, ours made on the disk's
// thread.
struct FileSender::Check {
  SharedFile file;
  FileHash hash;
  uint64_t size;
  uint64_t hashed = 0;
  FileError error = FileError::kNone;

  bool Slice() {
    constexpr uint64_t kSliceBytes = 8 << 20;
    const uint64_t bytes = std::min(kSliceBytes, size - hashed);
    error = hash.UpdateFrom(file.fd(), hashed, bytes);
    hashed += bytes;
    return error != FileError::kNone || hashed == size;
  }
};

void FileSender::Take(Connection& connection, const Frame& have) {
  if (taken_) return channel_.Fail(connection, TransferError::kBadRequest, "asked for twice");
  taken_ = true;
  if (have.offset == 0 || have.offset > status_.size) {
    return Begin(connection, 0, FileHash(kind_));
  }
  auto check = std::make_shared<Check>(Check{file_, FileHash(kind_), have.offset});
  channel_.RunOnDisk(
      connection, [check] { return check->Slice(); },
      [this, check, theirs = have.hash](Connection& c) {
        const bool same = check->error == FileError::kNone && check->hash.Digest() == theirs;
        Begin(c, same ? check->size : 0, same ? std::move(check->hash) : FileHash(kind_));
      });
}

void FileSender::Begin(Connection& connection, uint64_t offset, FileHash hash) {
  hash_ = std::move(hash);
  offset_ = resumed_at_ = offset;
  Frame begin;
  begin.type = FrameType::kBegin;
  begin.offset = offset;
  channel_.Send(connection, begin);
  Pump(connection);
}

void FileSender::Pump(Connection& connection) {
  if (!hash_.has_value() || done_) return;
  while (connection.is_open() && offset_ < status_.size &&
         connection.unsent_bytes() <= connection.limits().output_high_water_bytes) {
    if (!SendPiece(connection)) return;
  }
  if (!connection.is_open() || offset_ < status_.size) return;
  if (!unchanged()) return channel_.Fail(connection, TransferError::kChanged);
  Frame frame;
  frame.type = FrameType::kDone;
  frame.hash = hash_->Digest();
  done_ = true;
  channel_.Send(connection, frame);
}

// Read to be hashed and then sent from the page cache by the kernel: cheaper than to send what was
// read, which would be copied once more. Where somebody changes the file between the two the other
// end finds another hash than ours.
bool FileSender::SendPiece(Connection& connection) {
  const uint64_t bytes = std::min<uint64_t>(kPieceBytes, status_.size - offset_);
  if (!unchanged() || hash_->UpdateFrom(file_.fd(), offset_, bytes) != FileError::kNone) {
    channel_.Fail(connection, unchanged() ? TransferError::kIo : TransferError::kChanged);
    return false;
  }
  Frame data;
  data.type = FrameType::kData;
  data.length = static_cast<uint32_t>(bytes);
  channel_.Send(connection, data);
  connection.SendFile(file_, offset_, bytes);
  offset_ += bytes;
  return true;
}

bool FileSender::unchanged() const {
  FileStatus now;
  return StatusOfFile(file_, &now) == FileError::kNone && now.size == status_.size &&
         now.modified_ns == status_.modified_ns;
}

}  // namespace sluice::files
