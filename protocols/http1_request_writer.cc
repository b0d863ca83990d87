#include "protocols/http1_request_writer.h"

#include <algorithm>
#include <cstdio>

#include "protocols/http1_bytes.h"
#include "protocols/http1_host.h"
#include "protocols/http1_lists.h"
#include "protocols/http1_semantics.h"

namespace sluice::http1 {
namespace {

constexpr std::string_view kReserved[] = {
    "Host",    "Connection",        "Content-Length", "Keep-Alive", "TE",
    "Trailer", "Transfer-Encoding", "Expect",         "Upgrade",    "Proxy-Connection"};

Http1Refused JudgeField(const Http1Header& field) {
  if (!IsToken(field.name)) return Http1Refused::kFieldName;
  if (HasControl(field.value)) return Http1Refused::kFieldValue;
  for (const std::string_view reserved : kReserved) {
    if (Http1EqualNames(field.name, reserved)) return Http1Refused::kReservedField;
  }
  return Http1Refused::kNothing;
}

// A request of these without a body says nothing of one; any other says that it is empty.
bool MayLackLength(std::string_view method) {
  const Http1Method known = MethodOf(method);
  return IsSafe(known) || known == Http1Method::kDelete;
}

size_t HeadBytesMost(const Http1FetchRequest& request) {
  constexpr size_t kOwnFields = 200;  // all that WriteHead adds but the host
  size_t bytes = kOwnFields + request.method.size() + request.target.size() + request.host.size();
  for (const Http1Header& field : request.fields)
    bytes += field.name.size() + field.value.size() + 4;
  return bytes;
}

}  // namespace

Http1Method MethodOf(std::string_view text) {
  for (int i = 1; i <= static_cast<int>(Http1Method::kPatch); ++i) {
    const auto method = static_cast<Http1Method>(i);
    if (Http1MethodName(method) == text) return method;
  }
  return Http1Method::kOther;
}

bool IsWritableTarget(std::string_view target) {
  if (target.empty() || target.front() != '/') return false;
  for (size_t i = 0; i < target.size(); ++i) {
    if (Is(kPlainTarget, target[i]) || target[i] == '?') continue;
    if (!IsEscape(target.substr(i))) return false;
  }
  return true;
}

Http1Refused JudgeRequest(const Http1FetchRequest& request, size_t head_bytes_max) {
  if (!IsToken(request.method)) return Http1Refused::kMethod;
  const Http1Method method = MethodOf(request.method);
  if (method == Http1Method::kConnect) return Http1Refused::kConnect;
  const bool all = request.target == "*" && method == Http1Method::kOptions;
  if (!all && !IsWritableTarget(request.target)) return Http1Refused::kTarget;
  if (!request.host.empty() && !IsAnyHostAndPort(request.host)) return Http1Refused::kHost;
  for (const Http1Header& field : request.fields) {
    if (const Http1Refused refused = JudgeField(field); refused != Http1Refused::kNothing) {
      return refused;
    }
  }
  const bool has_body = request.streamed_body || !request.body.empty();
  if (has_body && method == Http1Method::kTrace) return Http1Refused::kBody;
  if (request.streamed_body && !request.body.empty()) return Http1Refused::kBody;
  if (HeadBytesMost(request) > head_bytes_max) return Http1Refused::kHeadTooLong;
  const bool nowhere = request.endpoint.is_ip() && request.endpoint.port() == 0;
  return nowhere ? Http1Refused::kNoPort : Http1Refused::kNothing;
}

std::string HostOf(const Http1FetchRequest& request) {
  if (!request.host.empty()) return request.host;
  return request.endpoint.is_ip() ? request.endpoint.ToString() : "localhost";
}

std::string WriteHead(const Http1FetchRequest& request) {
  std::string head;
  head.reserve(HeadBytesMost(request));
  head += request.method;
  head += ' ';
  head += request.target;
  head += " HTTP/1.1\r\nHost: ";
  head += HostOf(request);
  head += "\r\n";
  for (const Http1Header& field : request.fields) {
    head += field.name;
    head += ": ";
    head += field.value;
    head += "\r\n";
  }
  if (request.streamed_body) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!request.body.empty() || !MayLackLength(request.method)) {
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  const bool has_body = request.streamed_body || !request.body.empty();
  if (request.expect_continue && has_body) head += "Expect: 100-continue\r\n";
  if (request.close) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

std::string ChunkHead(size_t bytes) {
  char text[24];
  std::snprintf(text, sizeof(text), "%zx\r\n", bytes);
  return text;
}

}  // namespace sluice::http1
