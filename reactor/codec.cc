#include "reactor/codec.h"

namespace sluice {

std::string_view CodecErrorName(CodecError error) {
  switch (error) {
    case CodecError::kNone:
      return "no error";
    case CodecError::kMessageTooLong:
      return "message too long";
    case CodecError::kBadLength:
      return "bad length";
    case CodecError::kTerminatorInMessage:
      return "terminator inside the message";
    case CodecError::kWrongSize:
      return "wrong record size";
  }
  return "unknown codec error";
}

}  // namespace sluice
