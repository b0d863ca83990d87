// Records whose format is known at run time only; where it is a literal, record.h is faster and
// lets the compiler check it. Formats are those of Python's struct module; see record_layout.h.
//
//   absl::StatusOr<RecordFormat> format = RecordFormat::Parse("<hI5s");
//   absl::StatusOr<std::string> bytes = format->Pack({-1, 7u, "hello"});
//   absl::StatusOr<std::vector<RecordValue>> values = format->Unpack(*bytes);
//
// Errors are InvalidArgument and say in words what is wrong and where.
#ifndef SLUICE_PROTOCOLS_RECORD_FORMAT_H_
#define SLUICE_PROTOCOLS_RECORD_FORMAT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "protocols/record_layout.h"
#include "protocols/record_value.h"

namespace sluice {

struct RecordFormatOptions {
  // A format of few characters can describe a record of any size: "999999999x". Unpacked, a byte
  // may become a RecordValue of 24.
  size_t record_bytes_max = size_t{1} << 20;
};

class RecordFormat {
 public:
  static absl::StatusOr<RecordFormat> Parse(std::string_view text,
                                            const RecordFormatOptions& options = {});

  const std::string& text() const { return text_; }
  size_t record_bytes() const { return record_bytes_; }  // struct.calcsize
  size_t value_count() const { return value_count_; }
  // Those with values: no x.
  const std::vector<RecordItem>& items() const { return items_; }

  // record_bytes() bytes, with zeros between the values. Whole numbers take truths, too, and
  // numbers whole numbers; ? takes any value, and is false for 0 and for what is empty.
  absl::StatusOr<std::string> Pack(absl::Span<const RecordValue> values) const;
  // The same over existing bytes. `out` has room for record_bytes(); what it holds after an error
  // is not specified.
  absl::Status PackTo(absl::Span<const RecordValue> values, char* out) const;

  // `bytes` are one record and nothing else. The values are views of them.
  absl::StatusOr<std::vector<RecordValue>> Unpack(std::string_view bytes) const;
  // One record out of many bytes; a negative offset counts from their end.
  absl::StatusOr<std::vector<RecordValue>> UnpackFrom(std::string_view bytes,
                                                      ptrdiff_t offset = 0) const;
  // `bytes` are any number of records, each given to `on_record`, which may keep nothing of the
  // span.
  absl::Status UnpackAll(std::string_view bytes,
                         absl::FunctionRef<void(absl::Span<const RecordValue>)> on_record) const;

 private:
  RecordFormat() = default;
  void Load(const char* at, std::vector<RecordValue>& values) const;

  std::string text_;
  std::vector<RecordItem> items_;
  size_t record_bytes_ = 0;
  size_t value_count_ = 0;
  ByteOrder order_ = ByteOrder::kBig;
  bool native_ = false;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_RECORD_FORMAT_H_
