// Does what it is told with records, line by line, so that Python's struct module can be held
// against it (struct_oracle_test.py). Formats and bytes are in hexadecimal, "-" for none.
//
//   size FORMAT                  -> ok SIZE
//   pack FORMAT VALUE...         -> ok BYTES      VALUE: i-7, d3ff0000000000000, b1, s6162
//   unpack FORMAT BYTES          -> ok VALUE...
//   from FORMAT BYTES OFFSET     -> ok VALUE...
//   iter FORMAT BYTES            -> ok VALUE... / VALUE... / (one record each)
// An error is "error" and its words.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <list>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "protocols/record_format.h"

namespace sluice {
namespace {

std::string FromHex(const std::string& text) {
  return text == "-" ? std::string() : absl::HexStringToBytes(text);
}

std::string ToHex(std::string_view bytes) {
  return bytes.empty() ? "-"
                       : absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

// Nothing where it is a number that no RecordValue can be. Bytes live in `memory`.
std::optional<RecordValue> ParseValue(const std::string& text, std::list<std::string>& memory) {
  const std::string rest = text.substr(1);
  int64_t number;
  uint64_t large;
  switch (text[0]) {
    case 'i':
      if (absl::SimpleAtoi(rest, &number)) return RecordValue(number);
      if (absl::SimpleAtoi(rest, &large)) return RecordValue(large);
      return std::nullopt;
    case 'd':
      return RecordValue(std::bit_cast<double>(std::stoull(rest, nullptr, 16)));
    case 'b':
      return RecordValue(rest == "1");
    default:
      memory.push_back(FromHex(rest));
      return RecordValue(memory.back());
  }
}

std::string Print(const RecordValue& value) {
  struct Printer {
    std::string operator()(int64_t v) const { return "i" + std::to_string(v); }
    std::string operator()(uint64_t v) const { return "i" + std::to_string(v); }
    std::string operator()(double v) const {
      char text[20];
      std::snprintf(text, sizeof text, "d%016lx", std::bit_cast<uint64_t>(v));
      return text;
    }
    std::string operator()(bool v) const { return v ? "b1" : "b0"; }
    std::string operator()(std::string_view v) const { return "s" + ToHex(v); }
  };
  return std::visit(Printer(), value.variant());
}

std::string PrintAll(absl::Span<const RecordValue> values) {
  std::string text;
  for (const RecordValue& value : values) text += " " + Print(value);
  return text;
}

std::string Error(const absl::Status& status) {
  return "error " + std::string(status.message());
}

std::string Pack(const RecordFormat& format, std::istringstream& words) {
  std::vector<RecordValue> values;
  std::list<std::string> memory;
  for (std::string word; words >> word;) {
    const std::optional<RecordValue> value = ParseValue(word, memory);
    if (!value) return "error beyond 64 bits";
    values.push_back(*value);
  }
  const absl::StatusOr<std::string> bytes = format.Pack(values);
  return bytes.ok() ? "ok " + ToHex(*bytes) : Error(bytes.status());
}

std::string UnpackAll(const RecordFormat& format, std::string_view bytes) {
  std::string text = "ok";
  const absl::Status status = format.UnpackAll(
      bytes, [&](absl::Span<const RecordValue> values) { text += PrintAll(values) + " /"; });
  return status.ok() ? text : Error(status);
}

std::string Answer(const std::string& line) {
  std::istringstream words(line);
  std::string verb, hex_format, hex_bytes;
  words >> verb >> hex_format;
  const absl::StatusOr<RecordFormat> format =
      RecordFormat::Parse(FromHex(hex_format), {.record_bytes_max = kRecordBytesCeiling});
  if (!format.ok()) return Error(format.status());
  if (verb == "size") return "ok " + std::to_string(format->record_bytes());
  if (verb == "pack") return Pack(*format, words);
  words >> hex_bytes;
  const std::string bytes = FromHex(hex_bytes);
  if (verb == "iter") return UnpackAll(*format, bytes);
  absl::StatusOr<std::vector<RecordValue>> values;
  if (verb == "unpack") {
    values = format->Unpack(bytes);
  } else {
    ptrdiff_t offset = 0;
    words >> offset;
    values = format->UnpackFrom(bytes, offset);
  }
  return values.ok() ? "ok" + PrintAll(*values) : Error(values.status());
}

}  // namespace
}  // namespace sluice

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) std::cout << sluice::Answer(line) << "\n";
}
