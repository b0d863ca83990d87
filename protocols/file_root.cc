#include "protocols/file_root.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <tuple>
#include <utility>

#include "reactor/backend/socket_util.h"

namespace sluice {
namespace {

FileStatus StatusOf(const struct stat& status) {
  FileStatus result;
  result.is_directory = S_ISDIR(status.st_mode);
  result.permissions = status.st_mode & 07777;
  result.size = static_cast<uint64_t>(status.st_size);
  result.modified_ns = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  result.device = status.st_dev;
  result.inode = status.st_ino;
  return result;
}

FileError StatusOfDescriptor(int fd, FileStatus* result) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return FileErrorOf(errno);
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return FileError::kNotRegular;
  *result = StatusOf(status);
  return FileError::kNone;
}

bool IsSegment(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." && segment.size() <= NAME_MAX &&
         segment.find('\0') == std::string_view::npos;
}

bool IsName(std::string_view name) {
  while (!name.empty()) {
    const size_t slash = name.find('/');
    if (!IsSegment(name.substr(0, slash)) || slash + 1 == name.size()) return false;
    name.remove_prefix(slash == std::string_view::npos ? name.size() : slash + 1);
  }
  return true;
}

}  // namespace

FileError StatusOfFile(const SharedFile& file, FileStatus* status) {
  return StatusOfDescriptor(file.fd(), status);
}

std::string_view FileErrorText(FileError error) {
  switch (error) {
    case FileError::kNone:
      return "no error";
    case FileError::kNotFound:
      return "not found";
    case FileError::kForbidden:
      return "permission denied";
    case FileError::kOutside:
      return "a link leads out of the root";
    case FileError::kDirectory:
      return "it is a directory";
    case FileError::kNotRegular:
      return "it is not a regular file";
    case FileError::kBadName:
      return "the name cannot be one of a file";
    case FileError::kExists:
      return "it exists";
    case FileError::kTooLarge:
      return "it is larger than allowed";
    case FileError::kNoSpace:
      return "no space left";
    case FileError::kOutOfFiles:
      return "too many open files";
    case FileError::kReadOnly:
      return "the file system is read-only";
    case FileError::kBusy:
      return "somebody else writes it";
    case FileError::kIo:
      return "input/output error";
  }
  return "unknown file error";
}

FileError FileErrorOf(int error) {
  switch (error) {
    case 0:
      return FileError::kNone;
    case ENOENT:
      return FileError::kNotFound;
    case EACCES:
    case EPERM:
      return FileError::kForbidden;
    case EXDEV:  // openat2(2): would have left the root
    case ELOOP:
      return FileError::kOutside;
    case EISDIR:
    case ENOTEMPTY:
      return FileError::kDirectory;
    case ENOTDIR:
    case ENXIO:
    case ENODEV:
      return FileError::kNotRegular;
    case ENAMETOOLONG:
    case EINVAL:
      return FileError::kBadName;
    case EEXIST:
      return FileError::kExists;
    case EFBIG:
      return FileError::kTooLarge;
    case ENOSPC:
    case EDQUOT:
      return FileError::kNoSpace;
    case EMFILE:
    case ENFILE:
      return FileError::kOutOfFiles;
    case EROFS:
      return FileError::kReadOnly;
    default:
      return FileError::kIo;
  }
}

FileRoot::FileRoot(SharedFile directory, SymbolicLinks links, std::string path)
    : directory_(std::move(directory)),
      resolve_(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
               (links == SymbolicLinks::kRefused ? RESOLVE_NO_SYMLINKS : 0)),
      path_(std::move(path)) {}

absl::StatusOr<FileRoot> FileRoot::Open(const std::string& path, SymbolicLinks links) {
  const std::string doing = "cannot serve files of \"" + path + "\"";
  const int fd = open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return backend::ErrnoStatus(errno, doing, "name a directory that can be entered");
  FileRoot root(SharedFile::Adopt(fd), links, path);
  const int self = root.OpenBeneath("", O_PATH);
  if (self < 0) {
    return backend::ErrnoStatus(-self, doing + ": openat2",
                                "it needs Linux 5.6, and a seccomp "
                                "filter that knows it");
  }
  close(self);
  return root;
}

