// Masking of WebSocket payloads (RFC 6455 5.3): each byte xor one of the four of a key, in turn.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_MASK_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_MASK_H_

#include <cstddef>
#include <cstdint>

namespace sluice {

class WebSocketMask {
 public:
  WebSocketMask() = default;  // changes nothing
  // The four bytes as they lie in a frame.
  explicit WebSocketMask(const char* key);
  explicit WebSocketMask(uint32_t key) : key_(key) {}

  // Writes `size` masked (or unmasked: it is the same) bytes of `from` to `to`, which are the same
  // place or do not overlap. The next call goes on in the payload where this one ended.
  void Apply(char* to, const char* from, size_t size);
  void Skip(size_t size);  // as if Apply had had so many bytes

  uint32_t key() const { return key_; }  // for the next byte; in the order of memory

 private:
  uint32_t key_ = 0;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_MASK_H_
