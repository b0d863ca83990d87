// WebSocket frames (RFC 6455 5): bytes in, pieces of payload out, and back. No socket, no clock, no
// allocation; every rule of framing is checked here, what payloads mean is websocket_receiver.h's.
//
//   WebSocketFrames frames(WebSocketRole::kServer, limits, /*compression=*/false);
//   for (;;) {
//     WebSocketPiece piece = frames.Next(bytes);
//     bytes.remove_prefix(piece.consumed);
//     if (piece.kind != WebSocketPiece::kPayload) break;      // kNeedMore or kError
//     piece.mask.Apply(room, piece.data.data(), piece.data.size());
//   }
//
// Like an HTTP body a frame is consumed as it comes: only an incomplete header is shown again.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_FRAME_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_FRAME_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/websocket_error.h"
#include "protocols/websocket_limits.h"
#include "protocols/websocket_mask.h"
#include "reactor/codec.h"

namespace sluice {

// What this end is. A client masks all it sends, a server nothing; each refuses what its peer may
// not send.
enum class WebSocketRole : uint8_t { kServer, kClient };

enum class WebSocketOpcode : uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

constexpr bool IsControl(WebSocketOpcode opcode) {
  return static_cast<uint8_t>(opcode) >= 8;
}

inline constexpr size_t kWebSocketHeaderBytesMax = 14;
inline constexpr size_t kWebSocketControlBytesMax = 125;  // of payload

struct WebSocketFrameHeader {
  WebSocketOpcode opcode = WebSocketOpcode::kContinuation;
  bool final = true;
  bool compressed = false;  // RSV1
  bool masked = false;
  WebSocketMask mask{};  // of the first byte; set when masked
  uint64_t payload_bytes = 0;
};

// Writes the header to `out`, which has room for kWebSocketHeaderBytesMax; returns its size.
size_t WriteWebSocketHeader(const WebSocketFrameHeader& header, char* out);

struct WebSocketPiece {
  enum Kind : uint8_t { kNeedMore, kPayload, kError };
  Kind kind = kNeedMore;
  WebSocketError error = WebSocketError::kNone;  // with kError: not to be called again
  size_t consumed = 0;                           // with every kind but kError

  // With kPayload. The last piece of a frame says so and may be empty, as that of an empty frame.
  bool frame_begins = false;
  bool frame_ends = false;
  WebSocketFrameHeader header;  // of its frame
  std::string_view data;        // still masked
  WebSocketMask mask;           // from data's first byte on; without effect on unmasked data
};

// Finds the frames of one direction of a connection.
class WebSocketFrames {
 public:
  // `limits` outlives this. With `compression` RSV1 may be set on the first frame of a message.
  WebSocketFrames(WebSocketRole role, const WebSocketLimits& limits, bool compression)
      : limits_(&limits), role_(role), compression_(compression) {}

  WebSocketPiece Next(std::string_view bytes);

  // Takes back the last `size` bytes of the payload that Next gave last: they are to come again.
  void Unread(size_t size);

  // An end of the input now cuts a frame or a message off.
  bool mid_message() const { return message_open_ || in_frame_; }

 private:
  // What a header comes to: a size with kNone, 0 for one that is not complete.
  struct HeaderRead {
    WebSocketError error = WebSocketError::kNone;
    size_t header_bytes = 0;
  };
  HeaderRead ReadHeader(std::string_view bytes);
  WebSocketError TakeFirstByte(uint8_t byte);
  WebSocketError TakeSecondByte(uint8_t byte);
  WebSocketError TakeLength(uint64_t length, uint64_t length_min);
  WebSocketPiece Payload(std::string_view bytes, size_t header_bytes);

  const WebSocketLimits* limits_;
  WebSocketRole role_;
  bool compression_;
  bool in_frame_ = false;      // header_ is the one of a frame that has not ended
  bool message_open_ = false;  // its last frame has not begun
  bool message_compressed_ = false;
  WebSocketFrameHeader header_;
  WebSocketMask mask_;  // of what is next
  uint64_t frame_left_ = 0;
  uint64_t message_bytes_ = 0;  // announced by the frames of the message so far
};

// Appends one frame. A client's header has its mask, and the payload is masked on its way.
template <ByteSink Sink>
void WriteWebSocketFrame(const WebSocketFrameHeader& header, std::string_view payload, Sink& sink) {
  // Pieces of more make no system call cheaper and would be one allocation each.
  constexpr size_t kPieceBytes = size_t{48} << 10;
  WebSocketMask mask = header.masked ? header.mask : WebSocketMask();
  size_t piece_bytes = std::min(payload.size(), kPieceBytes);
  char* out = sink.Reserve(kWebSocketHeaderBytesMax + piece_bytes);
  const size_t header_bytes = WriteWebSocketHeader(header, out);
  mask.Apply(out + header_bytes, payload.data(), piece_bytes);
  sink.Commit(header_bytes + piece_bytes);
  while (payload.remove_prefix(piece_bytes), !payload.empty()) {
    piece_bytes = std::min(payload.size(), kPieceBytes);
    mask.Apply(sink.Reserve(piece_bytes), payload.data(), piece_bytes);
    sink.Commit(piece_bytes);
  }
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_FRAME_H_
