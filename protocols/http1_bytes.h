// Which bytes may stand where in HTTP/1.1: RFC 9110 5.6.2 and RFC 3986 appendix A as tables.
#ifndef SLUICE_PROTOCOLS_HTTP1_BYTES_H_
#define SLUICE_PROTOCOLS_HTTP1_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::http1 {

enum ByteClass : uint8_t {
  kToken = 1,            // tchar
  kPlainTarget = 2,      // pchar and '/', without '%'
  kHostByte = 4,         // of a reg-name without '%'; no comma, which joins repeated fields
  kUnescapedTarget = 8,  // what Http1Limits::unescaped_target_allowed adds
  kControl = 16,         // but not the tab
  kQuotedByte = 32,      // qdtext of a quoted-string
};

constexpr bool OneOf(std::string_view set, char byte) {
  return set.find(byte) != std::string_view::npos;
}

constexpr bool IsAlphanumeric(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

constexpr uint8_t ClassesOf(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  const bool alphanumeric = IsAlphanumeric(byte);
  const bool unreserved = alphanumeric || (code != 0 && OneOf("-._~", byte));
  const bool sub_delimiter = code != 0 && OneOf("!$&'()*+,;=", byte);
  const bool control = (code < 0x20 && byte != '\t') || code == 0x7f;
  uint8_t classes = 0;
  if (alphanumeric || (code != 0 && OneOf("!#$%&'*+-.^_`|~", byte))) classes |= kToken;
  if (unreserved || sub_delimiter || OneOf(":@/", byte)) classes |= kPlainTarget;
  if (unreserved || (sub_delimiter && byte != ',')) classes |= kHostByte;
  if (code != 0 && OneOf("\"<>[\\]^`{|}", byte)) classes |= kUnescapedTarget;
  if (control) classes |= kControl;
  if (!control && byte != '"' && byte != '\\') classes |= kQuotedByte;
  return classes;
}

struct ByteClasses {
  uint8_t of[256];
};

inline constexpr ByteClasses kByteClasses = [] {
  ByteClasses classes{};
  for (size_t i = 0; i < 256; ++i) classes.of[i] = ClassesOf(static_cast<char>(i));
  return classes;
}();

// Always inline: files compiled for newer processors use it, and must not share it with the others.
[[gnu::always_inline]] constexpr bool Is(ByteClass byte_class, char byte) {
  return (kByteClasses.of[static_cast<unsigned char>(byte)] & byte_class) != 0;
}

constexpr bool IsSpace(char byte) {
  return byte == ' ' || byte == '\t';
}
constexpr bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}

struct HexValues {
  int8_t of[256];
};

inline constexpr HexValues kHexValues = [] {
  HexValues values{};
  for (int8_t& value : values.of) value = -1;
  for (int8_t i = 0; i < 10; ++i) values.of['0' + i] = i;
  for (int8_t i = 10; i < 16; ++i) values.of['a' + i - 10] = values.of['A' + i - 10] = i;
  return values;
}();

// The value of a hex digit, or -1.
constexpr int HexValue(char byte) {
  return kHexValues.of[static_cast<unsigned char>(byte)];
}

constexpr bool IsEscape(std::string_view text) {  // "%41" at its front
  return text.size() >= 3 && text[0] == '%' && HexValue(text[1]) >= 0 && HexValue(text[2]) >= 0;
}

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_BYTES_H_
