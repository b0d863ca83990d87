// Why a WebSocket connection was failed, and the numbers a Close frame may carry (RFC 6455 7.4).
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_ERROR_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_ERROR_H_

#include <cstdint>
#include <string_view>

namespace sluice {

enum class WebSocketError : uint8_t {
  kNone = 0,

  // Frames.
  kReservedBit,            // RSV2, RSV3, or RSV1 where no extension gave it a meaning
  kReservedOpcode,         // 3 to 7, 11 to 15
  kUnmaskedFrame,          // from a client
  kMaskedFrame,            // from a server
  kFragmentedControl,      // Close, Ping or Pong without FIN
  kControlTooLong,         // more than 125 bytes
  kLengthNotMinimal,       // a longer length field than the number needs
  kLengthTooLarge,         // above 63 bits
  kContinuationOfNothing,  // a continuation while no message is incomplete
  kMessageWithinMessage,   // a new message while another is incomplete
  kFrameTooBig,            // WebSocketLimits::frame_bytes_max
  kMessageTooBig,          // WebSocketLimits::message_bytes_max, inflated

  // What messages hold.
  kBadUtf8,         // in a text message
  kBadDeflate,      // not the compressed data of a message
  kBadCloseBody,    // one byte only
  kBadCloseCode,    // one that no endpoint may send
  kBadCloseReason,  // not UTF-8

  kNoCompression,  // required by the client, not agreed to by the server

  // The answer to a client's request; the connection was given up, no frame was sent.
  kBadAnswer,           // not HTTP/1.1
  kRefused,             // another status than 101
  kNotUpgraded,         // no "Upgrade: websocket" that Connection names
  kBadAccept,           // Sec-WebSocket-Accept is not the answer to the key
  kUnknownSubprotocol,  // none that was asked for
  kUnknownExtension,    // none that was asked for, or not on these terms

  // Refusals to send; nothing was sent, the connection goes on.
  kNotOpen,          // the closing has begun
  kMessageUnderWay,  // parts of another message are being sent
};

inline constexpr int kWebSocketErrorCount = static_cast<int>(WebSocketError::kMessageUnderWay) + 1;

// "reserved bit set", ...: for people; never null, without a full stop.
std::string_view WebSocketErrorText(WebSocketError error);

// What the Close frame says that fails the connection: 1002, 1007, 1009 or 1010. 0 for kNone and
// for refusals to send.
uint16_t WebSocketErrorCloseCode(WebSocketError error);

// Codes with a name. The last three are for the application alone: never in a frame.
namespace websocket_close {
inline constexpr uint16_t kNormal = 1000;
inline constexpr uint16_t kGoingAway = 1001;
inline constexpr uint16_t kProtocolError = 1002;
inline constexpr uint16_t kUnacceptableData = 1003;  // of a type this end does not take
inline constexpr uint16_t kInvalidData = 1007;
inline constexpr uint16_t kPolicyViolation = 1008;
inline constexpr uint16_t kTooBig = 1009;
inline constexpr uint16_t kExtensionMissing = 1010;
inline constexpr uint16_t kInternalError = 1011;
inline constexpr uint16_t kTryAgainLater = 1013;
inline constexpr uint16_t kNoStatus = 1005;  // a Close without a code
inline constexpr uint16_t kAbnormal = 1006;  // no Close came
}  // namespace websocket_close

// A Close frame may carry this, in either direction: 1000 to 1003, 1007 to 1014, 3000 to 4999.
constexpr bool IsWebSocketCloseCode(uint32_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_ERROR_H_
