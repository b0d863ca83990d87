#include "apps/picture/picture_folder.h"

#include <sys/stat.h>

#include <cctype>
#include <cerrno>
#include <cstring>

#include "apps/picture/image_kind.h"
#include "protocols/file_writer.h"

namespace sluice::picture {

absl::StatusOr<PictureFolder> PictureFolder::Open(const std::string& path, const Options& options) {
  if (mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
    return absl::UnavailableError("cannot make the directory " + path + ": " +
                                  std::strerror(errno));
  }
  absl::StatusOr<FileRoot> root = FileRoot::Open(path);
  if (!root.ok()) return root.status();
  return PictureFolder(*std::move(root), options);
}

absl::Status PictureFolder::Write(const std::string& name, std::string_view picture) {
  FileWriter writer;
  FileError error = writer.Begin(root_, name, {.bytes_max = picture.size()});
  if (error == FileError::kNone) error = writer.Write(picture);
  if (error == FileError::kNone) error = writer.Commit();
  if (error == FileError::kNone) return absl::OkStatus();
  return absl::UnavailableError("cannot write " + root_.path() + "/" + name + ": " +
                                std::string(FileErrorText(error)));
}

absl::StatusOr<std::string> PictureFolder::Save(const std::string& stem, std::string_view picture) {
  const std::string_view kind = ImageKind(picture);
  const std::string ending = "." + std::string(kind.empty() ? "bin" : kind);
  absl::Status status = Write(stem + ending, picture);
  if (status.ok() && options_.latest) status = Write("latest" + ending, picture);
  if (!status.ok()) {
    ++failed_;
    return status;
  }
  ++saved_;
  if (options_.keep == 0) return stem + ending;
  names_.push_back(stem + ending);
  if (names_.size() > options_.keep) {
    root_.Delete(names_.front());
    names_.pop_front();
  }
  return stem + ending;
}

std::string NameOf(const Endpoint& sender) {
  std::string name = sender.ToString();
  std::string safe;
  for (const char c : name) {
    if (c == '[' || c == ']') continue;
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.';
    safe += plain ? c : '-';
  }
  return safe;
}

}  // namespace sluice::picture
