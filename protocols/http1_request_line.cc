#include <cstring>
#include <string_view>

#include "protocols/http1_bytes.h"
#include "protocols/http1_field_line.h"
#include "protocols/http1_start_line.h"
#include "protocols/http1_target.h"

namespace sluice::http1 {
namespace {

constexpr size_t kVersionBytes = sizeof "HTTP/1.1" - 1;

Http1Method MethodOf(std::string_view text) {
  for (const Http1Method method :
       {Http1Method::kPost, Http1Method::kHead, Http1Method::kPut, Http1Method::kDelete,
        Http1Method::kConnect, Http1Method::kOptions, Http1Method::kTrace, Http1Method::kPatch}) {
    if (text == Http1MethodName(method)) return method;
  }
  return Http1Method::kOther;
}

// Why the line does not end in SP and 8 bytes that start as a version does.
Http1Error BadLineEnd(std::string_view line, size_t method_bytes) {
  const size_t last_space = line.rfind(' ');
  // Nothing but a method and a target, or spaces at the end.
  if (last_space == method_bytes || last_space + 1 == line.size())
    return Http1Error::kBadRequestLine;
  return Http1Error::kBadVersion;
}

}  // namespace

Http1Error ParseAnyVersion(const char* bytes, uint8_t* minor_version) {
  const bool well_formed = std::memcmp(bytes, "HTTP/", 5) == 0 && IsDigit(bytes[5]) &&
                           bytes[6] == '.' && IsDigit(bytes[7]);
  if (!well_formed) return Http1Error::kBadVersion;
  if (bytes[5] != '1') return Http1Error::kUnsupportedVersion;
  *minor_version = bytes[7] == '0' ? 0 : 1;
  return Http1Error::kNone;
}

Http1Error RequestLine::TooLong(const char* line, const Http1Limits& limits) {
  for (size_t i = 0; i <= limits.method_bytes_max; ++i) {
    if (!Is(kToken, line[i])) return Http1Error::kTargetTooLong;
  }
  return Http1Error::kMethodTooLong;
}

// A space follows the target, so that there is a byte to stop at.
bool RequestLine::IsPlainPath(const Http1Masks& look, const char* message) const {
  const auto plain = static_cast<size_t>(__builtin_ctzll(look.not_plain_target >> target_at));
  return message[target_at] == '/' && target_at + plain == target_end &&
         method != Http1Method::kConnect;
}

Http1Error RequestLine::Parse(const FirstLine& line, const Http1Limits& limits,
                              const Http1Scan& scan) {
  const char* const message = line.message;
  const size_t token_bytes = TokenBytes(message, line.at, line.not_token);
  if (token_bytes > limits.method_bytes_max) return Http1Error::kMethodTooLong;
  const size_t space = line.at + token_bytes;
  if (space == line.end) return Http1Error::kBadRequestLine;
  if (token_bytes == 0 || message[space] != ' ') return Http1Error::kBadMethod;
  method_at = static_cast<uint16_t>(line.at);
  method_bytes = static_cast<uint16_t>(token_bytes);
  const bool is_get = token_bytes == 3 && std::memcmp(message + line.at, "GET", 3) == 0;
  method = is_get ? Http1Method::kGet : MethodOf({message + line.at, token_bytes});

  const size_t version_at = line.end - kVersionBytes;
  if (line.end - space < 2 + kVersionBytes || message[version_at - 1] != ' ') {
    return BadLineEnd({message + line.at, line.end - line.at}, token_bytes);
  }
  const Http1Error error = ParseVersion(message + version_at, &minor_version);
  if (error != Http1Error::kNone) return error;
  target_at = static_cast<uint16_t>(space + 1);
  target_end = static_cast<uint16_t>(version_at - 1);
  if (target_at >= target_end) return Http1Error::kBadRequestLine;
  if (static_cast<size_t>(target_end - target_at) > limits.target_bytes_max) {
    return Http1Error::kTargetTooLong;
  }
  if (line.look != nullptr && IsPlainPath(*line.look, message)) [[likely]] {
    form = Http1TargetForm::kOrigin;
    path_at = target_at;
    path_end = target_end;
    return Http1Error::kNone;
  }
  return ParseTarget(message, limits, scan, this);
}

}  // namespace sluice::http1
