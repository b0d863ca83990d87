// Lines that several threads append to a file, which may be renamed and opened anew meanwhile, as
// logrotate does.
#ifndef SLUICE_APPS_HTTPD_LOG_FILE_H_
#define SLUICE_APPS_HTTPD_LOG_FILE_H_

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::httpd {

// Thread-safe. Lines gather in memory until Flush, the end, or some kilobytes.
class LogFile {
 public:
  // Appends to the file; "-" is standard output.
  static absl::StatusOr<std::unique_ptr<LogFile>> Open(const std::string& path);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  void Write(std::string_view line);
  // Not OK once after each time that a write began to fail: what it says is lost.
  absl::Status Flush();
  // The file of that name as it is now. Not OK: goes on with the old one.
  absl::Status Reopen();

 private:
  LogFile(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  bool is_standard_output() const { return file_ == stdout; }

  const std::string path_;
  std::mutex mutex_;
  std::FILE* file_;
  bool failing_ = false;
};

}  // namespace sluice::httpd

#endif  // SLUICE_APPS_HTTPD_LOG_FILE_H_
