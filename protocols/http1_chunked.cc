#include "protocols/http1_chunked.h"

#include <algorithm>

#include "protocols/http1_bytes.h"
#include "protocols/http1_field_line.h"

namespace sluice {
namespace {

using http1::Is;
using http1::IsSpace;

constexpr uint8_t kDigitsMax = 16;
constexpr uint64_t kSizeMax = INT64_MAX;
constexpr size_t kLineEndBytes = 2;

Http1BodyPart Failed(Http1Error error) {
  return {Http1BodyPart::kError, error, 0, {}, {}};
}

// Why `byte` cannot stand where it does in a size line: the more exact of two reasons.
Http1Error Misplaced(char byte, Http1Error reason) {
  if (byte == '\n') return Http1Error::kBareLineFeed;
  return Is(http1::kControl, byte) && byte != '\r' ? Http1Error::kControlByte : reason;
}

}  // namespace

Http1BodyPart Http1Chunked::Decode(std::string_view bytes) {
  Cursor cursor = {bytes.data(), bytes.data(), bytes.data() + bytes.size()};
  if (state_ == State::kSizeStart && TakeShortSize(&cursor)) [[likely]] {
    const Http1Error error = EndSizeLine();
    if (error != Http1Error::kNone) [[unlikely]]
      return Failed(error);
    if (state_ == State::kData && cursor.at < cursor.end) [[likely]]
      return TakeData(cursor);
  }
  return DecodeOn(cursor);
}

[[gnu::noinline]] Http1BodyPart Http1Chunked::DecodeOn(Cursor cursor) {
  for (;;) {
    Http1Error error = Http1Error::kNone;
    if (state_ == State::kSizeStart && TakeShortSize(&cursor)) {
      error = EndSizeLine();
    } else if (state_ < State::kData) {
      error = TakeSizeLine(&cursor);
    } else if (state_ == State::kDataReturn || state_ == State::kDataLineFeed) {
      error = TakeDataEnd(&cursor);
    }
    if (error != Http1Error::kNone) return Failed(error);
    if (state_ >= State::kTrailers) return TakeTrailer(cursor);
    if (cursor.at == cursor.end)
      return {Http1BodyPart::kNeedMore, error, cursor.consumed(), {}, {}};
    if (state_ == State::kData) return TakeData(cursor);
  }
}

// Sizes of up to four digits without extensions, whole and in sight: nearly all there are.
[[gnu::always_inline]] inline bool Http1Chunked::TakeShortSize(Cursor* cursor) {
  constexpr ptrdiff_t kDigits = 4;
  if (cursor->end - cursor->at < kDigits + static_cast<ptrdiff_t>(kLineEndBytes)) return false;
  uint64_t size = 0;
  ptrdiff_t digits = 0;
  for (; digits < kDigits; ++digits) {
    const int value = http1::HexValue(cursor->at[digits]);
    if (value < 0) break;
    size = size * 16 + static_cast<uint64_t>(value);
  }
  if (digits == 0 || cursor->at[digits] != '\r' || cursor->at[digits + 1] != '\n') return false;
  if (static_cast<size_t>(digits) > limits_->chunk_line_bytes_max) return false;
  cursor->at += digits + static_cast<ptrdiff_t>(kLineEndBytes);
  line_bytes_ = static_cast<uint32_t>(digits);
  left_bytes_ = size;
  return true;
}

Http1Error Http1Chunked::TakeSizeLine(Cursor* cursor) {
  while (cursor->at < cursor->end && state_ < State::kData) {
    const char byte = *cursor->at++;
    if (state_ == State::kSizeLineFeed) {
      if (byte != '\n') return Http1Error::kBareCarriageReturn;
      return EndSizeLine();
    }
    if (byte != '\r' && ++line_bytes_ > limits_->chunk_line_bytes_max) {
      return Http1Error::kChunkLineTooLong;
    }
    const Http1Error error = state_ <= State::kSizeSpace ? SizeByte(byte) : ExtensionByte(byte);
    if (error != Http1Error::kNone) return error;
  }
  return Http1Error::kNone;
}

// A byte of the size, or what may stand behind a size and behind an extension.
Http1Error Http1Chunked::SizeByte(char byte) {
  const int digit = http1::HexValue(byte);
  if (digit >= 0 && state_ != State::kSizeSpace) return AddDigit(digit);
  const bool may_end = state_ == State::kSize;
  if (may_end && byte == '\r') {
    state_ = State::kSizeLineFeed;
  } else if (may_end && IsSpace(byte)) {
    state_ = State::kSizeSpace;
  } else if (state_ == State::kSizeSpace && IsSpace(byte)) {
    // more of it
  } else if (state_ != State::kSizeStart && byte == ';') {
    state_ = State::kExtensionStart;
  } else {
    return Misplaced(byte, Http1Error::kBadChunkSize);
  }
  return Http1Error::kNone;
}

Http1Error Http1Chunked::AddDigit(int digit) {
  if (state_ == State::kSizeStart) {
    left_bytes_ = 0;
    digits_ = 0;
    state_ = State::kSize;
  }
  if (++digits_ > kDigitsMax || left_bytes_ > (kSizeMax >> 4)) {
    return Http1Error::kChunkSizeTooLarge;
  }
  left_bytes_ = left_bytes_ * 16 + static_cast<uint64_t>(digit);
  return Http1Error::kNone;
}

// A byte from the ';' on: BWS name [ BWS "=" BWS ( token / quoted-string ) ].
Http1Error Http1Chunked::ExtensionByte(char byte) {
  const bool token = Is(http1::kToken, byte);
  switch (state_) {
    case State::kExtensionStart:
      if (token) state_ = State::kExtensionName;
      if (token || IsSpace(byte)) return Http1Error::kNone;
      break;
    case State::kExtensionValueStart:
      if (token) state_ = State::kExtensionToken;
      if (byte == '"') state_ = State::kExtensionQuoted;
      if (token || byte == '"' || IsSpace(byte)) return Http1Error::kNone;
      break;
    case State::kExtensionName:
    case State::kExtensionNameSpace:
      if (byte == '=') state_ = State::kExtensionValueStart;
      if (byte == '=') return Http1Error::kNone;
      if (IsSpace(byte)) state_ = State::kExtensionNameSpace;
      if (IsSpace(byte) || (token && state_ == State::kExtensionName)) return Http1Error::kNone;
      if (state_ == State::kExtensionName || byte == ';') return AfterExtension(byte);
      break;
    case State::kExtensionToken:
      return token ? Http1Error::kNone : AfterExtension(byte);
    case State::kExtensionEnd:
      return AfterExtension(byte);
    case State::kExtensionQuoted:
      if (byte == '"') state_ = State::kExtensionEnd;
      if (byte == '\\') state_ = State::kExtensionQuotedPair;
      if (byte == '"' || byte == '\\' || Is(http1::kQuotedByte, byte)) return Http1Error::kNone;
      break;
    case State::kExtensionQuotedPair:
      state_ = State::kExtensionQuoted;
      if (!Is(http1::kControl, byte)) return Http1Error::kNone;
      break;
    default:
      break;
  }
  return Misplaced(byte, Http1Error::kBadChunkExtension);
}

Http1Error Http1Chunked::AfterExtension(char byte) {
  if (byte == '\r') {
    state_ = State::kSizeLineFeed;
  } else if (byte == ';') {
    state_ = State::kExtensionStart;
  } else if (IsSpace(byte)) {
    state_ = State::kSizeSpace;
  } else {
    return Misplaced(byte, Http1Error::kBadChunkExtension);
  }
  return Http1Error::kNone;
}

// The size is left_bytes_, and its line is consumed.
[[gnu::always_inline]] inline Http1Error Http1Chunked::EndSizeLine() {
  framing_bytes_ += line_bytes_ + kLineEndBytes;
  line_bytes_ = 0;
  // What came before pays for it, not what is only announced.
  const uint64_t framing_max =
      limits_->chunk_framing_bytes_free + limits_->chunk_framing_ratio_max * announced_bytes_;
  if (framing_bytes_ > framing_max) return Http1Error::kTooMuchChunkFraming;
  if (left_bytes_ > limits_->body_bytes_max - announced_bytes_) return Http1Error::kBodyTooLong;
  announced_bytes_ += left_bytes_;
  state_ = left_bytes_ == 0 ? State::kTrailers : State::kData;
  return Http1Error::kNone;
}

Http1Error Http1Chunked::TakeDataEnd(Cursor* cursor) {
  while (cursor->at < cursor->end && state_ != State::kSizeStart) {
    const char expected = state_ == State::kDataReturn ? '\r' : '\n';
    if (*cursor->at++ != expected) return Http1Error::kBadChunkEnd;
    state_ = state_ == State::kDataReturn ? State::kDataLineFeed : State::kSizeStart;
  }
  return Http1Error::kNone;
}

// There is at least one byte of the chunk.
[[gnu::always_inline]] inline Http1BodyPart Http1Chunked::TakeData(Cursor cursor) {
  const auto there = static_cast<uint64_t>(cursor.end - cursor.at);
  const auto taken = static_cast<size_t>(std::min(left_bytes_, there));
  const std::string_view data(cursor.at, taken);
  cursor.at += taken;
  left_bytes_ -= taken;
  if (left_bytes_ == 0) {
    framing_bytes_ += kLineEndBytes;
    const bool whole =
        there - taken >= kLineEndBytes && cursor.at[0] == '\r' && cursor.at[1] == '\n';
    if (whole) cursor.at += kLineEndBytes;
    state_ = whole ? State::kSizeStart : State::kDataReturn;  // what is wrong is told next time
  }
  return {Http1BodyPart::kData, Http1Error::kNone, cursor.consumed(), data, {}};
}

// The next trailer line, or the empty line behind the last one. Nothing of a line is consumed
// before it is whole.
Http1BodyPart Http1Chunked::TakeTrailer(Cursor cursor) {
  const char* const line = cursor.at;
  const auto there = static_cast<size_t>(cursor.end - line);
  const size_t end =
      looked_bytes_ + scan_->find_control(line + looked_bytes_, there - looked_bytes_);
  if (TrailersTooLong(end)) return Failed(Http1Error::kTrailersTooLong);
  looked_bytes_ = end;
  const bool is_return = end < there && line[end] == '\r';
  if (end == there || (is_return && end + 1 == there)) {
    return {Http1BodyPart::kNeedMore, Http1Error::kNone, cursor.consumed(), {}, {}};
  }
  if (!is_return) return Failed(Misplaced(line[end], Http1Error::kControlByte));
  if (line[end + 1] != '\n') return Failed(Http1Error::kBareCarriageReturn);
  looked_bytes_ = 0;
  cursor.at += end + kLineEndBytes;
  if (end == 0) state_ = State::kEnded;
  if (end == 0) return {Http1BodyPart::kEnd, Http1Error::kNone, cursor.consumed(), {}, {}};
  if (trailers_ == limits_->trailers_max) return Failed(Http1Error::kTooManyTrailers);
  ++trailers_;
  trailer_bytes_ += end + kLineEndBytes;
  size_t name_bytes = 0;
  while (Is(http1::kToken, line[name_bytes])) ++name_bytes;
  Http1FieldPlace place;
  const Http1Error error = http1::ParseFieldLine(line, 0, end, name_bytes, &place);
  if (error != Http1Error::kNone) return Failed(error);
  return {Http1BodyPart::kTrailer,
          error,
          cursor.consumed(),
          {line + place.value_at, place.value_bytes},
          {line, place.name_bytes}};
}

}  // namespace sluice
