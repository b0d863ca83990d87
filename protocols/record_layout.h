// Where the values of a record lie: format strings with the meaning that Python's struct module
// gives them. Both faces of records stand on it, the one of the compiler (record.h) and the one of
// the run time (record_format.h).
//
//   prefix   <  little endian   >  !  big endian   =  this machine's byte order
//            @ or none: this machine's order, sizes and alignment, with padding between the values
//   codes    x c b B ? h H i I l L q Q e f d s p, and n N P in native mode
//   counts   3i is iii; 10s and 10p are one value of ten bytes; 0q only aligns
#ifndef SLUICE_PROTOCOLS_RECORD_LAYOUT_H_
#define SLUICE_PROTOCOLS_RECORD_LAYOUT_H_

#include <sys/types.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "protocols/length_field.h"

namespace sluice {

enum class RecordKind : uint8_t {
  kUnknown,
  kPad,       // x: zero bytes, no value
  kChar,      // c: one byte
  kSigned,    // b h i l q n
  kUnsigned,  // B H I L Q N
  kPointer,   // P: unsigned; what is packed may be negative, as Python has it
  kBool,      // ?: any byte but 0 is true
  kHalf,      // e: IEEE 754 binary16
  kFloat,     // f
  kDouble,    // d
  kBytes,     // s: cut off, or filled up with zeros
  kPascal,    // p: a byte that counts, then as many bytes; cut off, or filled up with zeros
};

// One value's size and alignment in bytes; of s, p and x for a count of one.
struct RecordCode {
  RecordKind kind = RecordKind::kUnknown;
  uint8_t width = 0;
  uint8_t alignment = 1;
};

namespace record_internal {

// Alignment is that of members: on some processors alignof says more.
template <class T>
constexpr RecordCode Native(RecordKind kind) {
  struct Probe {
    char before;
    T member;
  };
  return {kind, sizeof(T), offsetof(Probe, member)};
}

constexpr RecordCode StandardCode(char code) {
  switch (code) {
    case 'x':
      return {RecordKind::kPad, 1};
    case 'c':
      return {RecordKind::kChar, 1};
    case 'b':
      return {RecordKind::kSigned, 1};
    case 'B':
      return {RecordKind::kUnsigned, 1};
    case '?':
      return {RecordKind::kBool, 1};
    case 'h':
      return {RecordKind::kSigned, 2};
    case 'H':
      return {RecordKind::kUnsigned, 2};
    case 'i':
    case 'l':
      return {RecordKind::kSigned, 4};
    case 'I':
    case 'L':
      return {RecordKind::kUnsigned, 4};
    case 'q':
      return {RecordKind::kSigned, 8};
    case 'Q':
      return {RecordKind::kUnsigned, 8};
    case 'e':
      return {RecordKind::kHalf, 2};
    case 'f':
      return {RecordKind::kFloat, 4};
    case 'd':
      return {RecordKind::kDouble, 8};
    case 's':
      return {RecordKind::kBytes, 1};
    case 'p':
      return {RecordKind::kPascal, 1};
    default:
      return {};
  }
}

constexpr RecordCode NativeCode(char code) {
  switch (code) {
    case '?':
      return Native<bool>(RecordKind::kBool);
    case 'h':
      return Native<short>(RecordKind::kSigned);
    case 'H':
      return Native<unsigned short>(RecordKind::kUnsigned);
    case 'i':
      return Native<int>(RecordKind::kSigned);
    case 'I':
      return Native<unsigned>(RecordKind::kUnsigned);
    case 'l':
      return Native<long>(RecordKind::kSigned);
    case 'L':
      return Native<unsigned long>(RecordKind::kUnsigned);
    case 'q':
      return Native<long long>(RecordKind::kSigned);
    case 'Q':
      return Native<unsigned long long>(RecordKind::kUnsigned);
    case 'n':
      return Native<ssize_t>(RecordKind::kSigned);
    case 'N':
      return Native<size_t>(RecordKind::kUnsigned);
    case 'P':
      return Native<void*>(RecordKind::kPointer);
    case 'e':
      return Native<short>(RecordKind::kHalf);
    case 'f':
      return Native<float>(RecordKind::kFloat);
    case 'd':
      return Native<double>(RecordKind::kDouble);
    default:
      return StandardCode(code);
  }
}

constexpr bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool IsPrefix(char c) {
  return c == '<' || c == '>' || c == '!' || c == '=' || c == '@';
}

}  // namespace record_internal

enum class RecordFormatError : uint8_t {
  kNone = 0,
  kUnknownCode,
  kNativeOnly,        // n, N or P behind a prefix other than @
  kPrefixNotFirst,    // a byte order anywhere but at the very front
  kCountWithoutCode,  // "3" at the end, or "3 h"
  kTooLong,           // the record would have more than kRecordBytesCeiling bytes
};

// Python's own ceiling: sizes are of type Py_ssize_t.
inline constexpr size_t kRecordBytesCeiling = PTRDIFF_MAX;

// A code with its count.
struct RecordItem {
  char code = 0;
  RecordCode type;
  size_t count = 0;   // of values; of bytes for s and p
  size_t offset = 0;  // of the first byte

