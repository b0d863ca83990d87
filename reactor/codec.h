// The codec contract: TCP carries bytes, not messages; a codec finds the messages in them.
//
// A codec is a small value with two operations and no knowledge of sockets:
//
//   class SomeCodec {
//    public:
//     using Message = std::string_view;             // views into the decoded bytes
//     Decoded<Message> Decode(std::string_view bytes);
//     template <ByteSink Sink>
//     CodecError Encode(std::string_view message, Sink& sink) const;
//     size_t message_bytes_max() const;             // the named limit of an incomplete message
//     size_t frame_bytes_max() const;               // the same with header and terminator
//   };
//
// Decode looks at `bytes`, the unconsumed input so far, and says one of three things:
//   message    `message` is complete; `consumed` bytes of the front belong to it, framing included.
//              The next call gets what follows them.
//   need more  no message is complete. Nothing is consumed: the next call gets the same bytes with
//              more behind them. A codec remembers how far it looked, so that a slow sender never
//              costs quadratic time.
//   error      the bytes can never become a message; the codec must not be called again.
// The same input gives the same messages however it is split into calls.
//
// Encode appends one frame to the sink, or appends nothing and says why the message has no frame.
#ifndef SLUICE_REACTOR_CODEC_H_
#define SLUICE_REACTOR_CODEC_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class CodecError : uint8_t {
  kNone = 0,
  kMessageTooLong,  // longer than the codec's message_bytes_max
  kBadLength,       // a length field that no frame can have (below its own header, overlong varint)
  kTerminatorInMessage,  // Encode: the message holds its own terminator, so it would be split
  kWrongSize,            // Encode: not the size that fixed-size records have
};

// "message too long", "bad length", ...: for people; never null.
std::string_view CodecErrorName(CodecError error);

enum class DecodeResult : uint8_t { kMessage, kNeedMore, kError };

template <class Message>
struct Decoded {
  DecodeResult result = DecodeResult::kNeedMore;
  CodecError error = CodecError::kNone;  // set when result is kError
  size_t consumed = 0;                   // set when result is kMessage; at least 1
  Message message{};                     // set when result is kMessage; valid as long as the bytes

  static Decoded Complete(Message message, size_t consumed) {
    return {DecodeResult::kMessage, CodecError::kNone, consumed, message};
  }
  static Decoded NeedMore() { return {}; }
  static Decoded Error(CodecError error) { return {DecodeResult::kError, error, 0, Message{}}; }
};

// Where Encode writes: Reserve gives room for `size` bytes, Commit keeps the first `size` of it.
// sluice::Connection is a sink (the bytes go out with the turn); so is StringSink.
template <class T>
concept ByteSink = requires(T& sink, size_t size) {
  { sink.Reserve(size) } -> std::convertible_to<char*>;
  {sink.Commit(size)};
};

// Appends to a string owned by the caller.
class StringSink {
 public:
  explicit StringSink(std::string& out) : out_(out) {}
  char* Reserve(size_t size) {
    committed_ = out_.size();
    out_.resize(committed_ + size);
    return out_.data() + committed_;
  }
  void Commit(size_t size) { out_.resize(committed_ + size); }

 private:
  std::string& out_;
  size_t committed_ = 0;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_CODEC_H_
