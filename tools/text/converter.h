// Text from one encoding into another, piece by piece as a network hands it over, through iconv(3).
//
//   absl::StatusOr<text::Converter> to_utf8 = text::Converter::Create("GBK", "UTF-8");
//   to_utf8->Convert(piece, utf8);   // of each piece; a character cut in two waits for its rest
//   to_utf8->Finish(utf8);           // at the end of the stream, or of a message that is whole
//
// Nothing stops it: what is no character becomes U+FFFD, and so does what the other encoding lacks;
// towards encodings without U+FFFD it is a question mark. Each is counted.
#ifndef SLUICE_TOOLS_TEXT_CONVERTER_H_
#define SLUICE_TOOLS_TEXT_CONVERTER_H_

#include <iconv.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::text {

// What `--encoding` flags may say in their help.
inline constexpr std::string_view kEncodingWanted =
    "UTF-8, GBK, GB18030, BIG5, SHIFT_JIS, ISO-8859-1 or any other name of `iconv -l`";

// InvalidArgument, with names that work, where iconv does not know it. Upper and lower case are
// one.
absl::Status CheckEncoding(std::string_view name);

// Whether a line of such text ends in one byte 0x0a, so that lines can be found before they are
// converted: not so in UTF-16 and EBCDIC. `name` is one that CheckEncoding accepts.
bool EndsLinesAsAscii(std::string_view name);

// Of one stream, on one thread.
class Converter {
 public:
  // InvalidArgument as CheckEncoding says it.
  static absl::StatusOr<Converter> Create(std::string_view from, std::string_view to);

  // Appends to `out` what `piece` completes. The bytes of a character that is not whole yet are
  // kept.
  void Convert(std::string_view piece, std::string& out);

  // Appends what is left: one replacement for a character whose rest never came, and what a
  // stateful encoding ends with. The next piece begins a new text; the count goes on.
  void Finish(std::string& out);

  // A text that is there as a whole.
  std::string ConvertAll(std::string_view text);

  // Characters replaced so far, in either direction.
  uint64_t replaced() const { return replaced_; }
  // Bytes that wait for the rest of their character.
  std::string_view incomplete() const { return incomplete_; }

 private:
  struct Close {
    void operator()(iconv_t handle) const { iconv_close(handle); }
  };
  using Handle = std::unique_ptr<void, Close>;
  static_assert(std::is_same_v<iconv_t, void*>);

  static Handle Open(std::string_view from, std::string_view to);
  Converter(Handle decode, Handle encode, std::string_view from);
  void Decode(std::string_view bytes, std::string& out);
  void Encode(std::string_view utf32, std::string& out);
  void Replace(std::string& out);
  size_t BrokenBytes(std::string_view bytes) const;

  // Through UTF-32 in between, which tells bytes that are no character (replaced one by one) from a
  // character that the other encoding lacks: iconv has one error for both.
  Handle decode_;
  Handle encode_;
  bool from_utf8_;
  size_t from_unit_bytes_;        // 2 of UTF-16, 4 of UTF-32, otherwise 1
  std::string_view replacement_;  // in UTF-32LE
  std::string incomplete_;
  uint64_t replaced_ = 0;
};

}  // namespace sluice::text

#endif  // SLUICE_TOOLS_TEXT_CONVERTER_H_
