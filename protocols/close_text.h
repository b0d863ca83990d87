// Why a connection with a codec on it ended, in words.
#ifndef SLUICE_PROTOCOLS_CLOSE_TEXT_H_
#define SLUICE_PROTOCOLS_CLOSE_TEXT_H_

#include <string>

#include "reactor/close_reason.h"

namespace sluice {

// As CloseReason::ToString, which cannot know whose the number of a kProtocolError is. Here it is
// the CodecError that Framed put there: "protocol error: message too long".
std::string CodecCloseText(CloseReason reason);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_CLOSE_TEXT_H_
