// Lines: a message ends where its terminator stands.
//
//   LineCodec lines;                                              // "\n", or "\r\n" all the same
//   absl::StatusOr<LineCodec> marks = LineCodec::Create({.terminator = "##"});
//
// The sharp edge: a message cannot hold its own terminator. Encode refuses one that does
// (kTerminatorInMessage); for bytes of any value use LengthPrefixCodec.
#ifndef SLUICE_PROTOCOLS_LINE_H_
#define SLUICE_PROTOCOLS_LINE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "protocols/terminator.h"
#include "reactor/base/check.h"
#include "reactor/codec.h"

namespace sluice {

struct LineOptions {
  std::string terminator = "\n";  // one byte or more, of any value
  // Only with the terminator "\n": one '\r' before it is dropped, so that "\r\n" ends a line too,
  // and Encode refuses a message that ends in '\r'. False: every byte before "\n" is the message's.
  bool drop_carriage_return = true;
  size_t message_bytes_max = size_t{64} << 10;  // of the message alone, without its terminator
};

// Each stream needs a codec of its own: it remembers how far it looked. Copies are cheap.
class LineCodec {
 public:
  using Message = std::string_view;

  LineCodec() = default;  // LineOptions{}

  // InvalidArgument, in words: no terminator, or a limit no line can have.
  static absl::StatusOr<LineCodec> Create(const LineOptions& options);

  // Errors: kMessageTooLong, as soon as no terminator can come early enough.
  Decoded<Message> Decode(std::string_view bytes);

  // Appends `message` and the terminator. Errors: kMessageTooLong, kTerminatorInMessage.
  template <ByteSink Sink>
  [[nodiscard]] CodecError Encode(std::string_view message, Sink& sink) const;

  size_t message_bytes_max() const { return message_bytes_max_; }
  size_t frame_bytes_max() const { return message_bytes_max_ + frame_overhead_bytes_; }

 private:
  Decoded<Message> DecodeLongTerminator(std::string_view bytes);
  Decoded<Message> Incomplete(std::string_view bytes);
  CodecError CheckMessage(std::string_view message) const;
  std::string_view terminator() const {
    return long_terminator_ ? long_terminator_->bytes() : std::string_view(&last_byte_, 1);
  }

  size_t scanned_bytes_ = 0;  // of the incomplete line: these hold no whole terminator
  size_t matched_bytes_ = 0;  // of long_terminator_, at the end of what was scanned
  size_t message_bytes_max_ = LineOptions{}.message_bytes_max;
  size_t frame_overhead_bytes_ = 2;  // the longest terminator taken: "\r\n"
  char last_byte_ = '\n';
  bool drop_carriage_return_ = true;
  // Null for one byte. Copies of a codec share it: a connection opening costs a count, no table.
  std::shared_ptr<const Terminator> long_terminator_;
};

inline Decoded<std::string_view> LineCodec::Decode(std::string_view bytes) {
  SLUICE_CHECK(scanned_bytes_ <= bytes.size(), "Decode after need-more gets the same bytes again");
  if (long_terminator_) [[unlikely]]
    return DecodeLongTerminator(bytes);
  const size_t end = bytes.find(last_byte_, scanned_bytes_);
  if (end == std::string_view::npos) [[unlikely]]
    return Incomplete(bytes);
  const bool drop = drop_carriage_return_ && end > 0 && bytes[end - 1] == '\r';
  const size_t message_bytes = end - (drop ? 1 : 0);
  if (message_bytes > message_bytes_max_) [[unlikely]]
    return Decoded<Message>::Error(CodecError::kMessageTooLong);
  scanned_bytes_ = 0;
  return Decoded<Message>::Complete({bytes.data(), message_bytes}, end + 1);
}

template <ByteSink Sink>
CodecError LineCodec::Encode(std::string_view message, Sink& sink) const {
  if (const CodecError error = CheckMessage(message); error != CodecError::kNone) return error;
  const size_t frame_bytes = message.size() + terminator().size();
  char* out = sink.Reserve(frame_bytes);
  message.copy(out, message.size());
  terminator().copy(out + message.size(), terminator().size());
  sink.Commit(frame_bytes);
  return CodecError::kNone;
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_LINE_H_
