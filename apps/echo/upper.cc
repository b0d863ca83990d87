#include "apps/echo/upper.h"

#include <cstddef>
#include <string>

#include "absl/status/status.h"

namespace sluice::echo {
namespace {

// Without a branch, so that the compiler can take many bytes at once.
char Upper(char byte) {
  const bool is_lower = static_cast<unsigned char>(byte - 'a') < 26;
  return static_cast<char>(byte - (is_lower ? 'a' - 'A' : 0));
}

bool IsGbkLead(unsigned char byte) {
  return byte >= 0x81 && byte <= 0xfe;
}

// GBK's second bytes are 0x40-0x7E and 0x80-0xFE. 0x30-0x39 follow a first byte in the four-byte
// characters of GB18030, which are two such pairs. Anything else leaves the first byte alone.
bool IsGbkTrail(unsigned char byte) {
  return (byte >= 0x40 && byte <= 0xfe && byte != 0x7f) || (byte >= 0x30 && byte <= 0x39);
}

}  // namespace

absl::StatusOr<TextEncoding> ParseTextEncoding(std::string_view text) {
  if (text == "utf-8" || text == "utf8") return TextEncoding::kUtf8;
  if (text == "gbk" || text == "gb18030") return TextEncoding::kGbk;
  return absl::InvalidArgumentError("unknown encoding \"" + std::string(text) +
                                    "\": there are utf-8 and gbk");
}

void UpperCaser::Convert(std::string_view bytes, char* out) {
  if (encoding_ == TextEncoding::kGbk) return ConvertGbk(bytes, out);
  for (size_t i = 0; i < bytes.size(); ++i) out[i] = Upper(bytes[i]);
}

void UpperCaser::ConvertGbk(std::string_view bytes, char* out) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const bool is_trail = after_lead_ && IsGbkTrail(byte);
    after_lead_ = !is_trail && IsGbkLead(byte);
    out[i] = is_trail ? bytes[i] : Upper(bytes[i]);
  }
}

}  // namespace sluice::echo
