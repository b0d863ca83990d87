#include "protocols/http1_file_path.h"

#include <climits>

#include "protocols/http1_bytes.h"

namespace sluice {
namespace {

// Into `*segment`, unescaped.
Http1PathError Unescape(std::string_view escaped, std::string* segment) {
  segment->clear();
  for (size_t i = 0; i < escaped.size(); ++i) {
    char byte = escaped[i];
    if (byte == '%') {
      if (!http1::IsEscape(escaped.substr(i))) return Http1PathError::kBadEscape;
      byte =
          static_cast<char>(http1::HexValue(escaped[i + 1]) << 4 | http1::HexValue(escaped[i + 2]));
      i += 2;
      if (byte == '/') return Http1PathError::kEncodedSlash;
    }
    if (byte == '\0') return Http1PathError::kNul;
    if (byte == '\\') return Http1PathError::kBackslash;
    segment->push_back(byte);
  }
  return segment->size() > NAME_MAX ? Http1PathError::kTooLong : Http1PathError::kNone;
}

// False where there is none.
bool RemoveLastSegment(std::string* name) {
  if (name->empty()) return false;
  const size_t slash = name->rfind('/');
  name->resize(slash == std::string::npos ? 0 : slash);
  return true;
}

Http1PathError AddSegment(const std::string& segment, Http1HiddenFiles hidden, std::string* name) {
  if (segment.empty() || segment == ".") return Http1PathError::kNone;
  if (segment == "..") {
    return RemoveLastSegment(name) ? Http1PathError::kNone : Http1PathError::kAboveRoot;
  }
  if (segment[0] == '.' && hidden == Http1HiddenFiles::kRefused) return Http1PathError::kHidden;
  if (!name->empty()) name->push_back('/');
  name->append(segment);
  return name->size() > kHttp1FilePathBytesMax ? Http1PathError::kTooLong : Http1PathError::kNone;
}

}  // namespace

std::string_view Http1PathErrorText(Http1PathError error) {
  switch (error) {
    case Http1PathError::kNone:
      return "no error";
    case Http1PathError::kBadEscape:
      return "the path has a '%' without two hex digits";
    case Http1PathError::kNul:
      return "the path has %00";
    case Http1PathError::kEncodedSlash:
      return "the path has %2F: an escaped slash";
    case Http1PathError::kBackslash:
      return "the path has a backslash";
    case Http1PathError::kAboveRoot:
      return "the path leads above the root";
    case Http1PathError::kHidden:
      return "the path names a hidden file";
    case Http1PathError::kTooLong:
      return "the path is too long";
  }
  return "unknown path error";
}

Http1FilePath ResolveHttp1FilePath(std::string_view path, Http1HiddenFiles hidden) {
  Http1FilePath resolved;
  std::string segment;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    resolved.error = Unescape(path.substr(0, slash), &segment);
    if (resolved.error == Http1PathError::kNone) {
      resolved.error = AddSegment(segment, hidden, &resolved.name);
    }
    if (resolved.error != Http1PathError::kNone) {
      resolved.name.clear();
      return resolved;
    }
    const bool ends_with_slash = slash != std::string_view::npos && slash + 1 == path.size();
    resolved.wants_directory = ends_with_slash || segment == "." || segment == "..";
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return resolved;
}

std::string EscapeHttp1Path(std::string_view name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string escaped;
  for (const char byte : name) {
    if (http1::IsAlphanumeric(byte) || (byte != '\0' && http1::OneOf("-._~/", byte))) {
      escaped.push_back(byte);
    } else {
      const auto code = static_cast<unsigned char>(byte);
      escaped.append({'%', kHex[code >> 4], kHex[code & 15]});
    }
  }
  return escaped;
}

}  // namespace sluice
