// What a parser has read of a head so far. Http1RequestParser and Http1ResponseParser are what
// users call; http1_head_lines.h has the loop.
#ifndef SLUICE_PROTOCOLS_HTTP1_HEAD_H_
#define SLUICE_PROTOCOLS_HTTP1_HEAD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
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

// Which fields of a head are known ones.
struct KnownPlaces {
  std::array<uint16_t, kKnownFields> count{};
  std::array<uint16_t, kKnownFields> last;  // index of the last one; set where count is not 0
};

// What the fields of a head say together; http1_framing.h judges them.
struct FieldTable {
  std::string_view Value(const char* message, KnownField field) const {
    const Http1FieldPlace& place = places[known.last[field]];
    return {message + place.value_at, place.value_bytes};
  }
  size_t count = 0;
  KnownPlaces known;
  std::array<Http1FieldPlace, kHttp1FieldCapacity> places;
};

}  // namespace http1

// The lines of a head, one StartLine and then fields. Remembers offsets only: the bytes may move
// between calls.
template <class StartLine>
class Http1Head {
 public:
  Http1Head(const Http1Limits& limits, const Http1Scan& scan) : limits_(&limits), scan_(&scan) {}

  // Reads as far as there are bytes. On a message `start_line` and `fields` say what was read; the
  // next call starts a new head.
  Http1Parsed Read(std::string_view bytes);

  const StartLine& start_line() const { return start_line_; }
  const http1::FieldTable& fields() const { return fields_; }
  bool mid_message() const { return looked_bytes_ > 0; }
  void Reset() {
    line_at_ = 0;
    looked_bytes_ = 0;
    start_line_taken_ = false;
  }

 private:
  // What TakeLines and what follows it come to: more of the bytes to index, or the result of Read.
  using Outcome = std::optional<Http1Parsed>;

  Http1Parsed ReadStretches(std::string_view bytes);
  Outcome TakeLines(std::string_view bytes, const Http1Index& index);
  Outcome TakeRest(std::string_view bytes, const Http1Index& index, size_t stretch_at);
  Outcome TakeLongLine(std::string_view bytes, const Http1Index& index);
  Http1Error TakeFirstLine(const char* message, size_t at, size_t end, uint64_t not_token);
  Http1Error TakeField(std::string_view bytes, size_t at, size_t end, uint64_t not_token);
  Http1Parsed Incomplete(size_t visible_bytes) const;
  Http1Error StrayControl(const char* message, size_t at) const;
  bool LineTooLong(size_t line_bytes) const;
  Http1Error TooLongError() const;

  const Http1Limits* limits_;
  const Http1Scan* scan_;
  uint32_t line_at_ = 0;       // the first line not taken yet
  uint32_t looked_bytes_ = 0;  // no line ends between line_at_ and here; a last CR is still ahead
  bool start_line_taken_ = false;
  StartLine start_line_;
  http1::FieldTable fields_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_HEAD_H_
