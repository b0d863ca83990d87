#include "apps/chat/wire.h"

#include <utility>

namespace sluice::chat {

absl::StatusOr<Wire> Wire::Create(std::string_view encoding) {
  absl::StatusOr<text::Converter> decode = text::Converter::Create(encoding, "UTF-8");
  if (!decode.ok()) return decode.status();
  if (!text::EndsLinesAsAscii(encoding)) {
    return absl::InvalidArgumentError("in " + std::string(encoding) +
                                      " a line does not end in the one byte 0x0a: it wants UTF-8, "
                                      "GBK, GB18030 or another that extends ASCII");
  }
  absl::StatusOr<text::Converter> encode = text::Converter::Create("UTF-8", encoding);
  if (!encode.ok()) return encode.status();
  return Wire(*std::move(decode), *std::move(encode));
}

std::optional<std::string> Wire::Decode(std::string_view bytes) {
  const uint64_t before = decode_.replaced();
  std::string utf8 = decode_.ConvertAll(bytes);
  if (decode_.replaced() > before) return std::nullopt;
  return utf8;
}

}  // namespace sluice::chat
