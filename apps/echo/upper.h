// Upper-cases ASCII letters in text that arrives in pieces, and damages nothing else.
//
//   UpperCaser upper(TextEncoding::kGbk);  // one a stream
//   upper.Convert(bytes, out);             // as many bytes out as in, at once
//
// UTF-8 needs no care: every byte of a multi-byte character is 0x80 or above. In GBK the second
// byte of a character may be 0x61-0x7A, an ASCII letter to whoever looks at bytes alone: it must
// pass unchanged, even when its first byte came in the piece before.
#ifndef SLUICE_APPS_ECHO_UPPER_H_
#define SLUICE_APPS_ECHO_UPPER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace sluice::echo {

enum class TextEncoding : uint8_t { kUtf8, kGbk };

// "utf-8" or "gbk" (which GB18030 may use too); InvalidArgument names what there is.
absl::StatusOr<TextEncoding> ParseTextEncoding(std::string_view text);

class UpperCaser {
 public:
  explicit UpperCaser(TextEncoding encoding) : encoding_(encoding) {}

  // Writes bytes.size() bytes to `out`, which may be where `bytes` are.
  void Convert(std::string_view bytes, char* out);

 private:
  void ConvertGbk(std::string_view bytes, char* out);

  TextEncoding encoding_;
  bool after_lead_ = false;  // GBK: the byte before was the first of a character
};

}  // namespace sluice::echo

#endif  // SLUICE_APPS_ECHO_UPPER_H_
