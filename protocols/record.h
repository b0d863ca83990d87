// Typed records: values to bytes and back by a format as Python's struct module has them, with the
// format a literal that the compiler checks. Where it is known at run time only: record_format.h.
//
//   using Reading = sluice::Record<"<hIq5s">;          // struct.Struct('<hIq5s')
//
//   connection.Send(Reading::Pack(-1, 7, now, "hello"));
//   absl::StatusOr<Reading::Values> reading = Reading::Unpack(bytes);
//   const auto& [kind, sensor, time, name] = *reading; // int16_t, uint32_t, int64_t, string_view
//
// Pack<"<hIq5s">(...) and Unpack<"<hIq5s">(bytes) are the same without the name. Sizes are
// constants; nothing is allocated but the text of an error. A wrong format, too many or too few
// values, a value of another type and a constant out of range do not compile.
//
// The sharp edge: without '<', '>' or '!' the bytes are those of this machine, with padding that
// depends on its compiler. That is for files of shared memory, never for the wire.
#ifndef SLUICE_PROTOCOLS_RECORD_H_
#define SLUICE_PROTOCOLS_RECORD_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protocols/record_error.h"
#include "protocols/record_literal.h"

namespace sluice {

// The bytes of one record. Reads as a string_view wherever one is wanted: Send, Encode.
template <size_t kBytes>
struct PackedRecord : std::array<char, kBytes> {
  // NOLINTNEXTLINE(google-explicit-constructor)
  operator std::string_view() const { return {this->data(), kBytes}; }
  std::string_view view() const { return *this; }
};

namespace record_internal {

template <RecordText kFormat, class Indices>
class RecordOf;

// The values are those of `I`.
template <RecordText kFormat, size_t... I>
class RecordOf<kFormat, std::index_sequence<I...>> {
  static constexpr LiteralSummary kSummary = Summarize(kFormat.view());
  static constexpr bool kRight = kSummary.error == RecordFormatError::kNone;
  static constexpr std::array<RecordItem, sizeof...(I)> kItems =
      ItemPerValue<sizeof...(I)>(kFormat.view());
  static constexpr auto KindOf(size_t i) { return kItems[i].type.kind; }
  template <size_t i>
  using ValueAt = decltype(ValueOf<KindOf(i), kItems[i].type.width>());

 public:
  static constexpr size_t kBytes = kSummary.bytes;  // struct.calcsize
  // What a record holds, in order: numbers by their size, float for e and f, double for d, char for
  // c, bool for ?, and for s and p a view of the bytes that were unpacked.
  using Values = std::tuple<ValueAt<I>...>;

  // As struct.pack. s is filled up with zeros, or cut off; p too. For a number whose type could be
  // out of its code's range (an int for h), and for any that is not constant of e: PackChecked.
  static PackedRecord<kBytes> Pack(ValueThatFits<KindOf(I), ValueAt<I>>... values) {
    PackedRecord<kBytes> record;
    StoreAll(record.data(), values.value()...);
    return record;
  }
  // As struct.pack_into: writes kBytes bytes, padding included. `out` may have any alignment.
  static void PackTo(char* out, ValueThatFits<KindOf(I), ValueAt<I>>... values) {
    StoreAll(out, values.value()...);
  }
  template <class... T>
  requires(sizeof...(T) != sizeof...(I)) static PackedRecord<kBytes> Pack(const T&...) {
    static_assert(sizeof...(T) == sizeof...(I) || !kRight,
                  "Pack: the format takes another number of values");
    return {};
  }

  // As Pack, with any numbers. InvalidArgument says which one does not fit and what does.
  template <class... T>
  static absl::StatusOr<PackedRecord<kBytes>> PackChecked(const T&... values) {
    static_assert(sizeof...(T) == sizeof...(I) || !kRight,
                  "PackChecked: the format takes another number of values");
    PackedRecord<kBytes> record{};
    if constexpr (sizeof...(T) == sizeof...(I)) {
      size_t wrong = 0;  // counts from 1
      if (!(StoreChecked<I>(record.data(), values, wrong) && ...)) {
        const RecordValue all[] = {AsRecordValue(values)..., RecordValue()};
        return ValueError(kFormat.view(), kItems[wrong - 1], wrong, all[wrong - 1]);
      }
    }
    return record;
  }

