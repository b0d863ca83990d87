#include "tools/probe/escapes.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "tools/text/utf8_front.h"

namespace sluice::probe {
namespace {

// A letter behind a backslash and the byte it stands for.
constexpr std::pair<char, char> kLetters[] = {
    {'n', '\n'}, {'r', '\r'}, {'t', '\t'},   {'0', '\0'}, {'a', '\a'},  {'b', '\b'},
    {'f', '\f'}, {'v', '\v'}, {'e', '\x1b'}, {'"', '"'},  {'\\', '\\'}, {'\'', '\''}};

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// The number in all of `digits`.
std::optional<uint32_t> HexNumber(std::string_view digits, size_t size) {
  if (digits.size() < size) return std::nullopt;
  uint32_t number = 0;
  for (const char c : digits.substr(0, size)) {
    const std::optional<int> digit = HexDigit(c);
    if (!digit) return std::nullopt;
    number = number << 4 | static_cast<uint32_t>(*digit);
  }
  return number;
}

absl::Status Wrong(std::string_view text, size_t at, std::string_view what) {
  return absl::InvalidArgumentError(
      "\"" + Escape(text.substr(at, 6)) + "\" in column " + std::to_string(at + 1) + ": " +
      std::string(what) +
      "; known are \\n \\r \\t \\0 \\a \\b \\e \\f \\v \\\\ \\\" \\xHH \\uHHHH");
}

struct Escaped {
  size_t size = 0;  // of the escape
  std::string bytes;
  bool is_text = false;  // bytes are UTF-8 to be encoded
};

// The escape at `at`, where a backslash is.
absl::StatusOr<Escaped> ReadEscape(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at + 1);
  if (rest.empty()) return Wrong(text, at, "nothing behind the backslash");
  for (const auto& [letter, byte] : kLetters) {
    if (rest[0] == letter) return Escaped{2, std::string(1, byte), false};
  }
  if (rest[0] == 'x') {
    const std::optional<uint32_t> byte = HexNumber(rest.substr(1), 2);
    if (!byte) return Wrong(text, at, "two hexadecimal digits belong behind \\x");
    return Escaped{4, std::string(1, static_cast<char>(*byte)), false};
  }
  if (rest[0] == 'u') {
    const std::optional<uint32_t> character = HexNumber(rest.substr(1), 4);
    if (!character) return Wrong(text, at, "four hexadecimal digits belong behind \\u");
    if (*character >= 0xd800 && *character < 0xe000) return Wrong(text, at, "half a character");
    Escaped escaped{6, {}, true};
    text::AppendUtf8(*character, escaped.bytes);
    return escaped;
  }
  return Wrong(text, at, "an unknown escape");
}

}  // namespace

absl::StatusOr<std::string> Unescape(std::string_view text, EncodeText encode) {
  std::string bytes;
  std::string literal;  // text not yet encoded
  const auto flush = [&]() -> absl::Status {
    if (literal.empty()) return absl::OkStatus();
    absl::StatusOr<std::string> encoded = encode(literal);
    if (encoded.ok()) bytes += *encoded;
    literal.clear();
    return encoded.status();
  };
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      literal += text[at++];
      continue;
    }
    absl::StatusOr<Escaped> escaped = ReadEscape(text, at);
    if (!escaped.ok()) return escaped.status();
    at += escaped->size;
    if (escaped->is_text) {
      literal += escaped->bytes;
      continue;
    }
    if (absl::Status status = flush(); !status.ok()) return status;
    bytes += escaped->bytes;
  }
  if (absl::Status status = flush(); !status.ok()) return status;
  return bytes;
}

absl::StatusOr<std::string> Unescape(std::string_view text) {
  return Unescape(
      text, [](std::string_view utf8) -> absl::StatusOr<std::string> { return std::string(utf8); });
}

std::string Escape(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    if (byte == '\n' || byte == '\r' || byte == '\t') {
      text += byte == '\n' ? "\\n" : byte == '\r' ? "\\r" : "\\t";
    } else if (byte == '\\' || byte == '"') {
      text += '\\';
      text += byte;
    } else if (byte >= ' ' && byte < '\x7f') {
      text += byte;
    } else {
      text += "\\x";
      text += kDigits[static_cast<uint8_t>(byte) >> 4];
      text += kDigits[static_cast<uint8_t>(byte) & 15];
    }
  }
  return text;
}

absl::StatusOr<std::string> BytesFromHex(std::string_view text) {
  std::string bytes;
  for (size_t at = 0; at < text.size();) {
    if (std::string_view(" \t,:").find(text[at]) != std::string_view::npos) {
      ++at;
      continue;
    }
    if (text.substr(at, 2) == "0x" || text.substr(at, 2) == "0X") at += 2;
    const std::optional<uint32_t> byte = HexNumber(text.substr(at), 2);
    if (!byte) {
      return absl::InvalidArgumentError("column " + std::to_string(at + 1) + " of \"" +
                                        Escape(text) +
                                        "\": a byte is two hexadecimal digits, as in \"01 02 ff\"");
    }
    bytes += static_cast<char>(*byte);
    at += 2;
  }
  return bytes;
}

std::string HexOf(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    if (!text.empty()) text += ' ';
    text += kDigits[static_cast<uint8_t>(byte) >> 4];
    text += kDigits[static_cast<uint8_t>(byte) & 15];
  }
  return text;
}

}  // namespace sluice::probe
