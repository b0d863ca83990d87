// Files beneath one directory, and no others: no name, no link and no rename in the meantime leads
// out of it, because the kernel itself refuses to (openat2(2), RESOLVE_BENEATH).
#ifndef SLUICE_PROTOCOLS_FILE_ROOT_H_
#define SLUICE_PROTOCOLS_FILE_ROOT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "reactor/base/shared_file.h"

namespace sluice {

enum class FileError : uint8_t {
  kNone,
  kNotFound,
  kForbidden,   // the system's permissions
  kOutside,     // a link leads out of the root, or links are refused
  kDirectory,   // it is one, and a file was wanted, or it is not empty
  kNotRegular,  // a device, a pipe, a socket; or a file where a directory was wanted
  kBadName,     // empty, too long, or with "." or ".." in it
  kExists,      // FileWriter: and was not to be replaced
  kTooLarge,    // FileWriter: more than bytes_max
  kNoSpace,     // the disk or a quota is full
  kOutOfFiles,  // descriptors (ulimit -n)
  kReadOnly,    // the file system is
  kBusy,        // PartialFile: somebody else writes it
  kIo,          // another error of the kernel
};

// "not found".
std::string_view FileErrorText(FileError error);
// Of what open(2) and its kin give.
FileError FileErrorOf(int error);

struct FileStatus {
  bool is_directory = false;
  uint32_t permissions = 0;  // 07777 of its mode
  uint64_t size = 0;
  int64_t modified_ns = 0;  // since 1970
  uint64_t device = 0, inode = 0;
  friend bool operator==(const FileStatus&, const FileStatus&) = default;
};

// Of a regular file or a directory that is open, as it is now.
FileError StatusOfFile(const SharedFile& file, FileStatus* status);

struct DirectoryEntry {
  std::string name;
  FileStatus status;
};

// Symbolic links: followed while they stay beneath the root, or not at all.
enum class SymbolicLinks : uint8_t { kFollowedBeneath, kRefused };

// Names are relative, segments with '/' between them and none of them "." or ".."; empty is the
// root itself. Thread-safe, as far as the system is: another process may change what is beneath.
class FileRoot {
 public:
  // InvalidArgument, NotFound, ... in words; Unimplemented before Linux 5.6.
  static absl::StatusOr<FileRoot> Open(const std::string& path,
                                       SymbolicLinks links = SymbolicLinks::kFollowedBeneath);

  struct Opened {
    FileError error = FileError::kNone;
    SharedFile file;  // for reading; of a directory, too
    FileStatus status;
  };
  // A regular file or a directory; never blocks on a pipe.
  Opened OpenFile(std::string_view name) const;
  // Without opening it: costs no permission to read.
  FileError Status(std::string_view name, FileStatus* status) const;
  // What a directory holds, sorted by name, directories first; without "." and "..", without what
  // cannot be looked at or is not `shown`, and `*cut` where there was more than `entries_max`.
  FileError List(
      std::string_view name, size_t entries_max, std::vector<DirectoryEntry>* entries, bool* cut,
      absl::FunctionRef<bool(std::string_view)> shown = [](std::string_view) {
        return true;
      }) const;
  // A regular file or a link, which is deleted itself; never a directory.
  FileError Delete(std::string_view name) const;

  const std::string& path() const { return path_; }  // as it was given

 private:
  friend class FileWriter;
  friend class PartialFile;

  FileRoot(SharedFile directory, SymbolicLinks links, std::string path);
  // A descriptor, or -errno.
  int OpenBeneath(std::string_view name, int flags) const;

  // The directory a name is in, and its last segment.
  struct Place {
    FileError error = FileError::kNone;
    SharedFile directory;
    std::string last;

    // What a file that is to take this name finds there: kNone is nothing, or what it may replace;
    // kExists is a file or a link that is to be kept. Never a directory, a device, a pipe or a
    // socket: programs that hold those would go on with what nobody else sees.
    FileError Replaceable(bool replace) const;
  };
  Place PlaceOf(std::string_view name) const;

  SharedFile directory_;
  uint64_t resolve_ = 0;
  std::string path_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_FILE_ROOT_H_