  // Pack and PackChecked as objects.
  struct Packer {
    PackedRecord<kBytes> operator()(ValueThatFits<KindOf(I), ValueAt<I>>... values) const {
      return Pack(values...);
    }
    template <class... T>
    requires(sizeof...(T) != sizeof...(I)) PackedRecord<kBytes>
    operator()(const T&... t) const { return Pack(t...); }
  };
  struct CheckedPacker {
    template <class... T>
    absl::StatusOr<PackedRecord<kBytes>> operator()(const T&... values) const {
      return PackChecked(values...);
    }
  };

  // As struct.unpack: `bytes` are one record and nothing else.
  static absl::StatusOr<Values> Unpack(std::string_view bytes) {
    if (bytes.size() != kBytes) [[unlikely]] {
      return RecordBytesError(kFormat.view(), kBytes, bytes.size());
    }
    return Load(bytes.data());
  }
  // As struct.unpack_from: one record out of many bytes; a negative offset counts from their end.
  static absl::StatusOr<Values> UnpackFrom(std::string_view bytes, ptrdiff_t offset = 0) {
    const size_t begin = RecordBegin(kBytes, bytes.size(), offset);
    if (begin == SIZE_MAX) [[unlikely]] {
      return OffsetError(kFormat.view(), kBytes, bytes.size(), offset);
    }
    return Load(bytes.data() + begin);
  }
  // Where it is sure that kBytes bytes are there: a FixedRecordCodec's message. Any alignment.
  static Values Load([[maybe_unused]] const char* at) { return Values(LoadValue<I>(at)...); }

 private:
  static void StoreAll(char* record, ValueAt<I>... values) {
    ((ClearBefore<I>(record), Store<I>(record, values)), ...);
    ClearBefore<sizeof...(I)>(record);
  }

  // The padding between a value, or the end, and the value before it.
  template <size_t i>
  static void ClearBefore(char* record) {
    constexpr size_t kBegin = i == 0 ? 0 : EndOf(i - 1);
    constexpr size_t kEnd = i == sizeof...(I) ? kBytes : kItems[i].offset;
    if constexpr (kEnd > kBegin) std::fill_n(record + kBegin, kEnd - kBegin, '\0');
  }
  static constexpr size_t EndOf(size_t i) {
    return kItems[i].offset + kItems[i].count * kItems[i].type.width;
  }

  template <size_t i>
  static void Store(char* record, ValueAt<i> value) {
    constexpr RecordItem kItem = kItems[i];
    char* at = record + kItem.offset;
    if constexpr (kItem.type.kind == RecordKind::kBytes) {
      StoreBytes(at, kItem.count, value);
    } else if constexpr (kItem.type.kind == RecordKind::kPascal) {
      StorePascal(at, kItem.count, value);
    } else {
      StoreBits(at, kItem.type.width, kSummary.order, ToBits<kItem.type.kind>(value));
    }
  }

  template <size_t i, class T>
  static bool StoreChecked(char* record, const T& value, size_t& wrong) {
    constexpr RecordKind kKind = KindOf(i);
    if constexpr (CheckRecordValue<kKind, std::decay_t<T>>::value) {
      if (!Fits<kKind, ValueAt<i>>(value, kSummary.native)) {
        wrong = i + 1;
        return false;
      }
      Store<i>(record, static_cast<ValueAt<i>>(value));
    }
    return true;
  }

  template <RecordKind kKind, class T>
  static uint64_t ToBits(T value) {
    if constexpr (kKind == RecordKind::kHalf) return HalfFromDouble(value).value_or(0);
    if constexpr (kKind == RecordKind::kFloat) return std::bit_cast<uint32_t>(value);
    if constexpr (kKind == RecordKind::kDouble) return std::bit_cast<uint64_t>(value);
    if constexpr (kKind == RecordKind::kChar) return static_cast<unsigned char>(value);
    if constexpr (std::integral<T>) return static_cast<uint64_t>(value);
  }

