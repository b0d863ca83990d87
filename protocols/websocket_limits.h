// How much a WebSocket peer may send. Every limit has an error of its own; both close with 1009.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_LIMITS_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_LIMITS_H_

#include <cstdint>

namespace sluice {

struct WebSocketLimits {
  // kFrameTooBig: the payload of one frame as it comes, compressed where it is.
  uint64_t frame_bytes_max = uint64_t{16} << 20;
  // kMessageTooBig: all frames of a message, inflated. Whole messages are kept in memory up to it;
  // a compressed one is inflated up to it and not a byte further.
  uint64_t message_bytes_max = uint64_t{16} << 20;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_LIMITS_H_
