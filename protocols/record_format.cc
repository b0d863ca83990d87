#include "protocols/record_format.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "protocols/record_error.h"
#include "protocols/record_half.h"
#include "protocols/record_scalar.h"

namespace sluice {
namespace {

using record_internal::FitsFloat;
using record_internal::LoadBits;
using record_internal::SignExtend;
using record_internal::StoreBits;

// The bit pattern of a whole number or a truth, if the code has it.
std::optional<uint64_t> WholeBits(const RecordCode& type, const RecordValue& value) {
  const bool wraps = type.kind == RecordKind::kPointer;
  const int bits = 8 * type.width;
  if (const bool* truth = value.As<bool>()) return *truth ? 1 : 0;
  if (const int64_t* number = value.As<int64_t>()) {
    const bool fits = type.kind == RecordKind::kSigned
                          ? SignExtend(static_cast<uint64_t>(*number), type.width) == *number
                          : *number >= 0 && (static_cast<uint64_t>(*number) >> (bits - 1)) <= 1;
    if (fits || wraps) return static_cast<uint64_t>(*number);
  }
  if (const uint64_t* number = value.As<uint64_t>()) {
    const uint64_t above = *number >> (bits - 1);
    if (above == 0 || (above == 1 && type.kind != RecordKind::kSigned)) return *number;
  }
  return std::nullopt;
}

std::optional<double> Number(const RecordValue& value) {
  struct Visitor {
    std::optional<double> operator()(int64_t v) const { return static_cast<double>(v); }
    std::optional<double> operator()(uint64_t v) const { return static_cast<double>(v); }
    std::optional<double> operator()(double v) const { return v; }
    std::optional<double> operator()(bool v) const { return v ? 1 : 0; }
    std::optional<double> operator()(std::string_view) const { return std::nullopt; }
  };
  return std::visit(Visitor(), value.variant());
}

// Python checks no overflow of native floats: they become infinite.
std::optional<uint64_t> NumberBits(RecordKind kind, bool native, const RecordValue& value) {
  const std::optional<double> number = Number(value);
  if (!number) return std::nullopt;
  if (kind == RecordKind::kDouble) return std::bit_cast<uint64_t>(*number);
  if (kind == RecordKind::kHalf) return HalfFromDouble(*number);
  if (!native && !FitsFloat(*number)) return std::nullopt;
  return std::bit_cast<uint32_t>(static_cast<float>(*number));
}

std::optional<uint64_t> Bits(const RecordCode& type, bool native, const RecordValue& value) {
  switch (type.kind) {
    case RecordKind::kBool:
      return value.truth() ? 1 : 0;
    case RecordKind::kHalf:
    case RecordKind::kFloat:
    case RecordKind::kDouble:
      return NumberBits(type.kind, native, value);
    case RecordKind::kChar: {
      const auto* bytes = value.As<std::string_view>();
      if (bytes == nullptr || bytes->size() != 1) return std::nullopt;
      return static_cast<unsigned char>(bytes->front());
    }
    default:
      return WholeBits(type, value);
  }
}

RecordValue LoadValue(const RecordCode& type, const char* at, ByteOrder order) {
  const uint64_t bits = LoadBits(at, type.width, order);
  switch (type.kind) {
    case RecordKind::kChar:
      return std::string_view(at, 1);
    case RecordKind::kSigned:
      return SignExtend(bits, type.width);
    case RecordKind::kBool:
      return bits != 0;
    case RecordKind::kHalf:
      return FloatFromHalf(static_cast<uint16_t>(bits));
    case RecordKind::kFloat:
      return std::bit_cast<float>(static_cast<uint32_t>(bits));
    case RecordKind::kDouble:
      return std::bit_cast<double>(bits);
    default:
      return bits;
  }
}

}  // namespace

absl::StatusOr<RecordFormat> RecordFormat::Parse(std::string_view text,
                                                 const RecordFormatOptions& options) {
  RecordFormat format;
  format.text_ = text;
  RecordScanner scanner(text);
  for (RecordItem item; scanner.Next(item);) {
    format.value_count_ += item.value_count();
    if (item.type.kind != RecordKind::kPad) format.items_.push_back(item);
  }
  if (scanner.error() != RecordFormatError::kNone) {
    return record_internal::FormatError(text, scanner);
  }
  if (scanner.bytes() > options.record_bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("in format \"", format.text_, "\": a record has ", scanner.bytes(),
                     " bytes; record_bytes_max is ", options.record_bytes_max));
  }
  format.record_bytes_ = scanner.bytes();
  format.order_ = scanner.order();
  format.native_ = scanner.native();
  return format;
}

