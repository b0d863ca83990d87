#include "protocols/file_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "reactor/base/check.h"

namespace sluice {
namespace {

// Hidden, and never given out twice by this process.
std::string NextTemporaryName() {
  static std::atomic<uint64_t> count{0};
  return ".sluice-" + std::to_string(getpid()) + "-" + std::to_string(++count) + ".tmp";
}

// Calls create(name), which returns false and sets errno, with new names while they are taken: by
// what an earlier process of our number left.
template <class Create>
FileError WithTemporaryName(std::string* name, Create create) {
  constexpr int kTriesMax = 1000;
  for (int i = 0; i < kTriesMax; ++i) {
    *name = NextTemporaryName();
    if (create(name->c_str())) return FileError::kNone;
    if (errno != EEXIST) break;
  }
  const FileError error = FileErrorOf(errno);
  name->clear();
  return error;
}

}  // namespace

FileWriter::~FileWriter() {
  Discard();
}

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept {
  Discard();
  place_ = std::exchange(other.place_, {});
  file_ = std::exchange(other.file_, {});
  temporary_name_ = std::exchange(other.temporary_name_, {});
  bytes_ = std::exchange(other.bytes_, 0);
  options_ = other.options_;
  return *this;
}

FileError FileWriter::Begin(const FileRoot& root, std::string_view name,
                            const FileWriterOptions& options) {
  Discard();
  options_ = options;
  bytes_ = 0;
  place_ = root.PlaceOf(name);
  if (place_.error != FileError::kNone) return place_.error;
  // Now rather than when all of it was received. Commit finds out for certain.
  const FileError error = place_.Replaceable(options.replace);
  if (error != FileError::kNone) return error;
  const int fd = openat(place_.directory.fd(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, options.mode);
  if (fd >= 0) {
    file_ = SharedFile::Adopt(fd);
    return FileError::kNone;
  }
  // Not every file system can.
  const bool unsupported = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL;
  return unsupported ? CreateNamed(options.mode) : FileErrorOf(errno);
}

FileError FileWriter::CreateNamed(mode_t mode) {
  return WithTemporaryName(&temporary_name_, [this, mode](const char* name) {
    const int fd =
        openat(place_.directory.fd(), name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
    if (fd >= 0) file_ = SharedFile::Adopt(fd);
    return fd >= 0;
  });
}

FileError FileWriter::Write(std::string_view bytes) {
  SLUICE_CHECK(static_cast<bool>(file_), "Write after a Begin that went well");
  if (bytes.size() > options_.bytes_max - bytes_) return Fail(FileError::kTooLarge);
  while (!bytes.empty()) {
    const ssize_t written = write(file_.fd(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return Fail(FileErrorOf(errno));
    bytes.remove_prefix(static_cast<size_t>(written));
    bytes_ += static_cast<uint64_t>(written);
  }
  return FileError::kNone;
}

FileError FileWriter::GiveTemporaryName() {
  const std::string self = "/proc/self/fd/" + std::to_string(file_.fd());  // open(2), O_TMPFILE
  return WithTemporaryName(&temporary_name_, [&](const char* name) {
    return linkat(AT_FDCWD, self.c_str(), place_.directory.fd(), name, AT_SYMLINK_FOLLOW) == 0;
  });
}

FileError FileWriter::Commit() {
  SLUICE_CHECK(static_cast<bool>(file_), "Commit after a Begin that went well");
  if (temporary_name_.empty()) {
    const FileError error = GiveTemporaryName();
    if (error != FileError::kNone) return Fail(error);
  }
  const int directory = place_.directory.fd();
  const unsigned flags = options_.replace ? 0 : RENAME_NOREPLACE;
  if (renameat2(directory, temporary_name_.c_str(), directory, place_.last.c_str(), flags) != 0) {
    return Fail(FileErrorOf(errno));
  }
  temporary_name_.clear();
  file_ = {};
  return FileError::kNone;
}

FileError FileWriter::Fail(FileError error) {
  Discard();
  return error;
}

void FileWriter::Discard() {
  if (!temporary_name_.empty()) unlinkat(place_.directory.fd(), temporary_name_.c_str(), 0);
  temporary_name_.clear();
  file_ = {};
}

}  // namespace sluice
