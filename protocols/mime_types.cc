#include "protocols/mime_types.h"

#include <fstream>
#include <sstream>

#include "protocols/http1_bytes.h"

namespace sluice {
namespace {

constexpr std::string_view kWebTypes =
    "application/json json map\n"
    "application/manifest+json webmanifest\n"
    "application/pdf pdf\n"
    "application/wasm wasm\n"
    "application/xml xml\n"
    "application/zip zip\n"
    "audio/mpeg mp3\n"
    "font/ttf ttf\n"
    "font/woff woff\n"
    "font/woff2 woff2\n"
    "image/avif avif\n"
    "image/gif gif\n"
    "image/jpeg jpg jpeg\n"
    "image/png png\n"
    "image/svg+xml svg\n"
    "image/vnd.microsoft.icon ico\n"
    "image/webp webp\n"
    "text/css css\n"
    "text/html html htm\n"
    "text/javascript js mjs\n"
    "text/markdown md\n"
    "text/plain txt\n"
    "video/mp4 mp4\n"
    "video/webm webm\n";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& byte : lower) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte | 0x20);
  }
  return lower;
}

std::string_view TakeWord(std::string_view* line) {
  while (!line->empty() && http1::IsSpace(line->front())) line->remove_prefix(1);
  size_t end = 0;
  while (end < line->size() && !http1::IsSpace((*line)[end])) ++end;
  const std::string_view word = line->substr(0, end);
  line->remove_prefix(end);
  return word;
}

// Without it browsers guess the charset.
bool IsText(std::string_view type) {
  return type.substr(0, 5) == "text/" || type == "application/json" || type == "application/xml";
}

}  // namespace

MimeTypes::MimeTypes() {
  Read(kWebTypes);
}

MimeTypes MimeTypes::OfSystem() {
  MimeTypes types;
  std::ifstream file("/etc/mime.types");
  std::stringstream table;
  if (file && table << file.rdbuf()) types.Read(table.str());
  return types;
}

void MimeTypes::Read(std::string_view table) {
  while (!table.empty()) {
    const size_t end = table.find('\n');
    std::string_view line = table.substr(0, end);
    table.remove_prefix(end == std::string_view::npos ? table.size() : end + 1);
    line = line.substr(0, line.find('#'));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::string_view type = TakeWord(&line);
    for (std::string_view ending = TakeWord(&line); !ending.empty(); ending = TakeWord(&line)) {
      Set(ending, type);
    }
  }
}

void MimeTypes::Set(std::string_view ending, std::string_view type) {
  std::string text(type);
  if (IsText(type)) text += "; charset=utf-8";
  type_of_ending_[Lower(ending)] = std::move(text);
}

std::string_view MimeTypes::Of(std::string_view name) const {
  constexpr std::string_view kUnknown = "application/octet-stream";
  name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return kUnknown;
  const auto found = type_of_ending_.find(Lower(name.substr(dot + 1)));
  return found == type_of_ending_.end() ? kUnknown : std::string_view(found->second);
}

}  // namespace sluice
