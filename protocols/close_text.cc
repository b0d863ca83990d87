#include "protocols/close_text.h"

#include "reactor/codec.h"

namespace sluice {

std::string CodecCloseText(CloseReason reason) {
  if (reason.code != CloseCode::kProtocolError) return reason.ToString();
  return std::string(CloseCodeName(reason.code)) + ": " +
         std::string(CodecErrorName(static_cast<CodecError>(reason.error)));
}

}  // namespace sluice
