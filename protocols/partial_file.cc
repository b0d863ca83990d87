#include "protocols/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "reactor/base/check.h"

namespace sluice {
namespace {

constexpr std::string_view kPrefix = ".sluice-";
constexpr std::string_view kSuffix = ".part";
constexpr int64_t kNanosecondsASecond = 1'000'000'000;

timespec TimespecOf(int64_t ns) {
  int64_t seconds = ns / kNanosecondsASecond;
  int64_t rest = ns % kNanosecondsASecond;
  if (rest < 0) {  // before 1970
    rest += kNanosecondsASecond;
    --seconds;
  }
  return {.tv_sec = seconds, .tv_nsec = rest};
}

// The name is the file that was opened and locked: whoever had the lock before may have given the
// file its own name since, or deleted it.
bool StillNamed(int directory, const std::string& name, int fd) {
  struct stat named {};
  struct stat opened {};
  return fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         fstat(fd, &opened) == 0 && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

// A part that is there, or a new one.
struct Attempt {
  int error = 0;  // an errno
  SharedFile file;
  bool created = false;
  bool read_only = false;  // it has its final permissions already: Commit was killed
};

Attempt OpenOrCreate(int directory, const std::string& name) {
  constexpr int kFlags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  Attempt attempt;
  int fd = openat(directory, name.c_str(), O_RDWR | kFlags);
  if (fd < 0 && errno == ENOENT) {
    attempt.created = true;
    fd = openat(directory, name.c_str(), O_RDWR | O_CREAT | O_EXCL | kFlags, 0600);
  } else if (fd < 0 && errno == EACCES) {
    attempt.read_only = true;
    fd = openat(directory, name.c_str(), O_RDONLY | kFlags);
  }
  if (fd < 0) {
    attempt.error = errno;
  } else {
    attempt.file = SharedFile::Adopt(fd);
  }
  return attempt;
}

// A directory can be synced by a descriptor that reads it (fsync(2)); ours only names it.
FileError SyncDirectory(int directory) {
  const int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FileErrorOf(errno);
  const SharedFile readable = SharedFile::Adopt(fd);
  return fsync(fd) == 0 ? FileError::kNone : FileErrorOf(errno);
}

}  // namespace

bool PartialFile::IsPartialName(std::string_view last_segment) {
  return last_segment.starts_with(kPrefix) && last_segment.ends_with(kSuffix);
}

FileError PartialFile::Open(const FileRoot& root, std::string_view name, std::string_view key) {
  SLUICE_CHECK(!key.empty() && key.size() <= 100, "a key has 1 to 100 letters and digits");
  file_ = {};
  bytes_ = 0;
  place_ = root.PlaceOf(name);
  if (place_.error != FileError::kNone) return place_.error;
  // Now rather than when all of it was received. Commit finds out for certain.
  const FileError error = place_.Replaceable(true);
  if (error != FileError::kNone) return error;
  temporary_name_ = std::string(kPrefix) + std::string(key) + std::string(kSuffix);
  return OpenLocked();
}

FileError PartialFile::OpenLocked() {
  constexpr int kTriesMax = 100;
  const int directory = place_.directory.fd();
  for (int i = 0; i < kTriesMax; ++i) {
    const Attempt attempt = OpenOrCreate(directory, temporary_name_);
    if (attempt.error == EEXIST) continue;  // another one was faster
    if (attempt.error != 0) return FileErrorOf(attempt.error);
    const int fd = attempt.file.fd();
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      return errno == EWOULDBLOCK ? FileError::kBusy : FileErrorOf(errno);
    }
    if (!StillNamed(directory, temporary_name_, fd)) continue;
    struct stat status {};
    if (fstat(fd, &status) != 0) return FileErrorOf(errno);
    if (!S_ISREG(status.st_mode)) return FileError::kNotRegular;
    // Somebody else's, or under another name, too: its owner could go on writing in our file.
    const bool ours = attempt.created || (status.st_uid == geteuid() && status.st_nlink == 1);
    if (!ours || attempt.read_only) {
      if (unlinkat(directory, temporary_name_.c_str(), 0) != 0) return FileErrorOf(errno);
      continue;
    }
    bytes_ = static_cast<uint64_t>(status.st_size);
    file_ = attempt.file;
    return FileError::kNone;
  }
  return FileError::kBusy;
}

uint64_t PartialFile::free_bytes() const {
  struct statvfs status {};
  if (fstatvfs(file_.fd(), &status) != 0) return UINT64_MAX;  // writing will tell
  return uint64_t{status.f_bavail} * status.f_frsize;
}

FileError PartialFile::Write(std::string_view bytes) {
  SLUICE_CHECK(static_cast<bool>(file_), "Write after an Open that went well");
  while (!bytes.empty()) {
    const ssize_t written =
        pwrite(file_.fd(), bytes.data(), bytes.size(), static_cast<off_t>(bytes_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return FileErrorOf(errno);
    bytes.remove_prefix(static_cast<size_t>(written));
    bytes_ += static_cast<uint64_t>(written);
  }
  return FileError::kNone;
}

FileError PartialFile::StartOver() {
  SLUICE_CHECK(static_cast<bool>(file_), "StartOver after an Open that went well");
  if (ftruncate(file_.fd(), 0) != 0) return FileErrorOf(errno);
  bytes_ = 0;
  return FileError::kNone;
}

FileError PartialFile::Commit(const CommitOptions& options) {
  SLUICE_CHECK(static_cast<bool>(file_), "Commit after an Open that went well");
  const int directory = place_.directory.fd();
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, TimespecOf(options.modified_ns)};
  // The bytes first: it is what takes long, and whoever is killed meanwhile leaves a part that can
  // still be written, whatever the permissions are to be.
  if (options.sync && fsync(file_.fd()) != 0) return FileErrorOf(errno);
  if (fchmod(file_.fd(), options.mode & 07777) != 0 || futimens(file_.fd(), times) != 0) {
    return FileErrorOf(errno);
  }
  if (options.sync && fsync(file_.fd()) != 0) return FileErrorOf(errno);
  if (renameat(directory, temporary_name_.c_str(), directory, place_.last.c_str()) != 0) {
    return FileErrorOf(errno);
  }
  file_ = {};
  return options.sync ? SyncDirectory(directory) : FileError::kNone;
}

void PartialFile::Discard() {
  if (!file_) return;
  unlinkat(place_.directory.fd(), temporary_name_.c_str(), 0);
  file_ = {};
}

}  // namespace sluice
