// The text on the wire of TCP and UDP, which may be in another encoding than the room's UTF-8.
#ifndef SLUICE_APPS_CHAT_WIRE_H_
#define SLUICE_APPS_CHAT_WIRE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "tools/text/converter.h"

namespace sluice::chat {

class Wire {
 public:
  // InvalidArgument, in words: an encoding that iconv does not know, or in which no line ends.
  static absl::StatusOr<Wire> Create(std::string_view encoding);

  // Nothing where the bytes are no text.
  std::optional<std::string> Decode(std::string_view bytes);
  // What is no text becomes U+FFFD.
  std::string DecodeAll(std::string_view bytes) { return decode_.ConvertAll(bytes); }
  // What the encoding lacks becomes a question mark.
  std::string Encode(std::string_view utf8) { return encode_.ConvertAll(utf8); }

 private:
  Wire(text::Converter decode, text::Converter encode)
      : decode_(std::move(decode)), encode_(std::move(encode)) {}

  text::Converter decode_;
  text::Converter encode_;
};

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_WIRE_H_
