#include "apps/picture/picture_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "reactor/base/shared_file.h"

namespace sluice::picture {
namespace {

struct OpenFile {
  SharedFile file;
  uint64_t bytes = 0;
};

absl::StatusOr<OpenFile> OpenPicture(const std::string& path, PictureFiles::Check check) {
  // O_NONBLOCK: a pipe of that name must not hold us up.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return absl::UnavailableError("cannot open " + path + ": " + std::strerror(errno));
  OpenFile opened{SharedFile::Adopt(fd), 0};
  struct stat status {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError("cannot send " + path + ": it is not a regular file");
  }
  opened.bytes = static_cast<uint64_t>(status.st_size);
  const absl::Status checked = check(opened.bytes);
  if (checked.ok()) return opened;
  return absl::InvalidArgumentError("cannot send " + path + ": " + std::string(checked.message()));
}

}  // namespace

absl::StatusOr<PictureFiles> PictureFiles::Open(std::vector<std::string> paths, Check check) {
  for (const std::string& path : paths) {
    const absl::StatusOr<OpenFile> opened = OpenPicture(path, check);
    if (!opened.ok()) return opened.status();
  }
  return PictureFiles(std::move(paths));
}

absl::StatusOr<std::string> PictureFiles::Read(uint64_t nth, Check check) const {
  const std::string& path = paths_[nth % paths_.size()];
  const absl::StatusOr<OpenFile> opened = OpenPicture(path, check);
  if (!opened.ok()) return opened.status();
  std::string picture(opened->bytes, '\0');
  size_t at = 0;
  while (at < picture.size()) {
    const ssize_t taken = read(opened->file.fd(), &picture[at], picture.size() - at);
    if (taken < 0 && errno == EINTR) continue;
    if (taken <= 0) {
      return absl::UnavailableError("cannot read " + path + ": " +
                                    (taken < 0 ? std::strerror(errno) : "it became shorter"));
    }
    at += static_cast<size_t>(taken);
  }
  return picture;
}

}  // namespace sluice::picture
