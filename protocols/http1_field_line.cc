#include "protocols/http1_field_line.h"

namespace sluice::http1 {

Http1Error FieldLineError(const char* message, size_t at, size_t end, size_t name_bytes) {
  const char stop = message[at + name_bytes];
  if (name_bytes == 0 && IsSpace(stop)) return Http1Error::kFoldedLine;
  if (name_bytes == 0 && stop == ':') return Http1Error::kNoFieldName;
  if (!IsSpace(stop)) return Http1Error::kBadFieldName;
  size_t behind = at + name_bytes;
  while (behind < end && IsSpace(message[behind])) ++behind;
  const bool colon = behind < end && message[behind] == ':';
  return colon ? Http1Error::kSpaceBeforeColon : Http1Error::kBadFieldName;
}

}  // namespace sluice::http1
