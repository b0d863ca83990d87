// What a parser has read of a head so far. Http1RequestParser and Http1ResponseParser are what
// users call; http1_head_lines.h has the loop.
#ifndef SLUICE_PROTOCOLS_HTTP1_HEAD_H_
#define SLUICE_PROTOCOLS_HTTP1_HEAD_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/http1_error.h"
#include "protocols/http1_field_line.h"
#include "protocols/http1_limits.h"
#include "protocols/http1_message.h"
#include "protocols/http1_scan.h"
#include "protocols/http1_start_line.h"
#include "reactor/codec.h"

namespace sluice {

struct Http1Parsed {
  DecodeResult result = DecodeResult::kNeedMore;
  Http1Error error = Http1Error::kNone;  // set when result is kError
  size_t consumed = 0;  // set when result is kMessage: the head, empty line included
};

namespace http1 {

// The fields of a head, and which of them are known ones; http1_framing.h judges them.
struct FieldTable {
  bool Has(KnownField field) const { return (seen >> field & 1) != 0; }
  bool HasSeveral(KnownField field) const { return (repeated >> field & 1) != 0; }
  // Of a field that is there: its last line.
  std::string_view Value(const char* message, KnownField field) const {
    const Http1FieldPlace& place = places[last[field]];
    return {message + place.value_at, place.value_bytes};
  }

  uint32_t count = 0;
  uint32_t seen = 0;      // a bit for each KnownField
  uint32_t repeated = 0;  // the same for those seen more than once
  std::array<uint16_t, kKnownFields> last;
  std::array<Http1FieldPlace, kHttp1FieldCapacity> places;
};

// What one look takes in.
inline constexpr size_t kShortHeadBytesMax = 64;

enum class Progress : uint8_t { kNeedMore, kMessage, kFailed, kAgain };

}  // namespace http1

// The lines of a head, one StartLine and then fields. Remembers offsets only: the bytes may move
// between calls.
template <class StartLine>
class Http1Head {
 public:
  using Progress = http1::Progress;

  Http1Head(const Http1Limits& limits, const Http1Scan& scan)
      : limits_(&limits), scan_(&scan), expects_short_(ShortLinesAllowed()) {}

  // True: a whole head was read, as by Read with kMessage, and `*look` says what its bytes are.
  // False: nothing was read.
  bool ReadShort(std::string_view bytes, Http1Masks* look);

  // Reads as far as there are bytes; never kAgain. On kMessage `start_line`, `fields` and
  // `head_bytes` say what was read, and the next call starts a new head; on kFailed `error` says
  // why.
  Progress Read(std::string_view bytes);

  const StartLine& start_line() const { return start_line_; }
  const http1::FieldTable& fields() const { return fields_; }
  const Http1Scan& scan() const { return *scan_; }
  size_t head_bytes() const { return head_bytes_; }
  Http1Error error() const { return error_; }

  bool mid_message() const { return looked_bytes_ > 0; }
  void Reset() {
    line_at_ = 0;
    looked_bytes_ = 0;
    start_line_taken_ = false;
  }

 private:
  // No limit of a head is below what a look takes in.
  bool ShortLinesAllowed() const {
    return std::min({StartLine::BytesMax(*limits_), limits_->field_line_bytes_max,
                     limits_->head_bytes_max}) >= http1::kShortHeadBytesMax;
  }
  bool TakeShortLines(std::string_view bytes, const Http1Masks& look, uint64_t ends);

  // The functions below take lines of the unconsumed input from line_at_ on. kAgain: all of the
  // stretch that was indexed is taken, and more bytes are there.
  Progress ReadStretches(std::string_view bytes);
  Progress TakeLines(std::string_view bytes, const Http1Index& index);
  Progress TakeRest(std::string_view bytes, const Http1Index& index, size_t stretch_at);
  Progress TakeLongLine(std::string_view bytes, const Http1Index& index);

  Http1Error TakeFirstLine(const char* message, size_t at, size_t end, uint64_t not_token);
  Http1Error TakeField(std::string_view bytes, size_t at, size_t end, uint64_t not_token);
  Http1Error JudgeLineEnd(const char* message, size_t at, size_t end) const;
  Progress Fail(Http1Error error) {
    error_ = error;
    return Progress::kFailed;
  }
  Progress FailAtControl(const char* message, size_t at);
  Progress Incomplete(std::string_view visible);
  bool LineTooLong(size_t line_bytes) const;
  Http1Error TooLongError(const char* line) const;

  const Http1Limits* limits_;
  const Http1Scan* scan_;
  uint32_t line_at_ = 0;       // the first line not taken yet
  uint32_t looked_bytes_ = 0;  // no line ends between line_at_ and here; a last CR is still ahead
  uint32_t head_bytes_ = 0;
  bool start_line_taken_ = false;
  bool expects_short_;  // the head before was, or there was none
  Http1Error error_ = Http1Error::kNone;
  StartLine start_line_;
  http1::FieldTable fields_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_HEAD_H_
