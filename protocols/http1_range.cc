#include "protocols/http1_range.h"

#include <algorithm>
#include <optional>

#include "protocols/http1_lists.h"
#include "protocols/http1_message.h"

namespace sluice {
namespace {

// As far as a file can reach: a larger number means the same.
constexpr uint64_t kNumberMax = INT64_MAX;

// Digits only, at least one; a number too large to hold is the largest.
std::optional<uint64_t> ParseNumber(std::string_view digits) {
  uint64_t number = 0;
  if (digits.empty()) return std::nullopt;
  for (const char byte : digits) {
    if (!http1::IsDigit(byte)) return std::nullopt;
    const auto digit = static_cast<uint64_t>(byte - '0');
    number = number > (kNumberMax - digit) / 10 ? kNumberMax : number * 10 + digit;
  }
  return number;
}

// "0-99", "100-" or "-5"; nothing where it is malformed, length 0 where it lies beyond the end.
std::optional<Http1ByteRange> ParseOne(std::string_view spec, uint64_t size) {
  const size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view first_text = spec.substr(0, dash), last_text = spec.substr(dash + 1);
  if (first_text.empty()) {
    const std::optional<uint64_t> suffix = ParseNumber(last_text);
    if (!suffix) return std::nullopt;
    const uint64_t length = std::min(*suffix, size);
    return Http1ByteRange{size - length, length};
  }
  const std::optional<uint64_t> first = ParseNumber(first_text);
  const std::optional<uint64_t> last = last_text.empty() ? kNumberMax : ParseNumber(last_text);
  if (!first || !last || *last < *first) return std::nullopt;
  if (*first >= size) return Http1ByteRange{};
  return Http1ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

size_t CountOverlaps(std::vector<Http1ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Http1ByteRange& a, const Http1ByteRange& b) { return a.offset < b.offset; });
  size_t overlaps = 0;
  uint64_t reached = 0;
  for (const Http1ByteRange& range : ranges) {
    if (range.offset < reached) ++overlaps;
    reached = std::max(reached, range.offset + range.length);
  }
  return overlaps;
}

}  // namespace

Http1Ranges ParseHttp1Range(std::string_view value, uint64_t size, const Http1RangeLimits& limits) {
  const size_t equals = value.find('=');
  if (equals == std::string_view::npos) return {};
  if (!Http1EqualNames(http1::TrimSpace(value.substr(0, equals)), "bytes")) return {};
  value.remove_prefix(equals + 1);
  Http1Ranges parsed;
  size_t asked = 0;
  while (!value.empty()) {
    const std::string_view spec = http1::TakeElement(&value);
    if (spec.empty()) continue;
    const std::optional<Http1ByteRange> range = ParseOne(spec, size);
    if (!range || ++asked > limits.ranges_max) return {};
    if (range->length > 0) parsed.ranges.push_back(*range);
  }
  if (asked == 0 || CountOverlaps(parsed.ranges) > limits.overlaps_max) return {};
  parsed.result =
      parsed.ranges.empty() ? Http1RangeResult::kUnsatisfiable : Http1RangeResult::kRanges;
  return parsed;
}

std::string Http1ContentRange(const Http1ByteRange& range, uint64_t size) {
  return "bytes " + std::to_string(range.offset) + "-" +
         std::to_string(range.offset + range.length - 1) + "/" + std::to_string(size);
}

std::string Http1ContentRange(uint64_t size) {
  return "bytes */" + std::to_string(size);
}

}  // namespace sluice
