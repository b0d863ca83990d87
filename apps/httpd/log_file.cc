#include "apps/httpd/log_file.h"

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sluice::httpd {
namespace {

absl::StatusOr<std::FILE*> OpenToAppend(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "ae");
  if (file == nullptr) return absl::ErrnoToStatus(errno, absl::StrCat("access log ", path));
  return file;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogFile>> LogFile::Open(const std::string& path) {
  if (path == "-") return std::unique_ptr<LogFile>(new LogFile(path, stdout));
  absl::StatusOr<std::FILE*> file = OpenToAppend(path);
  if (!file.ok()) return file.status();
  return std::unique_ptr<LogFile>(new LogFile(path, *file));
}

LogFile::~LogFile() {
  if (is_standard_output()) {
    std::fflush(file_);
  } else {
    std::fclose(file_);
  }
}

void LogFile::Write(std::string_view line) {
  const std::lock_guard lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), file_);
}

absl::Status LogFile::Flush() {
  const std::lock_guard lock(mutex_);
  const bool failed = std::fflush(file_) != 0 || std::ferror(file_) != 0;
  const int error = errno;
  const bool is_news = failed && !std::exchange(failing_, failed);
  failing_ = failed;
  std::clearerr(file_);
  if (!is_news) return absl::OkStatus();
  return absl::ErrnoToStatus(error, absl::StrCat("access log ", path_, ": lines are lost"));
}

absl::Status LogFile::Reopen() {
  if (is_standard_output()) return absl::OkStatus();
  absl::StatusOr<std::FILE*> file = OpenToAppend(path_);
  if (!file.ok()) return file.status();
  const std::lock_guard lock(mutex_);
  std::fclose(std::exchange(file_, *file));
  return absl::OkStatus();
}

}  // namespace sluice::httpd
