// The end of a transfer that receives: looks what is there of the file from an earlier time, writes
// what comes behind it, and gives it its name when all of it is there and has the right hash.
//
// A part belongs to one version of a file: its temporary name is made of name, size and time, and
// the sender goes on behind it only where it is, hash for hash, the beginning of what he sends. It
// is kept where the connection broke, and deleted where an error says that it is of no use.
#ifndef SLUICE_APPS_FILES_FILE_RECEIVER_H_
#define SLUICE_APPS_FILES_FILE_RECEIVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "apps/files/channel.h"
#include "protocols/file_root.h"
#include "protocols/partial_file.h"

namespace sluice::files {

struct ReceiverOptions {
  uint64_t bytes_max = uint64_t{64} << 30;  // of a file: kTooLarge
  mode_t umask = 022;                       // taken off the permissions the sender names
  bool sync = true;                         // CommitOptions::sync
};

class FileReceiver {
 public:
  FileReceiver(Channel& channel, HashKind kind, const ReceiverOptions& options)
      : channel_(channel), kind_(kind), options_(options) {}

  // Takes the offer (kPut, kFile) of a file that will be `name` beneath `root`, and answers kHave
  // when it was looked what is there. An error: nothing was answered.
  TransferError Open(Connection& connection, const FileRoot& root, std::string_view name,
                     Frame offer);
  // kBegin, kData, a body, kDone; what has no meaning now fails the channel. `stored` is called
  // when the file has its name.
  void Take(Connection& connection, const Frame& frame, std::function<void(Connection&)> stored);
  void Write(Connection& connection, std::string_view piece);
  // The part is of no use: deletes it.
  void Discard();

  uint64_t size() const { return offer_.size; }
  uint64_t received() const;  // what was there before included
  uint64_t resumed_at() const { return resumed_at_; }

 private:
  enum class Phase { kLooking, kOffered, kReceiving, kStoring };
  struct Look;
  struct Storing;
  void Begin(Connection& connection, uint64_t offset);
  void Expect(Connection& connection, uint32_t bytes);
  void Store(Connection& connection, std::string_view digest,
             std::function<void(Connection&)> stored);

  Channel& channel_;
  const HashKind kind_;
  const ReceiverOptions options_;
  Frame offer_;
  Phase phase_ = Phase::kLooking;
  std::shared_ptr<PartialFile> partial_;  // shared with the disk's thread while that works on it
  std::optional<FileHash> hash_;          // of what is there
  uint64_t announced_ = 0;                // by kBegin and kData: up to there bytes may come
  uint64_t resumed_at_ = 0;
};

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_FILE_RECEIVER_H_
