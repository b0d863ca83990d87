// The pictures to send: files, in their order and then again from the first.
#ifndef SLUICE_APPS_PICTURE_PICTURE_FILES_H_
#define SLUICE_APPS_PICTURE_PICTURE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::picture {

class PictureFiles {
 public:
  // `check` is asked whether a picture of so many bytes can be sent.
  using Check = absl::FunctionRef<absl::Status(uint64_t bytes)>;

  // Looks at all of them, so that what is wrong is said before anything is sent; the error names
  // the file.
  static absl::StatusOr<PictureFiles> Open(std::vector<std::string> paths, Check check);

  // The nth picture, read anew: a file that is replaced while pictures are sent is sent as it is
  // then. An error where that cannot be.
  absl::StatusOr<std::string> Read(uint64_t nth, Check check) const;

  size_t size() const { return paths_.size(); }

 private:
  explicit PictureFiles(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  std::vector<std::string> paths_;
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_PICTURE_FILES_H_