absl::StatusOr<std::string> RecordFormat::Pack(absl::Span<const RecordValue> values) const {
  std::string bytes(record_bytes_, '\0');
  if (absl::Status status = PackTo(values, bytes.data()); !status.ok()) return status;
  return bytes;
}

absl::Status RecordFormat::PackTo(absl::Span<const RecordValue> values, char* out) const {
  if (values.size() != value_count_) {
    return record_internal::ValueCountError(text_, value_count_, values.size());
  }
  std::fill_n(out, record_bytes_, '\0');  // of no bytes, null will do
  size_t number = 0;
  for (const RecordItem& item : items_) {
    char* at = out + item.offset;
    if (item.type.kind == RecordKind::kBytes || item.type.kind == RecordKind::kPascal) {
      const RecordValue& value = values[number++];
      const auto* bytes = value.As<std::string_view>();
      if (bytes == nullptr) return record_internal::ValueError(text_, item, number, value);
      item.type.kind == RecordKind::kBytes ? record_internal::StoreBytes(at, item.count, *bytes)
                                           : record_internal::StorePascal(at, item.count, *bytes);
      continue;
    }
    for (size_t i = 0; i < item.count; ++i, at += item.type.width) {
      const RecordValue& value = values[number++];
      const std::optional<uint64_t> bits = Bits(item.type, native_, value);
      if (!bits) return record_internal::ValueError(text_, item, number, value);
      StoreBits(at, item.type.width, order_, *bits);
    }
  }
  return absl::OkStatus();
}

void RecordFormat::Load(const char* at, std::vector<RecordValue>& values) const {
  values.clear();
  values.reserve(value_count_);
  for (const RecordItem& item : items_) {
    const char* from = at + item.offset;
    if (item.type.kind == RecordKind::kBytes) {
      values.push_back(std::string_view(from, item.count));
    } else if (item.type.kind == RecordKind::kPascal) {
      values.push_back(record_internal::LoadPascal(from, item.count));
    } else {
      for (size_t i = 0; i < item.count; ++i, from += item.type.width) {
        values.push_back(LoadValue(item.type, from, order_));
      }
    }
  }
}

absl::StatusOr<std::vector<RecordValue>> RecordFormat::Unpack(std::string_view bytes) const {
  if (bytes.size() != record_bytes_) {
    return record_internal::RecordBytesError(text_, record_bytes_, bytes.size());
  }
  std::vector<RecordValue> values;
  Load(bytes.data(), values);
  return values;
}

absl::StatusOr<std::vector<RecordValue>> RecordFormat::UnpackFrom(std::string_view bytes,
                                                                  ptrdiff_t offset) const {
  const size_t begin = record_internal::RecordBegin(record_bytes_, bytes.size(), offset);
  if (begin == SIZE_MAX) {
    return record_internal::OffsetError(text_, record_bytes_, bytes.size(), offset);
  }
  return Unpack(bytes.substr(begin, record_bytes_));
}

absl::Status RecordFormat::UnpackAll(
    std::string_view bytes,
    absl::FunctionRef<void(absl::Span<const RecordValue>)> on_record) const {
  if (record_bytes_ == 0 || bytes.size() % record_bytes_ != 0) {
    return record_internal::RecordsBytesError(text_, record_bytes_, bytes.size());
  }
  std::vector<RecordValue> values;
  for (; !bytes.empty(); bytes.remove_prefix(record_bytes_)) {
    Load(bytes.data(), values);
    on_record(values);
  }
  return absl::OkStatus();
}

}  // namespace sluice
