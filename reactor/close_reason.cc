#include "reactor/close_reason.h"

#include "reactor/backend/socket_util.h"

namespace sluice {

std::string_view CloseCodeName(CloseCode code) {
  switch (code) {
    case CloseCode::kNone:
      return "still open";
    case CloseCode::kLocal:
      return "closed here";
    case CloseCode::kAborted:
      return "aborted here";
    case CloseCode::kPeerEnded:
      return "peer ended";
    case CloseCode::kPeerReset:
      return "peer reset";
    case CloseCode::kIoError:
      return "I/O error";
    case CloseCode::kConnectFailed:
      return "connect failed";
    case CloseCode::kConnectTimeout:
      return "connect timeout";
    case CloseCode::kIdleTimeout:
      return "idle timeout";
    case CloseCode::kDeadline:
      return "deadline passed";
    case CloseCode::kOutputStalled:
      return "output stalled: the peer does not read";
    case CloseCode::kOutputOverflow:
      return "output limit exceeded";
    case CloseCode::kFileShrank:
      return "file shrank while it was sent";
    case CloseCode::kInputOverflow:
      return "input limit exceeded";
    case CloseCode::kProtocolError:
      return "protocol error";
    case CloseCode::kLoopStopped:
      return "loop stopped";
  }
  return "unknown close code";
}

std::string CloseReason::ToString() const {
  std::string text(CloseCodeName(code));
  if (error == 0) return text;
  if (code == CloseCode::kProtocolError) return text + " " + std::to_string(error);
  return text + ": " + backend::ErrnoText(error);
}

}  // namespace sluice
