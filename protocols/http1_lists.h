// Comma-separated lists in field values: RFC 9110 5.6.1.
#ifndef SLUICE_PROTOCOLS_HTTP1_LISTS_H_
#define SLUICE_PROTOCOLS_HTTP1_LISTS_H_

#include <string_view>

#include "protocols/http1_bytes.h"

namespace sluice::http1 {

inline std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the next element off the front of `*list`, without white space around it. An element may be
// empty: recipients skip those.
inline std::string_view TakeElement(std::string_view* list) {
  const size_t comma = list->find(',');
  const std::string_view element = list->substr(0, comma);
  list->remove_prefix(comma == std::string_view::npos ? list->size() : comma + 1);
  return TrimSpace(element);
}

inline bool IsToken(std::string_view text) {
  for (const char byte : text) {
    if (!Is(kToken, byte)) return false;
  }
  return !text.empty();
}

// Of a field value: CR, LF and NUL, say, but not a tab.
inline bool HasControl(std::string_view value) {
  for (const char byte : value) {
    if (Is(kControl, byte)) return true;
  }
  return false;
}

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_LISTS_H_
