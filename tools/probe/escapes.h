// Bytes as people write them: "\r\n\x41" and "01 02", and back.
#ifndef SLUICE_TOOLS_PROBE_ESCAPES_H_
#define SLUICE_TOOLS_PROBE_ESCAPES_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace sluice::probe {

// UTF-8 text into the encoding of the wire. A byte written as \x41 does not go through it.
using EncodeText = absl::FunctionRef<absl::StatusOr<std::string>(std::string_view utf8)>;

// Understands \n \r \t \0 \a \b \e \f \v \\ \" \' \xHH (a byte) and \uHHHH (a character).
// InvalidArgument names the escape and its column, counted from 1.
absl::StatusOr<std::string> Unescape(std::string_view text, EncodeText encode);
// The same for UTF-8 on the wire.
absl::StatusOr<std::string> Unescape(std::string_view text);

// One line that Unescape reads back to the same bytes: printable ASCII as it is, the rest escaped.
std::string Escape(std::string_view bytes);

// "01 02", "0102", "0x01,0x02", "01:02". InvalidArgument says which column is wrong.
absl::StatusOr<std::string> BytesFromHex(std::string_view text);
// "01 02"
std::string HexOf(std::string_view bytes);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_ESCAPES_H_