int FileRoot::OpenBeneath(std::string_view name, int flags) const {
  const std::string path = name.empty() ? "." : std::string(name);
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = resolve_;
  constexpr int kTriesMax = 100;  // or whoever renames without end holds up the loop
  for (int i = 0;; ++i) {
    const long fd = syscall(SYS_openat2, directory_.fd(), path.c_str(), &how, sizeof(how));
    if (fd >= 0) return static_cast<int>(fd);
    // EAGAIN: something was renamed meanwhile, and the kernel could not tell whether it stayed
    // beneath.
    if ((errno != EINTR && errno != EAGAIN) || i == kTriesMax) return -errno;
  }
}

FileRoot::Opened FileRoot::OpenFile(std::string_view name) const {
  Opened opened;
  if (!IsName(name)) {
    opened.error = FileError::kBadName;
    return opened;
  }
  // O_NONBLOCK: a pipe nobody writes to is opened all the same, and then refused.
  const int fd = OpenBeneath(name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    opened.error = FileErrorOf(-fd);
    return opened;
  }
  opened.file = SharedFile::Adopt(fd);
  opened.error = StatusOfDescriptor(fd, &opened.status);
  if (opened.error != FileError::kNone) opened.file = {};
  return opened;
}

FileError FileRoot::Status(std::string_view name, FileStatus* status) const {
  if (!IsName(name)) return FileError::kBadName;
  const int fd = OpenBeneath(name, O_PATH);
  if (fd < 0) return FileErrorOf(-fd);
  const SharedFile file = SharedFile::Adopt(fd);
  return StatusOfDescriptor(fd, status);
}

FileError FileRoot::List(std::string_view name, size_t entries_max,
                         std::vector<DirectoryEntry>* entries, bool* cut,
                         absl::FunctionRef<bool(std::string_view)> shown) const {
  entries->clear();
  *cut = false;
  if (!IsName(name)) return FileError::kBadName;
  const int fd = OpenBeneath(name, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return FileErrorOf(-fd);
  DIR* directory = fdopendir(fd);  // takes the descriptor
  if (directory == nullptr) {
    const int error = errno;
    close(fd);
    return FileErrorOf(error);
  }
  while (const dirent* found = readdir(directory)) {
    DirectoryEntry entry;
    entry.name = found->d_name;
    if (!IsSegment(entry.name) || !shown(entry.name)) continue;
    const std::string path = name.empty() ? entry.name : std::string(name) + "/" + entry.name;
    if (Status(path, &entry.status) != FileError::kNone) continue;
    *cut = entries->size() == entries_max;
    if (*cut) break;
    entries->push_back(std::move(entry));
  }
  closedir(directory);
  std::sort(entries->begin(), entries->end(), [](const DirectoryEntry& a, const DirectoryEntry& b) {
    return std::tuple(!a.status.is_directory, std::string_view(a.name)) <
           std::tuple(!b.status.is_directory, std::string_view(b.name));
  });
  return FileError::kNone;
}

FileRoot::Place FileRoot::PlaceOf(std::string_view name) const {
  Place place;
  if (name.empty() || !IsName(name)) {
    place.error = FileError::kBadName;
    return place;
  }
  const size_t slash = name.rfind('/');
  place.last = std::string(name.substr(slash + 1));  // npos + 1 is 0
  const int fd = OpenBeneath(slash == std::string_view::npos ? "" : name.substr(0, slash),
                             O_PATH | O_DIRECTORY);
  if (fd < 0) {
    place.error = FileErrorOf(-fd);
  } else {
    place.directory = SharedFile::Adopt(fd);
  }
  return place;
}

FileError FileRoot::Place::Replaceable(bool replace) const {
  struct stat status {};
  if (fstatat(directory.fd(), last.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return FileError::kNone;
  }
  if (S_ISDIR(status.st_mode)) return FileError::kDirectory;
  if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) return FileError::kNotRegular;
  return replace ? FileError::kNone : FileError::kExists;
}

FileError FileRoot::Delete(std::string_view name) const {
  const Place place = PlaceOf(name);
  if (place.error != FileError::kNone) return place.error;
  return unlinkat(place.directory.fd(), place.last.c_str(), 0) == 0 ? FileError::kNone
                                                                    : FileErrorOf(errno);
}

}  // namespace sluice
