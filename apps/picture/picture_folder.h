// Pictures as files of one directory. A file is there whole or not at all, and its name is ours:
// nothing a sender says is in it but numbers.
#ifndef SLUICE_APPS_PICTURE_PICTURE_FOLDER_H_
#define SLUICE_APPS_PICTURE_PICTURE_FOLDER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protocols/file_root.h"
#include "reactor/base/endpoint.h"

namespace sluice::picture {

class PictureFolder {
 public:
  struct Options {
    size_t keep = 0;      // files of this run; the oldest are deleted; 0: all
    bool latest = false;  // the newest is also there as "latest", with the ending of its kind
  };

  // Makes the directory where there is none; its parent must exist.
  static absl::StatusOr<PictureFolder> Open(const std::string& path, const Options& options);

  // The file's name, or why there is none: "no space left ...".
  absl::StatusOr<std::string> Save(const std::string& stem, std::string_view picture);

  uint64_t saved() const { return saved_; }
  uint64_t failed() const { return failed_; }

 private:
  PictureFolder(FileRoot root, const Options& options)
      : root_(std::move(root)), options_(options) {}

  absl::Status Write(const std::string& name, std::string_view picture);

  FileRoot root_;
  Options options_;
  std::deque<std::string> names_;  // while some are to be deleted
  uint64_t saved_ = 0;
  uint64_t failed_ = 0;
};

// "127.0.0.1-4711", "fe80--1-4711": without what a file name had better not have.
std::string NameOf(const Endpoint& sender);

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_PICTURE_FOLDER_H_
