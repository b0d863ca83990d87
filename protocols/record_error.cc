#include "protocols/record_error.h"

#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "protocols/record_scalar.h"

namespace sluice::record_internal {
namespace {

// Of an untrusted format, as much as fits a line.
constexpr size_t kFormatShownMax = 80;

std::string Escaped(std::string_view text) {
  const bool cut = text.size() > kFormatShownMax;
  text = text.substr(0, kFormatShownMax);
  return absl::CHexEscape(absl::string_view(text.data(), text.size())) + (cut ? "..." : "");
}

std::string InFormat(std::string_view format) {
  return "in format \"" + Escaped(format) + "\"";
}

std::string Describe(RecordFormatError error, char at) {
  const std::string code = "'" + Escaped(std::string_view(&at, 1)) + "'";
  switch (error) {
    case RecordFormatError::kUnknownCode:
      return "unknown code " + code;
    case RecordFormatError::kNativeOnly:
      return "code " + code + " has no standard size: use it without a prefix, or with @";
    case RecordFormatError::kPrefixNotFirst:
      return "a prefix such as " + code + " stands at the very front only";
    case RecordFormatError::kCountWithoutCode:
      return "a count wants its code right behind it";
    case RecordFormatError::kTooLong:
      return absl::StrCat("the record would be longer than ", kRecordBytesCeiling, " bytes");
    case RecordFormatError::kNone:
      break;
  }
  return "nothing is wrong";
}

std::string Describe(const RecordValue& value) {
  struct Words {
    std::string operator()(int64_t v) const { return absl::StrCat(v); }
    std::string operator()(uint64_t v) const { return absl::StrCat(v); }
    std::string operator()(double v) const { return absl::StrCat("the number ", v); }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::string_view v) const {
      return v.size() == 1 ? "1 byte" : absl::StrCat(v.size(), " bytes");
    }
  };
  return std::visit(Words(), value.variant());
}

std::string SignedRange(size_t width) {
  const int64_t low = SignExtend(uint64_t{1} << (8 * width - 1), width);
  return absl::StrCat("a whole number from ", low, " to ", -(low + 1));
}

std::string Wanted(const RecordCode& type) {
  switch (type.kind) {
    case RecordKind::kChar:
      return "1 byte";
    case RecordKind::kSigned:
      return SignedRange(type.width);
    case RecordKind::kUnsigned:
      return absl::StrCat("a whole number from 0 to ", UINT64_MAX >> (64 - 8 * type.width));
    case RecordKind::kPointer:
      return absl::StrCat("a whole number from ", INT64_MIN, " to ", UINT64_MAX);
    case RecordKind::kHalf:
      return "a number that rounds to 65504 at most";
    case RecordKind::kFloat:
      return "a number that a float can hold";
    case RecordKind::kDouble:
      return "a number";
    default:
      return "bytes";
  }
}

absl::Status Error(std::string_view format, const std::string& what) {
  return absl::InvalidArgumentError(InFormat(format) + what);
}

}  // namespace

absl::Status FormatError(std::string_view format, const RecordScanner& scanner) {
  const size_t at = scanner.error_at();
  return Error(format, absl::StrCat(" at ", at, ": ", Describe(scanner.error(), format[at])));
}

absl::Status ValueError(std::string_view format, const RecordItem& item, size_t number,
                        const RecordValue& value) {
  return Error(format, absl::StrCat(": value ", number, " is ", Describe(value), "; code '",
                                    std::string(1, item.code), "' takes ", Wanted(item.type)));
}

absl::Status ValueCountError(std::string_view format, size_t wanted, size_t got) {
  return Error(format, absl::StrCat(": it takes ", wanted, wanted == 1 ? " value" : " values",
                                    ", got ", got));
}

absl::Status RecordBytesError(std::string_view format, size_t wanted, size_t got) {
  return Error(format, absl::StrCat(": a record has ", wanted, wanted == 1 ? " byte" : " bytes",
                                    ", got ", got));
}

absl::Status RecordsBytesError(std::string_view format, size_t record_bytes, size_t got) {
  if (record_bytes == 0) return Error(format, ": a record has no bytes, so that there is no end");
  return Error(format,
               absl::StrCat(": ", got, " bytes are no whole number of records of ", record_bytes));
}

absl::Status OffsetError(std::string_view format, size_t record_bytes, size_t size,
                         ptrdiff_t offset) {
  return Error(format,
               absl::StrCat(": a record has ", record_bytes, " bytes, and there are not as ",
                            "many at offset ", offset, " of ", size));
}

}  // namespace sluice::record_internal
