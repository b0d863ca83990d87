// The chunked transfer coding, decoded as it arrives. Http1Body is what users call.
#ifndef SLUICE_PROTOCOLS_HTTP1_CHUNKED_H_
#define SLUICE_PROTOCOLS_HTTP1_CHUNKED_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/http1_error.h"
#include "protocols/http1_limits.h"
#include "protocols/http1_message.h"
#include "protocols/http1_scan.h"

namespace sluice {

struct Http1BodyPart {
  enum Kind : uint8_t { kNeedMore, kData, kTrailer, kEnd, kError };

  Kind kind = kNeedMore;
  Http1Error error = Http1Error::kNone;  // set when kind is kError
  size_t consumed = 0;                   // of the bytes given; means nothing when kind is kError
  std::string_view data;                 // set when kind is kData, at least one byte; or kTrailer:
                                         // the value of the field
  std::string_view name;                 // set when kind is kTrailer
};

class Http1Chunked {
 public:
  // `limits` and `scan` outlive it.
  Http1Chunked(const Http1Limits& limits, const Http1Scan& scan) : limits_(&limits), scan_(&scan) {}

  // As Http1Body::Decode. Every byte is looked at once, but for those of an incomplete trailer
  // line.
  Http1BodyPart Decode(std::string_view bytes);

  bool ended() const { return state_ == State::kEnded; }
  uint64_t content_bytes() const {  // given as data so far
    return announced_bytes_ - (state_ == State::kData ? left_bytes_ : 0);
  }

 private:
  // What the next byte is. The names of extensions are those of the grammar in RFC 9112 7.1.1.
  enum class State : uint8_t {
    kSizeStart,  // the first digit of a size
    kSize,       // another digit, or what ends the size
    kSizeSpace,  // behind white space after a size or an extension: only ';' may follow
    kExtensionStart,
    kExtensionName,
    kExtensionNameSpace,
    kExtensionValueStart,
    kExtensionToken,
    kExtensionQuoted,
    kExtensionQuotedPair,
    kExtensionEnd,
    kSizeLineFeed,
    kData,
    kDataReturn,
    kDataLineFeed,
    kTrailers,
    kEnded,
  };

  // Where in the bytes of one call we are.
  struct Cursor {
    const char* begin;
    const char* at;
    const char* end;
    size_t consumed() const { return static_cast<size_t>(at - begin); }
  };

  Http1BodyPart DecodeOn(Cursor cursor);
  bool TakeShortSize(Cursor* cursor);
  Http1Error TakeSizeLine(Cursor* cursor);
  Http1Error SizeByte(char byte);
  Http1Error ExtensionByte(char byte);
  Http1Error AfterExtension(char byte);
  Http1Error AddDigit(int digit);
  Http1Error EndSizeLine();
  Http1Error TakeDataEnd(Cursor* cursor);
  Http1BodyPart TakeData(Cursor cursor);
  Http1BodyPart TakeTrailer(Cursor cursor);
  bool TrailersTooLong(size_t line_bytes) const {
    return trailer_bytes_ + line_bytes > limits_->trailer_bytes_max;
  }

  const Http1Limits* limits_;
  const Http1Scan* scan_;
  State state_ = State::kSizeStart;
  uint8_t digits_ = 0;
  uint32_t line_bytes_ = 0;       // of the size line
  uint64_t left_bytes_ = 0;       // of the chunk; its size as far as read, before that
  uint64_t announced_bytes_ = 0;  // of all chunks
  uint64_t framing_bytes_ = 0;
  size_t trailer_bytes_ = 0;  // of whole lines
  size_t trailers_ = 0;
  size_t looked_bytes_ = 0;  // of an incomplete trailer line: no line end in these
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_CHUNKED_H_
