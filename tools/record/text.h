// Values of records as people type and read them.
#ifndef SLUICE_TOOLS_RECORD_TEXT_H_
#define SLUICE_TOOLS_RECORD_TEXT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/record_format.h"

namespace sluice::record {

// The code of each value, in order: `3i` is three.
std::vector<char> CodePerValue(const RecordFormat& format);

// A value for `code` from what was typed: -7 and 0xff for whole numbers, 1.5 for numbers, true and
// false, and text, with \n, \x00 and the like, for c s p. Bytes become a view of `memory`.
absl::StatusOr<RecordValue> ParseValue(char code, const std::string& text, std::string& memory);

// -7, 1.5, true, "text\x00"
std::string PrintValue(const RecordValue& value);
// A number, a truth, a string where the bytes are UTF-8, {"hex": "ff00"} where not. What JSON has
// no number for is a string: "nan", "inf", "-inf".
nlohmann::json JsonValue(const RecordValue& value);

}  // namespace sluice::record

#endif  // SLUICE_TOOLS_RECORD_TEXT_H_
