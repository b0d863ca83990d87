// The loop over the lines of a head, for both kinds of first line. Included by the two parsers.
//
// A stretch of bytes is indexed at once, then its lines are taken from the index one by one:
// finding the ends of lines and taking lines apart do not wait for each other.
//
// The same bytes give the same result however they are cut, because a line is judged only when it
// is whole, and what is judged before that (its length, a control byte in it) lies at a fixed
// offset.
#ifndef SLUICE_PROTOCOLS_HTTP1_HEAD_LINES_H_
#define SLUICE_PROTOCOLS_HTTP1_HEAD_LINES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/http1_find.h"
#include "protocols/http1_head.h"
#include "reactor/base/check.h"

namespace sluice {

template <class StartLine>
[[gnu::always_inline]] inline http1::Progress Http1Head<StartLine>::Read(std::string_view bytes) {
  const size_t visible = std::min(bytes.size(), limits_->head_bytes_max);
  if (looked_bytes_ > 0) {
    SLUICE_CHECK(looked_bytes_ <= visible, "Parse after need-more gets the same bytes again");
    looked_bytes_ += static_cast<uint32_t>(
        http1::FindControl(*scan_, bytes.data() + looked_bytes_, visible - looked_bytes_));
    if (looked_bytes_ == visible) return Incomplete({bytes.data(), visible});
    if (looked_bytes_ + 1 == visible && bytes[looked_bytes_] == '\r') {
      return Incomplete({bytes.data(), visible});
    }
  } else {
    fields_.count = fields_.seen = fields_.repeated = 0;
  }
  return ReadStretches({bytes.data(), visible});
}

template <class StartLine>
[[gnu::noinline]] http1::Progress Http1Head<StartLine>::ReadStretches(std::string_view bytes) {
  Http1Index index;
  while (line_at_ < bytes.size()) {
    scan_->index(bytes.data() + line_at_, bytes.size() - line_at_, &index);
    const Progress progress = TakeLines(bytes, index);
    if (progress != Progress::kAgain) return progress;
  }
  looked_bytes_ = line_at_;
  return Incomplete(bytes);
}

template <class StartLine>
[[gnu::always_inline]] inline http1::Progress Http1Head<StartLine>::TakeLines(
    std::string_view bytes, const Http1Index& index) {
  const size_t stretch_at = line_at_;
  size_t at = stretch_at;
  for (size_t i = 0; i < index.line_ends; ++i) {
    const size_t end = stretch_at + index.line_end[i];
    if (end + 1 == bytes.size()) break;
    if (end == at && start_line_taken_) {
      head_bytes_ = static_cast<uint32_t>(end + 2);
      expects_short_ = head_bytes_ <= http1::kShortHeadBytesMax && ShortLinesAllowed();
      Reset();
      return bytes[end + 1] == '\n' ? Progress::kMessage : Fail(Http1Error::kBareCarriageReturn);
    }
    Http1Error error = JudgeLineEnd(bytes.data(), at, end);
    if (error != Http1Error::kNone) [[unlikely]]
      return Fail(error);
    const uint64_t not_token = index.NotTokenFrom(at - stretch_at);
    error = start_line_taken_ ? TakeField(bytes, at, end, not_token)
                              : TakeFirstLine(bytes.data(), at, end, not_token);
    if (error != Http1Error::kNone) [[unlikely]]
      return Fail(error);
    at = end + 2;
  }
  line_at_ = static_cast<uint32_t>(at);
  return TakeRest(bytes, index, stretch_at);
}

// Nothing of the stretch is left but what may become a line.
template <class StartLine>
[[gnu::noinline]] http1::Progress Http1Head<StartLine>::TakeRest(std::string_view bytes,
                                                                 const Http1Index& index,
                                                                 size_t stretch_at) {
  if (index.stray_control < index.looked_bytes) {
    return FailAtControl(bytes.data(), stretch_at + index.stray_control);
  }
  if (stretch_at + index.looked_bytes < bytes.size()) {
    return line_at_ > stretch_at ? Progress::kAgain : TakeLongLine(bytes, index);
  }
  looked_bytes_ = static_cast<uint32_t>(bytes.size());
  if (looked_bytes_ > line_at_ && bytes.back() == '\r') --looked_bytes_;
  return Incomplete(bytes);
}

// A line longer than a stretch, which is its first part.
template <class StartLine>
http1::Progress Http1Head<StartLine>::TakeLongLine(std::string_view bytes,
                                                   const Http1Index& index) {
  const size_t looked = line_at_ + index.looked_bytes;
  const size_t end = looked + scan_->find_control(bytes.data() + looked, bytes.size() - looked);
  looked_bytes_ = static_cast<uint32_t>(end);
  if (end == bytes.size()) return Incomplete(bytes);
  if (bytes[end] != '\r') return FailAtControl(bytes.data(), end);
  if (end + 1 == bytes.size()) return Incomplete(bytes);
  Http1Error error = JudgeLineEnd(bytes.data(), line_at_, end);
  if (error != Http1Error::kNone) return Fail(error);
  const uint64_t not_token = index.NotTokenFrom(0);
  error = start_line_taken_ ? TakeField(bytes, line_at_, end, not_token)
                            : TakeFirstLine(bytes.data(), line_at_, end, not_token);
  if (error != Http1Error::kNone) return Fail(error);
  line_at_ = static_cast<uint32_t>(end + 2);
  return Progress::kAgain;
}

template <class StartLine>
[[gnu::always_inline]] inline Http1Error Http1Head<StartLine>::TakeFirstLine(const char* message,
                                                                             size_t at, size_t end,
                                                                             uint64_t not_token) {
  if (StartLine::kMayFollowEmptyLine && end == 0) [[unlikely]]
    return Http1Error::kNone;
  start_line_taken_ = true;
  return start_line_.Parse({message, at, end, not_token, nullptr}, *limits_, *scan_);
}

template <class StartLine>
[[gnu::always_inline]] inline Http1Error Http1Head<StartLine>::TakeField(std::string_view bytes,
                                                                         size_t at, size_t end,
                                                                         uint64_t not_token) {
  const uint32_t number = fields_.count;
  if (number == limits_->fields_max) [[unlikely]]
    return Http1Error::kTooManyFields;
  const char* const message = bytes.data();
  const size_t name_bytes = http1::TokenBytes(message, at, not_token);
  const Http1Error error =
      http1::ParseFieldLine(message, at, end, name_bytes, &fields_.places[number]);
  const http1::KnownField known =
      http1::KnownFieldOf(message + at, name_bytes, message + bytes.size());
  const uint32_t bit = uint32_t{1} << known;
  fields_.repeated |= fields_.seen & bit;
  fields_.seen |= bit;
  fields_.last[known] = static_cast<uint16_t>(number);
  fields_.count = number + 1;
  return error;
}

template <class StartLine>
[[gnu::always_inline]] inline Http1Error Http1Head<StartLine>::JudgeLineEnd(const char* message,
                                                                            size_t at,
                                                                            size_t end) const {
  if (LineTooLong(end - at)) [[unlikely]]
    return TooLongError(message + at);
  return message[end + 1] == '\n' ? Http1Error::kNone : Http1Error::kBareCarriageReturn;
}

template <class StartLine>
[[gnu::always_inline]] inline http1::Progress Http1Head<StartLine>::Incomplete(
    std::string_view visible) {
  if (LineTooLong(looked_bytes_ - line_at_)) return Fail(TooLongError(visible.data() + line_at_));
  if (visible.size() == limits_->head_bytes_max) return Fail(Http1Error::kHeadTooLong);
  if (looked_bytes_ == line_at_ && !start_line_taken_) Reset();  // at most an empty line
  return Progress::kNeedMore;
}

template <class StartLine>
http1::Progress Http1Head<StartLine>::FailAtControl(const char* message, size_t at) {
  if (LineTooLong(at - line_at_)) return Fail(TooLongError(message + line_at_));
  return Fail(message[at] == '\n' ? Http1Error::kBareLineFeed : Http1Error::kControlByte);
}

template <class StartLine>
bool Http1Head<StartLine>::LineTooLong(size_t line_bytes) const {
  return line_bytes >
         (start_line_taken_ ? limits_->field_line_bytes_max : StartLine::BytesMax(*limits_));
}

template <class StartLine>
Http1Error Http1Head<StartLine>::TooLongError(const char* line) const {
  return start_line_taken_ ? Http1Error::kFieldLineTooLong : StartLine::TooLong(line, *limits_);
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_HEAD_LINES_H_
