// What is wrong with a record, in words.
#ifndef SLUICE_PROTOCOLS_RECORD_ERROR_H_
#define SLUICE_PROTOCOLS_RECORD_ERROR_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "protocols/record_layout.h"
#include "protocols/record_value.h"

namespace sluice::record_internal {

// All are InvalidArgument, begin "in format "<hI"" and name the value by its number, from 1.

// In words, an error of `scanner`, which walked over `format`.
absl::Status FormatError(std::string_view format, const RecordScanner& scanner);
// Why a value has no place: a range, a size or another type is wanted. `number` counts from 1.
absl::Status ValueError(std::string_view format, const RecordItem& item, size_t number,
                        const RecordValue& value);
absl::Status ValueCountError(std::string_view format, size_t wanted, size_t got);
absl::Status RecordBytesError(std::string_view format, size_t wanted, size_t got);
// The bytes are no whole number of records.
absl::Status RecordsBytesError(std::string_view format, size_t record_bytes, size_t got);

// There is no whole record at `offset` of `size` bytes.
absl::Status OffsetError(std::string_view format, size_t record_bytes, size_t size,
                         ptrdiff_t offset);

}  // namespace sluice::record_internal

#endif  // SLUICE_PROTOCOLS_RECORD_ERROR_H_
