#include "protocols/websocket_error.h"

#include <cstddef>

namespace sluice {
namespace {

struct Rule {
  WebSocketError error;
  uint16_t close_code;
  std::string_view text;
};

// In the order of the enumeration: checked below.
constexpr Rule kRules[] = {
    {WebSocketError::kNone, 0, "no error"},
    {WebSocketError::kReservedBit, 1002, "reserved bit set"},
    {WebSocketError::kReservedOpcode, 1002, "reserved opcode"},
    {WebSocketError::kUnmaskedFrame, 1002, "unmasked frame from a client"},
    {WebSocketError::kMaskedFrame, 1002, "masked frame from a server"},
    {WebSocketError::kFragmentedControl, 1002, "fragmented control frame"},
    {WebSocketError::kControlTooLong, 1002, "control frame longer than 125 bytes"},
    {WebSocketError::kLengthNotMinimal, 1002, "length in more bytes than it needs"},
    {WebSocketError::kLengthTooLarge, 1002, "length above 63 bits"},
    {WebSocketError::kContinuationOfNothing, 1002, "continuation without a message"},
    {WebSocketError::kMessageWithinMessage, 1002, "new message within another"},
    {WebSocketError::kFrameTooBig, 1009, "frame too big"},
    {WebSocketError::kMessageTooBig, 1009, "message too big"},
    {WebSocketError::kBadUtf8, 1007, "text is not UTF-8"},
    {WebSocketError::kBadDeflate, 1007, "malformed compressed data"},
    {WebSocketError::kBadCloseBody, 1002, "close body of one byte"},
    {WebSocketError::kBadCloseCode, 1002, "close code that may not be sent"},
    {WebSocketError::kBadCloseReason, 1007, "close reason is not UTF-8"},
    {WebSocketError::kNoCompression, 1010, "permessage-deflate not agreed to"},
    {WebSocketError::kBadAnswer, 0, "the answer is not HTTP/1.1"},
    {WebSocketError::kRefused, 0, "the server refused"},
    {WebSocketError::kNotUpgraded, 0, "the answer does not upgrade to websocket"},
    {WebSocketError::kBadAccept, 0, "the answer is to another key"},
    {WebSocketError::kUnknownSubprotocol, 0, "subprotocol that was not asked for"},
    {WebSocketError::kUnknownExtension, 0, "extension that was not asked for"},
    {WebSocketError::kNotOpen, 0, "the connection is closing"},
    {WebSocketError::kMessageUnderWay, 0, "parts of another message are being sent"},
};
static_assert(sizeof(kRules) / sizeof(kRules[0]) == kWebSocketErrorCount);
static_assert([] {
  for (int i = 0; i < kWebSocketErrorCount; ++i) {
    if (static_cast<int>(kRules[i].error) != i) return false;
  }
  return true;
}());

}  // namespace

std::string_view WebSocketErrorText(WebSocketError error) {
  return kRules[static_cast<int>(error)].text;
}

uint16_t WebSocketErrorCloseCode(WebSocketError error) {
  return kRules[static_cast<int>(error)].close_code;
}

}  // namespace sluice
