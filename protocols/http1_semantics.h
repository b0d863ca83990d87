// What methods and fields mean, for a server and a client alike.
#ifndef SLUICE_PROTOCOLS_HTTP1_SEMANTICS_H_
#define SLUICE_PROTOCOLS_HTTP1_SEMANTICS_H_

#include <string>
#include <string_view>

#include "protocols/http1_message.h"

namespace sluice::http1 {

// RFC 9110 9.2.1.
constexpr bool IsSafe(Http1Method method) {
  return method == Http1Method::kGet || method == Http1Method::kHead ||
         method == Http1Method::kOptions || method == Http1Method::kTrace;
}

// RFC 9110 9.2.2.
constexpr bool IsIdempotent(Http1Method method) {
  return IsSafe(method) || method == Http1Method::kPut || method == Http1Method::kDelete;
}

// Of a field whose value is between one client and one server.
inline bool IsCredential(std::string_view name) {
  return Http1EqualNames(name, "Authorization") || Http1EqualNames(name, "Proxy-Authorization") ||
         Http1EqualNames(name, "Cookie");
}

// All lines of a field as one list (RFC 9110 5.3).
inline std::string JoinedList(const Http1Fields& fields, std::string_view name) {
  std::string joined;
  for (const Http1Field field : fields) {
    if (!Http1EqualNames(field.name, name)) continue;
    if (!joined.empty()) joined += ", ";
    joined += field.value;
  }
  return joined;
}

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_SEMANTICS_H_
