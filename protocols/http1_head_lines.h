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
#include <optional>
#include <string_view>

#include "protocols/http1_head.h"
#include "reactor/base/check.h"

namespace sluice {
namespace http1 {

inline Http1Parsed Failed(Http1Error error) {
  return {DecodeResult::kError, error, 0};
}

}  // namespace http1

template <class StartLine>
Http1Parsed Http1Head<StartLine>::Read(std::string_view bytes) {
  const size_t visible = std::min(bytes.size(), limits_->head_bytes_max);
  if (looked_bytes_ > 0) [[unlikely]] {
    SLUICE_CHECK(looked_bytes_ <= visible, "Parse after need-more gets the same bytes again");
    looked_bytes_ += static_cast<uint32_t>(
        scan_->find_control(bytes.data() + looked_bytes_, visible - looked_bytes_));
    const bool last_return = looked_bytes_ + 1 == visible && bytes[looked_bytes_] == '\r';
    if (looked_bytes_ == visible || last_return) return Incomplete(visible);
  } else {
    fields_.count = 0;
    fields_.known.count = {};
  }
  return ReadStretches(bytes.substr(0, visible));
}

template <class StartLine>
Http1Parsed Http1Head<StartLine>::ReadStretches(std::string_view bytes) {
  Http1Index index;
  while (line_at_ < bytes.size()) {
    scan_->index(bytes.data() + line_at_, bytes.size() - line_at_, &index);
    if (const Outcome outcome = TakeLines(bytes, index)) return *outcome;
  }
  looked_bytes_ = line_at_;
  return Incomplete(bytes.size());
}

template <class StartLine>
[[gnu::always_inline]] inline auto Http1Head<StartLine>::TakeLines(std::string_view bytes,
                                                                   const Http1Index& index)
    -> Outcome {
  const char* const message = bytes.data();
  const size_t stretch_at = line_at_;
  size_t at = stretch_at;
  for (size_t i = 0; i < index.line_ends; ++i) {
    const size_t end = stretch_at + index.line_end[i];
    if (LineTooLong(end - at)) return http1::Failed(TooLongError());
    if (end + 1 == bytes.size()) break;
    if (message[end + 1] != '\n') return http1::Failed(Http1Error::kBareCarriageReturn);
    const uint64_t not_token = index.NotTokenFrom(at - stretch_at);
    if (start_line_taken_) [[likely]] {
      if (end == at) {
        Reset();
        return Http1Parsed{DecodeResult::kMessage, Http1Error::kNone, end + 2};
      }
      const Http1Error error = TakeField(bytes, at, end, not_token);
      if (error != Http1Error::kNone) return http1::Failed(error);
    } else {
      const Http1Error error = TakeFirstLine(message, at, end, not_token);
      if (error != Http1Error::kNone) return http1::Failed(error);
    }
    at = end + 2;
  }
  line_at_ = static_cast<uint32_t>(at);
  return TakeRest(bytes, index, stretch_at);
}

// Nothing of the stretch is left but what may become a line.
template <class StartLine>
[[gnu::noinline]] auto Http1Head<StartLine>::TakeRest(std::string_view bytes,
                                                      const Http1Index& index, size_t stretch_at)
    -> Outcome {
  if (index.stray_control < index.looked_bytes) {
    return http1::Failed(StrayControl(bytes.data(), stretch_at + index.stray_control));
  }
  if (stretch_at + index.looked_bytes < bytes.size()) {
    if (line_at_ > stretch_at) return std::nullopt;
    return TakeLongLine(bytes, index);
  }
  looked_bytes_ = static_cast<uint32_t>(bytes.size());
  if (looked_bytes_ > line_at_ && bytes.back() == '\r') --looked_bytes_;
  return Incomplete(bytes.size());
}

// A line longer than a stretch, which is its first part.
template <class StartLine>
auto Http1Head<StartLine>::TakeLongLine(std::string_view bytes, const Http1Index& index)
    -> Outcome {
  const size_t looked = line_at_ + index.looked_bytes;
  const size_t end = looked + scan_->find_control(bytes.data() + looked, bytes.size() - looked);
  looked_bytes_ = static_cast<uint32_t>(end);
  if (end == bytes.size()) return Incomplete(end);
  if (bytes[end] != '\r') return http1::Failed(StrayControl(bytes.data(), end));
  if (end + 1 == bytes.size()) return Incomplete(end + 1);
  if (LineTooLong(end - line_at_)) return http1::Failed(TooLongError());
  if (bytes[end + 1] != '\n') return http1::Failed(Http1Error::kBareCarriageReturn);
  const uint64_t not_token = index.NotTokenFrom(0);
  const Http1Error error = start_line_taken_
                               ? TakeField(bytes, line_at_, end, not_token)
                               : TakeFirstLine(bytes.data(), line_at_, end, not_token);
  if (error != Http1Error::kNone) return http1::Failed(error);
  line_at_ = static_cast<uint32_t>(end + 2);
  return std::nullopt;
}

template <class StartLine>
Http1Error Http1Head<StartLine>::TakeFirstLine(const char* message, size_t at, size_t end,
                                               uint64_t not_token) {
  if (StartLine::kMayFollowEmptyLine && at == 0 && end == 0) return Http1Error::kNone;
  start_line_taken_ = true;
  return start_line_.Parse({message, at, end, not_token}, *limits_, *scan_);
}

template <class StartLine>
[[gnu::always_inline]] inline Http1Error Http1Head<StartLine>::TakeField(std::string_view bytes,
                                                                         size_t at, size_t end,
                                                                         uint64_t not_token) {
  const size_t number = fields_.count;
  if (number == limits_->fields_max) return Http1Error::kTooManyFields;
  Http1FieldPlace& place = fields_.places[number];
  const char* const message = bytes.data();
  const size_t name_bytes = http1::TokenBytes(message, at, not_token);
  const Http1Error error = http1::ParseFieldLine(message, at, end, name_bytes, &place);
  if (error != Http1Error::kNone) [[unlikely]]
    return error;
  const http1::KnownField known =
      http1::KnownFieldOf(message + at, name_bytes, message + bytes.size());
  ++fields_.known.count[known];
  fields_.known.last[known] = static_cast<uint16_t>(number);
  fields_.count = number + 1;
  return Http1Error::kNone;
}

template <class StartLine>
Http1Parsed Http1Head<StartLine>::Incomplete(size_t visible_bytes) const {
  if (LineTooLong(looked_bytes_ - line_at_)) return http1::Failed(TooLongError());
  if (visible_bytes == limits_->head_bytes_max) return http1::Failed(Http1Error::kHeadTooLong);
  return {};
}

template <class StartLine>
Http1Error Http1Head<StartLine>::StrayControl(const char* message, size_t at) const {
  if (LineTooLong(at - line_at_)) return TooLongError();
  return message[at] == '\n' ? Http1Error::kBareLineFeed : Http1Error::kControlByte;
}

template <class StartLine>
bool Http1Head<StartLine>::LineTooLong(size_t line_bytes) const {
  return line_bytes >
         (start_line_taken_ ? limits_->field_line_bytes_max : StartLine::BytesMax(*limits_));
}

template <class StartLine>
Http1Error Http1Head<StartLine>::TooLongError() const {
  return start_line_taken_ ? Http1Error::kFieldLineTooLong : StartLine::kTooLong;
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_HEAD_LINES_H_
