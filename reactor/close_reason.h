// Why a connection ended: one small typed value, recorded once and given to Handler::OnClose.
#ifndef SLUICE_REACTOR_CLOSE_REASON_H_
#define SLUICE_REACTOR_CLOSE_REASON_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class CloseCode : uint8_t {
  kNone = 0,
  kLocal,           // Close(): everything was sent, both directions are shut
  kAborted,         // Abort(): unsent output dropped
  kPeerEnded,       // the peer ended its stream and everything for it was sent
  kPeerReset,       // ECONNRESET, EPIPE: the peer refused further bytes
  kIoError,         // another error of the kernel, in `error`
  kConnectFailed,   // an outbound connection was refused or unreachable, in `error`
  kConnectTimeout,  // ConnectOptions::timeout
  kIdleTimeout,     // ConnectionLimits::idle_timeout: no byte either way
  kDeadline,        // Connection::SetDeadline
  kOutputStalled,   // ConnectionLimits::stall_timeout: the peer took nothing of our output
  kOutputOverflow,  // ConnectionLimits::output_bytes_max
  kFileShrank,      // a file of SendFile ended before what was to be sent of it
  kInputOverflow,   // ConnectionLimits::input_bytes_max: the handler left too much unconsumed
  kProtocolError,   // the codec or handler found the input malformed, its code in `error`
  kLoopStopped,     // the loop stopped before the connection ended
};

struct CloseReason {
  CloseCode code = CloseCode::kNone;
  int error = 0;  // errno, or what kProtocolError's handler defines

  // "peer reset: ECONNRESET (Connection reset by peer)"
  std::string ToString() const;
};

std::string_view CloseCodeName(CloseCode code);

}  // namespace sluice

#endif  // SLUICE_REACTOR_CLOSE_REASON_H_
