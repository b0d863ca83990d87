#include "apps/files/names.h"

#include <climits>

#include "protocols/partial_file.h"

namespace sluice::files {
namespace {

TransferError CheckSegment(std::string_view segment, bool hidden_allowed) {
  if (segment.empty() || segment == "." || segment == "..") return TransferError::kBadName;
  if (segment.find('\0') != std::string_view::npos) return TransferError::kBadName;
  if (segment.size() > NAME_MAX) return TransferError::kNameTooLong;
  const bool hidden = segment[0] == '.' && !hidden_allowed;
  return hidden || PartialFile::IsPartialName(segment) ? TransferError::kForbidden
                                                       : TransferError::kNone;
}

}  // namespace

TransferError CheckName(std::string_view name, size_t bytes_max, bool hidden_allowed) {
  if (name.size() > bytes_max) return TransferError::kNameTooLong;
  while (true) {
    const size_t slash = name.find('/');
    const TransferError error = CheckSegment(name.substr(0, slash), hidden_allowed);
    if (error != TransferError::kNone || slash == std::string_view::npos) return error;
    name.remove_prefix(slash + 1);
  }
}

LocalPlace PlaceOfPath(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {".", std::string(path)};
  const std::string_view directory = path.substr(0, slash);
  return {directory.empty() ? "/" : std::string(directory), std::string(path.substr(slash + 1))};
}

}  // namespace sluice::files
