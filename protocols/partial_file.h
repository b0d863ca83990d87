// A file beneath a FileRoot that may be written in several sittings: what has come so far waits
// under a temporary name, through crashes and restarts, until all of it is there and it takes its
// own name at once.
//
//   PartialFile file;
//   FileError error = file.Open(root, "big.iso", "9f86d081");  // the key tells versions apart
//   ... file.bytes() are there; write what follows them ...
//   error = file.Commit({.modified_ns = ..., .sync = true});
#ifndef SLUICE_PROTOCOLS_PARTIAL_FILE_H_
#define SLUICE_PROTOCOLS_PARTIAL_FILE_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/file_root.h"

namespace sluice {

struct CommitOptions {
  mode_t mode = 0644;       // exactly; whoever wants the umask applied applies it
  int64_t modified_ns = 0;  // since 1970
  // The bytes are on the disk before the name is, and the name before Commit returns: neither a
  // crash nor a power cut shows a part under the name, or takes back what was told to be stored.
  // Without it only a crash of the program is provided for.
  bool sync = true;
};

// One owner at a time, in this process or another (flock(2)): it goes with the object or the
// process, however that ends. The calls block as long as the disk does. Any thread, one at a time.
class PartialFile {
 public:
  PartialFile() = default;
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  // What an earlier one of the same name's directory and `key` left, or an empty one. The directory
  // must exist. `key`: letters and digits, 100 at most. kBusy: another one has it open. kDirectory,
  // kNotRegular: the name has something that a file does not replace.
  FileError Open(const FileRoot& root, std::string_view name, std::string_view key);

  uint64_t bytes() const { return bytes_; }
  const SharedFile& file() const { return file_; }  // open for reading, too
  // Of the file system, for somebody who is not root.
  uint64_t free_bytes() const;

  // Behind what is there. After an error some of `bytes` may be.
  FileError Write(std::string_view bytes);
  // Forgets all that is there.
  FileError StartOver();
  // Gives it its name; what had it before is replaced, a link itself. Only Open after that.
  FileError Commit(const CommitOptions& options);
  // Deletes it. What is not discarded is kept for the next Open.
  void Discard();

  // Of any partial file: names to hide from people, and to refuse to them.
  static bool IsPartialName(std::string_view last_segment);

 private:
  FileError OpenLocked();

  FileRoot::Place place_;
  SharedFile file_;
  std::string temporary_name_;
  uint64_t bytes_ = 0;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_PARTIAL_FILE_H_
