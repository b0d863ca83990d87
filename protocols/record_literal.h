// What the compiler knows of a format that is a literal; record.h is what users include.
#ifndef SLUICE_PROTOCOLS_RECORD_LITERAL_H_
#define SLUICE_PROTOCOLS_RECORD_LITERAL_H_

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "protocols/record_half.h"
#include "protocols/record_layout.h"
#include "protocols/record_scalar.h"

namespace sluice {

// A string literal as a template's argument.
template <size_t kSize>
struct RecordText {
  // NOLINTNEXTLINE(google-explicit-constructor): Pack<"<hI">
  consteval RecordText(const char (&literal)[kSize]) { std::copy_n(literal, kSize, text); }
  constexpr std::string_view view() const { return {text, kSize - 1}; }

  char text[kSize];
};

namespace record_internal {

// More would take the compiler long.
inline constexpr size_t kLiteralValuesMax = 64;

// What the compiler shows of a format that is wrong: the format, what is wrong, and where.
template <RecordText kFormat, RecordFormatError kError, size_t kAt>
struct CheckRecordFormat {
  static_assert(kError != RecordFormatError::kUnknownCode,
                "record format: unknown code; there are x c b B ? h H i I l L q Q n N e f d s p P");
  static_assert(kError != RecordFormatError::kNativeOnly,
                "record format: n, N and P have no standard size: use no prefix, or @");
  static_assert(kError != RecordFormatError::kPrefixNotFirst,
                "record format: a prefix (< > ! = @) stands at the very front only");
  static_assert(kError != RecordFormatError::kCountWithoutCode,
                "record format: a count wants its code right behind it");
  static_assert(kError != RecordFormatError::kTooLong, "record format: the record is too long");
  static constexpr bool value = kError == RecordFormatError::kNone;
};

struct LiteralSummary {
  RecordFormatError error = RecordFormatError::kNone;
  size_t error_at = 0;
  size_t bytes = 0;
  size_t values = 0;
  ByteOrder order = ByteOrder::kBig;
  bool native = false;
};

consteval LiteralSummary Summarize(std::string_view format) {
  LiteralSummary summary;
  RecordScanner scanner(format);
  for (RecordItem item; scanner.Next(item);) {
    if (item.value_count() > SIZE_MAX - summary.values) break;
    summary.values += item.value_count();
  }
  summary.error = scanner.error();
  if (summary.error != RecordFormatError::kNone) summary.error_at = scanner.error_at();
  summary.bytes = scanner.bytes();
  summary.order = scanner.order();
  summary.native = scanner.native();
  return summary;
}

// One item a value: `3i` became three with a count of 1.
template <size_t kValues>
consteval std::array<RecordItem, kValues> ItemPerValue(std::string_view format) {
  std::array<RecordItem, kValues> items{};
  size_t next = 0;
  RecordScanner scanner(format);
  for (RecordItem item; next < kValues && scanner.Next(item);) {
    const size_t values = item.value_count();
    const bool is_bytes =
        item.type.kind == RecordKind::kBytes || item.type.kind == RecordKind::kPascal;
    for (size_t i = 0; i < values; ++i) {
      items[next] = item;
      if (!is_bytes) items[next].count = 1;
      items[next++].offset += i * item.type.width;
    }
  }
  return items;
}

// ---- the type of a value

template <size_t kWidth>
auto SignedOf() {
  if constexpr (kWidth == 1) return int8_t{};
  if constexpr (kWidth == 2) return int16_t{};
  if constexpr (kWidth == 4) return int32_t{};
  if constexpr (kWidth == 8) return int64_t{};
}

template <RecordKind kKind, size_t kWidth>
auto ValueOf() {
  if constexpr (kKind == RecordKind::kChar) return char{};
  if constexpr (kKind == RecordKind::kSigned) return SignedOf<kWidth>();
  if constexpr (kKind == RecordKind::kUnsigned || kKind == RecordKind::kPointer) {
    return std::make_unsigned_t<decltype(SignedOf<kWidth>())>{};
  }
  if constexpr (kKind == RecordKind::kBool) return bool{};
  if constexpr (kKind == RecordKind::kHalf || kKind == RecordKind::kFloat) return float{};
  if constexpr (kKind == RecordKind::kDouble) return double{};
  if constexpr (kKind == RecordKind::kBytes || kKind == RecordKind::kPascal) {
    return std::string_view{};
  }
}

// ---- what may be packed

// Whole numbers without the types that stand for characters and truths.
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                      !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                      !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <class T>
concept RealNumber = std::same_as<T, float> || std::same_as<T, double>;

template <class T, RecordKind kKind>
concept Convertible = (kKind == RecordKind::kChar && std::same_as<T, char>) ||
                      (kKind == RecordKind::kBool && std::same_as<T, bool>) ||
                      ((kKind == RecordKind::kSigned || kKind == RecordKind::kUnsigned ||
                        kKind == RecordKind::kPointer) &&
                       WholeNumber<T>) ||
                      ((kKind == RecordKind::kHalf || kKind == RecordKind::kFloat ||
                        kKind == RecordKind::kDouble) &&
                       (WholeNumber<T> || RealNumber<T>)) ||
                      ((kKind == RecordKind::kBytes || kKind == RecordKind::kPascal) &&
                       std::convertible_to<T, std::string_view>);

// Whether any T whatsoever has a place in `kKind` with the value type `Value`.
template <class T, RecordKind kKind, class Value>
constexpr bool AlwaysFits() {
  if constexpr (kKind == RecordKind::kHalf) {
    return false;
  } else if constexpr (WholeNumber<Value>) {
    return std::in_range<Value>(std::numeric_limits<T>::min()) &&
           std::in_range<Value>(std::numeric_limits<T>::max());
  } else if constexpr (RealNumber<Value>) {
    return std::numeric_limits<T>::digits <= std::numeric_limits<Value>::digits;
  } else {
    return true;
  }
}

// Whether this one does, by Python's rules.
template <RecordKind kKind, class Value, class T>
constexpr bool Fits(T value, bool native) {
  if constexpr (kKind == RecordKind::kHalf) {
    return HalfFromDouble(static_cast<double>(value)).has_value();
  } else if constexpr (kKind == RecordKind::kFloat) {
    return native || FitsFloat(static_cast<double>(value));
  } else if constexpr (kKind == RecordKind::kPointer && std::signed_integral<T>) {
    return true;  // negative ones wrap
  } else if constexpr (WholeNumber<Value>) {
    return std::in_range<Value>(value);
  } else {
    return true;
  }
}

// What the compiler shows where a value of another type is given.
template <RecordKind kKind, class T>
struct CheckRecordValue {
  static constexpr bool value = Convertible<T, kKind>;
  static_assert(value || kKind != RecordKind::kChar, "code c takes a char");
  static_assert(value || kKind != RecordKind::kBool, "code ? takes a bool");
  static_assert(value || (kKind != RecordKind::kSigned && kKind != RecordKind::kUnsigned &&
                          kKind != RecordKind::kPointer),
                "codes b B h H i I l L q Q n N P take a whole number");
  static_assert(value || (kKind != RecordKind::kHalf && kKind != RecordKind::kFloat &&
                          kKind != RecordKind::kDouble),
                "codes e f d take a number");
  static_assert(value || (kKind != RecordKind::kBytes && kKind != RecordKind::kPascal),
                "codes s and p take what becomes a std::string_view");
};

// Not constexpr: the compiler names it where a constant is out of its code's range.
inline void TheValueIsOutOfTheRangeOfItsCode() {}

}  // namespace record_internal

// What Pack takes for a value of type `Value`: constants that fit, which the compiler checks, and
// whatever is of a type that always fits. Where the compiler says of anything else that "the value
// of
// ... is not usable in a constant expression", it could be out of range: cast it, or use
// PackChecked.
template <RecordKind kKind, class Value>
class ValueThatFits {
 public:
  template <class T>
  requires(record_internal::Convertible<T, kKind>&& record_internal::AlwaysFits<
           T, kKind, Value>()) constexpr ValueThatFits(const T& value)
      : value_(static_cast<Value>(value)) {}

  template <class T>
  requires(
      record_internal::Convertible<T, kKind> &&
      !record_internal::AlwaysFits<T, kKind, Value>()) consteval ValueThatFits(const T& value) {
    if (!record_internal::Fits<kKind, Value>(value, /*native=*/false)) {
      record_internal::TheValueIsOutOfTheRangeOfItsCode();
    }
    value_ = static_cast<Value>(value);
  }

  template <class T>
  requires(!record_internal::Convertible<T, kKind>) constexpr ValueThatFits(const T&) {
    static_cast<void>(record_internal::CheckRecordValue<kKind, T>::value);
  }

  constexpr Value value() const { return value_; }

 private:
  Value value_{};
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_RECORD_LITERAL_H_
