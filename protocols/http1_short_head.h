// Heads that lie whole within 64 bytes, as those of programs often do: one look at the bytes, whose
// masks stay in registers. Http1Head::Read takes the same heads, and everything else, with an index
// that is written to memory first. Included by the parser of requests.
#ifndef SLUICE_PROTOCOLS_HTTP1_SHORT_HEAD_H_
#define SLUICE_PROTOCOLS_HTTP1_SHORT_HEAD_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/http1_head.h"
#include "protocols/http1_head_lines.h"

namespace sluice {

// Takes whole heads that are in order and refuses nothing: where it returns false nothing was
// taken, and Read says what there is. So there is one judge, and only one set of reasons.
template <class StartLine>
[[gnu::always_inline]] inline bool Http1Head<StartLine>::ReadShort(std::string_view bytes,
                                                                   Http1Masks* look) {
  if (!expects_short_ || looked_bytes_ > 0 || bytes.empty()) return false;
  scan_->look(bytes.data(), std::min(bytes.size(), http1::kShortHeadBytesMax), look);
  const uint64_t returns = look->carriage_return;
  // The last byte's line feed was not looked at.
  const uint64_t empty_lines = returns & returns << 2 & ~(uint64_t{1} << 63);
  if (empty_lines == 0) return false;
  const uint64_t through_first = empty_lines ^ (empty_lines - 1);
  uint64_t ends = returns & through_first;
  const bool other_controls = (look->control & (through_first << 1 | 1)) != (ends | ends << 1);
  return !other_controls && TakeShortLines(bytes, *look, ends);
}

template <class StartLine>
[[gnu::always_inline]] inline bool Http1Head<StartLine>::TakeShortLines(std::string_view bytes,
                                                                        const Http1Masks& look,
                                                                        uint64_t ends) {
  const char* const message = bytes.data();
  auto end = static_cast<size_t>(__builtin_ctzll(ends));
  if (message[end + 1] != '\n') return false;
  const http1::FirstLine first = {message, 0, end, look.not_token, &look};
  if (start_line_.Parse(first, *limits_, *scan_) != Http1Error::kNone) return false;
  fields_.count = fields_.seen = fields_.repeated = 0;
  for (;;) {
    const size_t at = end + 2;
    ends &= ends - 1;
    end = static_cast<size_t>(__builtin_ctzll(ends));
    if (message[end + 1] != '\n') return false;
    if (end == at) break;
    if (TakeField(bytes, at, end, look.not_token >> at) != Http1Error::kNone) return false;
  }
  head_bytes_ = static_cast<uint32_t>(end + 2);
  return true;
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_SHORT_HEAD_H_
