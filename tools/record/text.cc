#include "tools/record/text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "protocols/utf8.h"

namespace sluice::record {
namespace {

absl::string_view Abseil(std::string_view text) {
  return {text.data(), text.size()};
}

absl::Status Refused(char code, const std::string& text, const char* wanted) {
  return absl::InvalidArgumentError("\"" + text + "\" is no value for code '" + code +
                                    "': it wants " + wanted);
}

absl::StatusOr<RecordValue> ParseWhole(char code, const std::string& text) {
  const bool negative = text.starts_with('-');
  const std::string digits = text.substr(negative ? 1 : 0);
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  uint64_t size = 0;
  const char* const begin = digits.data() + (hexadecimal ? 2 : 0);
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(begin, end, size, hexadecimal ? 16 : 10);
  const uint64_t size_max = negative ? uint64_t{1} << 63 : UINT64_MAX;
  if (error == std::errc::result_out_of_range || size > size_max) {
    return Refused(code, text, "a whole number of 64 bits");
  }
  if (begin == end || stop != end) return Refused(code, text, "a whole number, such as -7 or 0xff");
  if (negative) return RecordValue(static_cast<int64_t>(~size + 1));
  return RecordValue(size);
}

// As in Python's literals: \x takes two digits, whatever follows them.
bool Unescape(std::string_view text, std::string& bytes) {
  constexpr std::string_view kNames = "nrt\\\"'";
  constexpr std::string_view kMeanings = "\n\r\t\\\"'";
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    if (++i == text.size()) return false;
    if (const size_t name = kNames.find(text[i]); name != std::string_view::npos) {
      bytes += kMeanings[name];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned byte = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (text[i] != 'x' || digits.size() < 2 || end != digits.data() + 2) return false;
    bytes += static_cast<char>(byte);
    i += 2;
  }
  return true;
}

std::string Quoted(std::string_view bytes) {
  const bool text = IsUtf8(bytes);
  return "\"" + (text ? absl::Utf8SafeCHexEscape(Abseil(bytes)) : absl::CHexEscape(Abseil(bytes))) +
         "\"";
}

// As many digits as it takes to be this double and no other.
std::string Shortest(double value) {
  char text[40];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

}  // namespace

std::vector<char> CodePerValue(const RecordFormat& format) {
  std::vector<char> codes;
  codes.reserve(format.value_count());
  for (const RecordItem& item : format.items()) {
    codes.insert(codes.end(), item.value_count(), item.code);
  }
  return codes;
}

absl::StatusOr<RecordValue> ParseValue(char code, const std::string& text, std::string& memory) {
  switch (code) {
    case 'c':
    case 's':
    case 'p': {
      if (Unescape(text, memory)) return RecordValue(memory);
      return Refused(code, text, "text, with \\n \\r \\t \\\\ \\x00 for what cannot be typed");
    }
    case 'e':
    case 'f':
    case 'd': {
      double number = 0;
      if (absl::SimpleAtod(text, &number)) return RecordValue(number);
      return Refused(code, text, "a number, such as 1.5");
    }
    case '?': {
      bool truth = false;
      if (absl::SimpleAtob(text, &truth)) return RecordValue(truth);
      return Refused(code, text, "true or false");
    }
    default:
      return ParseWhole(code, text);
  }
}

std::string PrintValue(const RecordValue& value) {
  struct Printer {
    std::string operator()(int64_t v) const { return std::to_string(v); }
    std::string operator()(uint64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return Shortest(v); }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::string_view v) const { return Quoted(v); }
  };
  return std::visit(Printer(), value.variant());
}

nlohmann::json JsonValue(const RecordValue& value) {
  struct Printer {
    nlohmann::json operator()(int64_t v) const { return v; }
    nlohmann::json operator()(uint64_t v) const { return v; }
    nlohmann::json operator()(double v) const {
      if (std::isnan(v)) return "nan";
      if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
      return v;
    }
    nlohmann::json operator()(bool v) const { return v; }
    nlohmann::json operator()(std::string_view v) const {
      if (IsUtf8(v)) return std::string(v);
      return {{"hex", absl::BytesToHexString(Abseil(v))}};
    }
  };
  return std::visit(Printer(), value.variant());
}

}  // namespace sluice::record
