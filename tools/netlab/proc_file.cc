#include "tools/netlab/proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "tools/netlab/errno_status.h"
#include "tools/netlab/unique_fd.h"

namespace sluice::netlab {

absl::StatusOr<std::string> ReadProcFile(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, "cannot open " + path);
  std::string text;
  char chunk[4096];
  while (true) {
    const ssize_t bytes = read(fd.get(), chunk, sizeof(chunk));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return ErrnoStatus(errno, "cannot read " + path);
    if (bytes == 0) return text;
    text.append(chunk, static_cast<size_t>(bytes));
  }
}

absl::Status WriteProcFile(const std::string& path, std::string_view text) {
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, "cannot open " + path + " for writing");
  const ssize_t bytes = write(fd.get(), text.data(), text.size());
  if (bytes < 0) return ErrnoStatus(errno, "cannot write " + path);
  if (static_cast<size_t>(bytes) != text.size()) {
    return absl::DataLossError("short write to " + path);
  }
  return absl::OkStatus();
}

}  // namespace sluice::netlab
