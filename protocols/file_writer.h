// Writes a file beneath a FileRoot so that nobody ever sees a part of it: into a temporary file,
// which takes its name when it is complete.
#ifndef SLUICE_PROTOCOLS_FILE_WRITER_H_
#define SLUICE_PROTOCOLS_FILE_WRITER_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/file_root.h"

namespace sluice {

struct FileWriterOptions {
  uint64_t bytes_max = uint64_t{1} << 30;  // kTooLarge
  bool replace = true;                     // false: kExists where there is one already
  mode_t mode = 0644;                      // less the umask
};

// The calls block as long as the disk does; what is written is not synced to it. What was begun and
// not committed leaves no trace.
class FileWriter {
 public:
  FileWriter() = default;
  ~FileWriter();
  FileWriter(FileWriter&& other) noexcept { *this = std::move(other); }
  FileWriter& operator=(FileWriter&& other) noexcept;

  // The directory it is in must exist.
  FileError Begin(const FileRoot& root, std::string_view name, const FileWriterOptions& options);
  // After an error only the next Begin.
  FileError Write(std::string_view bytes);
  // Gives it its name. A link of that name is replaced itself.
  FileError Commit();

  uint64_t bytes() const { return bytes_; }

 private:
  FileError Fail(FileError error);
  FileError CreateNamed(mode_t mode);
  FileError GiveTemporaryName();
  void Discard();

  FileRoot::Place place_;
  SharedFile file_;
  std::string temporary_name_;  // empty: it has none (O_TMPFILE)
  uint64_t bytes_ = 0;
  FileWriterOptions options_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_FILE_WRITER_H_
