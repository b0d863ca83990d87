#include "protocols/line.h"

#include <algorithm>
#include <utility>

#include "protocols/codec_limits.h"

namespace sluice {

absl::StatusOr<LineCodec> LineCodec::Create(const LineOptions& options) {
  if (options.terminator.empty()) {
    return absl::InvalidArgumentError(
        "LineCodec: the terminator is empty; give one byte or more, such as \"\\n\" or \"##\"");
  }
  absl::Status status = ValidateMessageBytesMax("LineCodec", options.message_bytes_max);
  if (!status.ok()) return status;
  LineCodec codec;
  codec.message_bytes_max_ = options.message_bytes_max;
  codec.last_byte_ = options.terminator.back();
  codec.drop_carriage_return_ = options.terminator == "\n" && options.drop_carriage_return;
  codec.frame_overhead_bytes_ = codec.drop_carriage_return_ ? 2 : options.terminator.size();
  if (options.terminator.size() > 1) {
    codec.long_terminator_ = std::make_shared<const Terminator>(options.terminator);
  }
  return codec;
}

Decoded<std::string_view> LineCodec::DecodeLongTerminator(std::string_view bytes) {
  const size_t end = long_terminator_->FindEnd(bytes, scanned_bytes_, &matched_bytes_);
  if (end == std::string_view::npos) {
    // matched_bytes_ is the longest possible start of a terminator, so no message is shorter.
    if (bytes.size() - matched_bytes_ > message_bytes_max_) {
      return Decoded<Message>::Error(CodecError::kMessageTooLong);
    }
    scanned_bytes_ = bytes.size();
    return Decoded<Message>::NeedMore();
  }
  const size_t message_bytes = end - long_terminator_->bytes().size();
  if (message_bytes > message_bytes_max_) {
    return Decoded<Message>::Error(CodecError::kMessageTooLong);
  }
  scanned_bytes_ = 0;
  return Decoded<Message>::Complete({bytes.data(), message_bytes}, end);
}

// No terminator of one byte in `bytes`.
Decoded<std::string_view> LineCodec::Incomplete(std::string_view bytes) {
  const bool ends_in_droppable = drop_carriage_return_ && !bytes.empty() && bytes.back() == '\r';
  if (bytes.size() - (ends_in_droppable ? 1 : 0) > message_bytes_max_) {
    return Decoded<Message>::Error(CodecError::kMessageTooLong);
  }
  scanned_bytes_ = bytes.size();
  return Decoded<Message>::NeedMore();
}

CodecError LineCodec::CheckMessage(std::string_view message) const {
  if (message.size() > message_bytes_max_) return CodecError::kMessageTooLong;
  bool ends_where_it_should = false;
  if (long_terminator_) {
    ends_where_it_should = long_terminator_->CanEnd(message);
  } else {
    const bool loses_last_byte = drop_carriage_return_ && message.ends_with('\r');
    ends_where_it_should = !loses_last_byte && message.find(last_byte_) == std::string_view::npos;
  }
  return ends_where_it_should ? CodecError::kNone : CodecError::kTerminatorInMessage;
}

}  // namespace sluice
