#include "protocols/http1_message.h"

namespace sluice {
namespace {

char Lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

}  // namespace

std::string_view Http1MethodName(Http1Method method) {
  switch (method) {
    case Http1Method::kOther:
      return "";
    case Http1Method::kGet:
      return "GET";
    case Http1Method::kHead:
      return "HEAD";
    case Http1Method::kPost:
      return "POST";
    case Http1Method::kPut:
      return "PUT";
    case Http1Method::kDelete:
      return "DELETE";
    case Http1Method::kConnect:
      return "CONNECT";
    case Http1Method::kOptions:
      return "OPTIONS";
    case Http1Method::kTrace:
      return "TRACE";
    case Http1Method::kPatch:
      return "PATCH";
  }
  return "";
}

bool Http1EqualNames(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

std::optional<std::string_view> Http1Fields::Find(std::string_view name) const {
  for (const Http1Field field : *this) {
    if (Http1EqualNames(field.name, name)) return field.value;
  }
  return std::nullopt;
}

size_t Http1Fields::Count(std::string_view name) const {
  size_t count = 0;
  for (const Http1Field field : *this) count += Http1EqualNames(field.name, name) ? 1 : 0;
  return count;
}

}  // namespace sluice