  constexpr size_t value_count() const {
    if (type.kind == RecordKind::kPad) return 0;
    const bool one = type.kind == RecordKind::kBytes || type.kind == RecordKind::kPascal;
    return one ? 1 : count;
  }
};

// Walks over a format, item by item.
//
//   RecordScanner scanner("<hI");
//   for (RecordItem item; scanner.Next(item);) ...
//   if (scanner.error() != RecordFormatError::kNone) ...
class RecordScanner {
 public:
  constexpr explicit RecordScanner(std::string_view format) : format_(format) {
    if (format_.empty() || !record_internal::IsPrefix(format_[0])) return;
    const char prefix = format_[0];
    at_ = 1;
    native_ = prefix == '@';
    if (prefix == '<') order_ = ByteOrder::kLittle;
    if (prefix == '>' || prefix == '!') order_ = ByteOrder::kBig;
  }

  // False at the end, and where an error is.
  constexpr bool Next(RecordItem& item) {
    using namespace record_internal;
    while (at_ < format_.size() && IsSpace(format_[at_])) ++at_;
    if (at_ == format_.size()) return false;
    const size_t begin = at_;
    size_t count = 1;
    if (IsDigit(format_[at_])) {
      if (!ReadCount(count)) return Fail(RecordFormatError::kTooLong, begin);
      if (at_ == format_.size() || IsSpace(format_[at_])) {
        return Fail(RecordFormatError::kCountWithoutCode, begin);
      }
    }
    const char code = format_[at_];
    const RecordCode type = native_ ? NativeCode(code) : StandardCode(code);
    if (type.kind == RecordKind::kUnknown) return Fail(WhyUnknown(code), at_);
    const size_t padding = (type.alignment - bytes_ % type.alignment) % type.alignment;
    if (padding > kRecordBytesCeiling - bytes_ ||
        count > (kRecordBytesCeiling - bytes_ - padding) / type.width) {
      return Fail(RecordFormatError::kTooLong, begin);
    }
    item = {code, type, count, bytes_ + padding};
    bytes_ = item.offset + count * type.width;
    ++at_;
    return true;
  }

  constexpr RecordFormatError error() const { return error_; }
  constexpr size_t error_at() const { return at_; }  // index in the format
  constexpr ByteOrder order() const { return order_; }
  constexpr bool native() const { return native_; }
  constexpr size_t bytes() const { return bytes_; }  // of the items so far

 private:
  constexpr bool ReadCount(size_t& count) {
    for (count = 0; at_ < format_.size() && record_internal::IsDigit(format_[at_]); ++at_) {
      const auto digit = static_cast<size_t>(format_[at_] - '0');
      if (count > (kRecordBytesCeiling - digit) / 10) return false;
      count = count * 10 + digit;
    }
    return true;
  }

  constexpr bool Fail(RecordFormatError error, size_t at) {
    error_ = error;
    at_ = at;
    return false;
  }

  constexpr RecordFormatError WhyUnknown(char code) const {
    using namespace record_internal;
    if (IsPrefix(code)) return RecordFormatError::kPrefixNotFirst;
    return NativeCode(code).kind == RecordKind::kUnknown ? RecordFormatError::kUnknownCode
                                                         : RecordFormatError::kNativeOnly;
  }

  std::string_view format_;
  size_t at_ = 0;
  size_t bytes_ = 0;
  bool native_ = true;
  ByteOrder order_ =
      std::endian::native == std::endian::little ? ByteOrder::kLittle : ByteOrder::kBig;
  RecordFormatError error_ = RecordFormatError::kNone;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_RECORD_LAYOUT_H_