  template <size_t i>
  static ValueAt<i> LoadValue(const char* record) {
    constexpr RecordItem kItem = kItems[i];
    constexpr RecordKind kKind = kItem.type.kind;
    const char* at = record + kItem.offset;
    if constexpr (kKind == RecordKind::kBytes) {
      return {at, kItem.count};
    } else if constexpr (kKind == RecordKind::kPascal) {
      return LoadPascal(at, kItem.count);
    } else {
      const uint64_t bits = LoadBits(at, kItem.type.width, kSummary.order);
      if constexpr (kKind == RecordKind::kHalf) return FloatFromHalf(static_cast<uint16_t>(bits));
      if constexpr (kKind == RecordKind::kFloat) {
        return std::bit_cast<float>(static_cast<uint32_t>(bits));
      }
      if constexpr (kKind == RecordKind::kDouble) return std::bit_cast<double>(bits);
      if constexpr (std::same_as<ValueAt<i>, bool>) return bits != 0;
      if constexpr (std::integral<ValueAt<i>>) return static_cast<ValueAt<i>>(bits);
    }
  }

  template <class T>
  static RecordValue AsRecordValue(const T& value) {
    if constexpr (std::same_as<T, char>) {
      return std::string_view(&value, 1);
    } else {
      return value;
    }
  }
};

// How many values a format has; does not compile where the format is wrong.
template <RecordText kFormat>
consteval size_t LiteralValues() {
  constexpr LiteralSummary kSummary = Summarize(kFormat.view());
  if constexpr (CheckRecordFormat<kFormat, kSummary.error, kSummary.error_at>::value) {
    static_assert(kSummary.values <= kLiteralValuesMax,
                  "record format: more than 64 values; use RecordFormat of record_format.h");
    return kSummary.values;
  } else {
    return 0;
  }
}

}  // namespace record_internal

template <RecordText kFormat>
class Record : public record_internal::RecordOf<
                   kFormat, std::make_index_sequence<record_internal::LiteralValues<kFormat>()>> {};

// As struct.iter_unpack: a range over the records of `bytes`, each a Values.
//
//   absl::StatusOr<Records<"<hI">> all = UnpackAll<"<hI">(bytes);
//   for (const auto& [kind, sensor] : *all) ...
template <RecordText kFormat>
class Records {
 public:
  static_assert(Record<kFormat>::kBytes > 0, "records of no bytes have no end");

  // InvalidArgument when `bytes`, which must outlive the range, are no whole number of records.
  static absl::StatusOr<Records> Of(std::string_view bytes) {
    if (bytes.size() % Record<kFormat>::kBytes != 0) {
      return record_internal::RecordsBytesError(kFormat.view(), Record<kFormat>::kBytes,
                                                bytes.size());
    }
    return Records(bytes);
  }

  class Iterator {
   public:
    explicit Iterator(const char* at) : at_(at) {}
    auto operator*() const { return Record<kFormat>::Load(at_); }
    Iterator& operator++() {
      at_ += Record<kFormat>::kBytes;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const char* at_;
  };

  Iterator begin() const { return Iterator(bytes_.data()); }
  Iterator end() const { return Iterator(bytes_.data() + bytes_.size()); }
  size_t size() const { return bytes_.size() / Record<kFormat>::kBytes; }

 private:
  explicit Records(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
};

// Without a name for the record. Objects, not functions: what Pack takes follows from the format,
// and not from what it is given.
template <RecordText kFormat>
inline constexpr auto Pack = typename Record<kFormat>::Packer();
template <RecordText kFormat>
inline constexpr auto PackChecked = typename Record<kFormat>::CheckedPacker();
template <RecordText kFormat>
inline constexpr auto Unpack = &Record<kFormat>::Unpack;
template <RecordText kFormat>
inline constexpr auto UnpackFrom = &Record<kFormat>::UnpackFrom;
template <RecordText kFormat>
inline constexpr auto UnpackAll = &Records<kFormat>::Of;
template <RecordText kFormat>
inline constexpr size_t kRecordBytes = Record<kFormat>::kBytes;

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_RECORD_H_
