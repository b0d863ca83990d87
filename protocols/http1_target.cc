#include "protocols/http1_target.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/http1_bytes.h"
#include "protocols/http1_find.h"
#include "protocols/http1_host.h"
#include "protocols/http1_message.h"

namespace sluice::http1 {
namespace {

// Path and query, [line->path_at, line->target_end).
Http1Error ParsePath(const char* message, const Http1Limits& limits, const Http1Scan& scan,
                     RequestLine* line) {
  const size_t end = line->target_end;
  line->path_end = line->target_end;
  size_t at = line->path_at;
  for (;;) {
    at += FindNotPlainTarget(scan, message + at, end - at);
    if (at == end) return Http1Error::kNone;
    if (message[at] == '?') {
      if (line->path_end == end) line->path_end = static_cast<uint16_t>(at);
      ++at;
    } else if (IsEscape({message + at, end - at})) {
      at += 3;
    } else if (limits.unescaped_target_allowed && Is(kUnescapedTarget, message[at])) {
      ++at;
    } else {
      return message[at] == ' ' ? Http1Error::kBadRequestLine : Http1Error::kBadTarget;
    }
  }
}

// Bytes of "http://" or "https://" at the front of `target`, of any case; 0 for anything else.
size_t SchemeBytes(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (Http1EqualNames(target.substr(0, scheme.size()), scheme)) return scheme.size();
  }
  return 0;
}

Http1Error ParseAbsolute(const char* message, size_t scheme_bytes, const Http1Limits& limits,
                         const Http1Scan& scan, RequestLine* line) {
  const size_t authority_at = line->target_at + scheme_bytes;
  size_t path_at = authority_at;
  while (path_at < line->target_end && message[path_at] != '/' && message[path_at] != '?')
    ++path_at;
  const std::string_view authority(message + authority_at, path_at - authority_at);
  if (authority.find(' ') != std::string_view::npos) return Http1Error::kBadRequestLine;
  if (!IsHostAndPort(authority, scan)) return Http1Error::kBadTarget;
  line->form = Http1TargetForm::kAbsolute;
  line->authority_at = static_cast<uint16_t>(authority_at);
  line->path_at = static_cast<uint16_t>(path_at);
  return ParsePath(message, limits, scan, line);
}

// CONNECT names a host and a port and nothing else.
Http1Error ParseAuthority(std::string_view target, RequestLine* line) {
  if (target.find(' ') != std::string_view::npos) return Http1Error::kBadRequestLine;
  const bool other_form = target[0] == '/' || target == "*" || SchemeBytes(target) > 0;
  if (other_form) return Http1Error::kWrongTargetForm;
  if (!IsHostWithPort(target)) return Http1Error::kBadTarget;
  line->form = Http1TargetForm::kAuthority;
  line->path_end = line->target_end;
  return Http1Error::kNone;
}

}  // namespace

Http1Error ParseTarget(const char* message, const Http1Limits& limits, const Http1Scan& scan,
                       RequestLine* line) {
  const std::string_view target(message + line->target_at,
                                static_cast<size_t>(line->target_end - line->target_at));
  if (line->method == Http1Method::kConnect) return ParseAuthority(target, line);
  line->path_at = line->target_at;
  if (target[0] == '/') [[likely]] {
    line->form = Http1TargetForm::kOrigin;
    return ParsePath(message, limits, scan, line);
  }
  if (target == "*") {
    if (line->method != Http1Method::kOptions) return Http1Error::kWrongTargetForm;
    line->form = Http1TargetForm::kAsterisk;
    line->path_end = line->target_end;
    return Http1Error::kNone;
  }
  if (const size_t scheme = SchemeBytes(target); scheme > 0) {
    return ParseAbsolute(message, scheme, limits, scan, line);
  }
  if (target.find(' ') != std::string_view::npos) return Http1Error::kBadRequestLine;
  return IsHostWithPort(target) ? Http1Error::kWrongTargetForm : Http1Error::kBadTarget;
}

}  // namespace sluice::http1
