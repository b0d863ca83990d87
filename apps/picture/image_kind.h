// What a picture is, by its first bytes.
#ifndef SLUICE_APPS_PICTURE_IMAGE_KIND_H_
#define SLUICE_APPS_PICTURE_IMAGE_KIND_H_

#include <string_view>

namespace sluice::picture {

// "jpg", "png", "gif", "webp", "bmp"; "" for anything else.
inline std::string_view ImageKind(std::string_view bytes) {
  const auto begins = [bytes](std::string_view front) {
    return bytes.substr(0, front.size()) == front;
  };
  if (begins("\xff\xd8\xff")) return "jpg";
  if (begins("\x89PNG\r\n\x1a\n")) return "png";
  if (begins("GIF8")) return "gif";
  if (begins("RIFF") && bytes.substr(8, 4) == "WEBP") return "webp";
  if (begins("BM")) return "bmp";
  return "";
}

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_IMAGE_KIND_H_
