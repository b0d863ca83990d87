#include "apps/files/file_receiver.h"

#include <algorithm>
#include <string>
#include <utility>

namespace sluice::files {
namespace {

// Tells versions of a file apart.
std::string KeyOf(std::string_view name, const Frame& offer) {
  FileHash hash(HashKind::kXxh3);
  hash.Update(name);
  hash.Update("\n" + std::to_string(offer.size) + "\n" + std::to_string(offer.modified_ns));
  return Hexadecimal(hash.Digest());
}

}  // namespace

// What an earlier time left, hashed from its beginning on the disk's thread: after a power cut it
// need not be what was written.
struct FileReceiver::Look {
  std::shared_ptr<PartialFile> partial;
  FileHash hash;
  uint64_t hashed = 0;
  FileError error = FileError::kNone;

  bool Slice() {
    constexpr uint64_t kSliceBytes = 8 << 20;
    const uint64_t bytes = std::min(kSliceBytes, partial->bytes() - hashed);
    error = hash.UpdateFrom(partial->file().fd(), hashed, bytes);
    hashed += bytes;
    return error != FileError::kNone || hashed == partial->bytes();
  }
};

TransferError FileReceiver::Open(Connection& connection, const FileRoot& root,
                                 std::string_view name, Frame offer) {
  offer_ = std::move(offer);
  if (offer_.size > options_.bytes_max || offer_.size > INT64_MAX) return TransferError::kTooLarge;
  partial_ = std::make_shared<PartialFile>();
  FileError error = partial_->Open(root, name, KeyOf(name, offer_));
  if (error != FileError::kNone) return TransferErrorOf(error);
  if (partial_->bytes() > offer_.size) error = partial_->StartOver();
  if (error != FileError::kNone) return TransferErrorOf(error);
  // Now rather than when the disk is full. Writing finds out for certain.
  if (offer_.size - partial_->bytes() > partial_->free_bytes()) {
    if (partial_->bytes() == 0) partial_->Discard();
    return TransferError::kNoSpace;
  }
  auto look = std::make_shared<Look>(Look{partial_, FileHash(kind_)});
  channel_.RunOnDisk(
      connection, [look] { return look->Slice(); },
      [this, look](Connection& c) {
        phase_ = Phase::kOffered;
        Frame have;
        have.type = FrameType::kHave;
        have.offset = look->error == FileError::kNone ? look->hashed : 0;
        have.hash = look->hash.Digest();
        hash_ = std::move(look->hash);
        channel_.Send(c, have);
      });
  return TransferError::kNone;
}

void FileReceiver::Take(Connection& connection, const Frame& frame,
                        std::function<void(Connection&)> stored) {
  if (frame.type == FrameType::kBegin && phase_ == Phase::kOffered) {
    Begin(connection, frame.offset);
  } else if (frame.type == FrameType::kData && phase_ == Phase::kReceiving) {
    Expect(connection, frame.length);
  } else if (frame.type == FrameType::kDone && phase_ == Phase::kReceiving) {
    Store(connection, frame.hash, std::move(stored));
  } else {
    channel_.Fail(connection, TransferError::kBadRequest, "a frame where it has no meaning");
  }
}

void FileReceiver::Begin(Connection& connection, uint64_t offset) {
  if (offset != 0 && offset != partial_->bytes()) {
    return channel_.Fail(connection, TransferError::kBadRequest, "a beginning nobody asked for");
  }
  if (offset == 0) {
    hash_.emplace(kind_);
    const FileError error = partial_->StartOver();
    if (error != FileError::kNone) return channel_.Fail(connection, TransferErrorOf(error));
  }
  resumed_at_ = announced_ = offset;
  phase_ = Phase::kReceiving;
}

void FileReceiver::Expect(Connection& connection, uint32_t bytes) {
  if (bytes > offer_.size - announced_) {
    return channel_.Fail(connection, TransferError::kBadRequest, "more bytes than the file has");
  }
  announced_ += bytes;
  channel_.ExpectBody(bytes);
}

void FileReceiver::Write(Connection& connection, std::string_view piece) {
  hash_->Update(piece);
  const FileError error = partial_->Write(piece);
  if (error == FileError::kNone) return;
  // Kept, it would keep the disk full.
  Discard();
  channel_.Fail(connection, TransferErrorOf(error));
}

struct FileReceiver::Storing {
  std::shared_ptr<PartialFile> partial;
  CommitOptions options;
  FileError error = FileError::kNone;
};

void FileReceiver::Store(Connection& connection, std::string_view digest,
                         std::function<void(Connection&)> stored) {
  const std::string ours = hash_->Digest();
  const bool promised = offer_.hash.empty() || offer_.hash == digest;
  if (partial_->bytes() != offer_.size || ours != digest || !promised) {
    Discard();
    return channel_.Fail(connection, TransferError::kCorrupt);
  }
  phase_ = Phase::kStoring;
  const auto mode = static_cast<mode_t>(offer_.mode & 0777 & ~options_.umask);
  auto storing = std::make_shared<Storing>(
      Storing{partial_, {mode, offer_.modified_ns, options_.sync}, FileError::kNone});
  channel_.RunOnDisk(
      connection,
      [storing] {
        storing->error = storing->partial->Commit(storing->options);
        return true;
      },
      [this, storing, stored = std::move(stored)](Connection& c) {
        if (storing->error != FileError::kNone) {
          partial_->Discard();
          return channel_.Fail(c, TransferErrorOf(storing->error));
        }
        stored(c);
      },
      Channel::WhenGone::kFinish);
}

// Not while the disk's thread works on it.
void FileReceiver::Discard() {
  const bool ours = phase_ == Phase::kOffered || phase_ == Phase::kReceiving;
  if (partial_ != nullptr && ours) partial_->Discard();
}

uint64_t FileReceiver::received() const {
  return partial_ == nullptr ? 0 : partial_->bytes();
}

}  // namespace sluice::files
