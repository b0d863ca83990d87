#include "protocols/message_pack.h"

#include "protocols/utf8.h"

namespace sluice {
namespace {

// Walks over the bytes without keeping anything, and stops at the first thing that is not allowed.
// What it has passed is safe to build: every element that is announced is there.
class Inspector : public msgpack::null_visitor {
 public:
  Inspector(size_t bytes, const MessagePackLimits& limits) : bytes_(bytes), limits_(limits) {}

  MessagePackError error() const { return error_; }

  bool visit_str(const char* text, uint32_t size) {
    if (size > limits_.string_bytes_max) return Stop(MessagePackError::kStringTooLong);
    if (limits_.utf8_only && !IsUtf8({text, size})) return Stop(MessagePackError::kNotUtf8);
    return true;
  }
  bool visit_bin(const char*, uint32_t size) {
    return size <= limits_.binary_bytes_max || Stop(MessagePackError::kBinaryTooLong);
  }
  bool visit_ext(const char*, uint32_t size) {  // with the byte of its type
    return size - 1 <= limits_.extension_bytes_max || Stop(MessagePackError::kExtensionTooLong);
  }
  bool start_array(uint32_t elements) { return Enter(elements); }
  bool end_array() { return Leave(); }
  bool start_map(uint32_t pairs) { return Enter(uint64_t{2} * pairs); }
  bool end_map() { return Leave(); }
  void parse_error(size_t, size_t) { Stop(MessagePackError::kReservedByte); }
  void insufficient_bytes(size_t, size_t) { Stop(MessagePackError::kTruncated); }

 private:
  bool Stop(MessagePackError error) {
    if (error_ == MessagePackError::kNone) error_ = error;
    return false;
  }

  bool Enter(uint64_t elements) {
    elements_ += elements;
    if (++depth_ > limits_.depth_max) return Stop(MessagePackError::kTooDeep);
    if (elements_ > limits_.elements_max) return Stop(MessagePackError::kTooManyElements);
    // Each has a byte at least.
    return elements_ <= bytes_ || Stop(MessagePackError::kTruncated);
  }
  bool Leave() {
    --depth_;
    return true;
  }

  const size_t bytes_;
  const MessagePackLimits& limits_;
  MessagePackError error_ = MessagePackError::kNone;
  size_t depth_ = 0;
  uint64_t elements_ = 0;
};

MessagePackError Inspect(std::string_view bytes, const MessagePackLimits& limits) {
  if (bytes.size() > limits.message_bytes_max) return MessagePackError::kMessageTooLong;
  Inspector inspector(bytes.size(), limits);
  size_t end = 0;
  msgpack::parse(bytes.data(), bytes.size(), end, inspector);
  if (inspector.error() != MessagePackError::kNone) return inspector.error();
  return end < bytes.size() ? MessagePackError::kTrailingBytes : MessagePackError::kNone;
}

bool AsView(msgpack::type::object_type, size_t, void*) {
  return true;
}

}  // namespace

std::string_view MessagePackErrorName(MessagePackError error) {
  switch (error) {
    case MessagePackError::kNone:
      return "none";
    case MessagePackError::kTruncated:
      return "truncated";
    case MessagePackError::kTrailingBytes:
      return "trailing bytes";
    case MessagePackError::kReservedByte:
      return "reserved byte";
    case MessagePackError::kMessageTooLong:
      return "message too long";
    case MessagePackError::kTooDeep:
      return "too deep";
    case MessagePackError::kTooManyElements:
      return "too many elements";
    case MessagePackError::kStringTooLong:
      return "string too long";
    case MessagePackError::kBinaryTooLong:
      return "binary too long";
    case MessagePackError::kExtensionTooLong:
      return "extension too long";
    case MessagePackError::kNotUtf8:
      return "string is not UTF-8";
  }
  return "unknown";
}

MessagePackObject DecodeMessagePack(std::string_view bytes, const MessagePackLimits& limits) {
  MessagePackObject object;
  object.error_ = Inspect(bytes, limits);
  // What throws in here was refused by now.
  if (object.ok()) object.handle_ = msgpack::unpack(bytes.data(), bytes.size(), AsView);
  return object;
}

}  // namespace sluice
