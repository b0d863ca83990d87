// What the known fields of a head say together of the connection and the body.
#ifndef SLUICE_PROTOCOLS_HTTP1_FRAMING_H_
#define SLUICE_PROTOCOLS_HTTP1_FRAMING_H_

#include <cstdint>
#include <string_view>

#include "protocols/http1_error.h"
#include "protocols/http1_head.h"
#include "protocols/http1_host.h"
#include "protocols/http1_message.h"
#include "protocols/http1_scan.h"

namespace sluice::http1 {

struct HeadFacts {
  const char* message;
  const FieldTable& fields;
  uint8_t minor_version;
};

// `framing` is as it was made: these set only what the fields change.

// Content-Length and Transfer-Encoding: has_content_length and content_length, and body as kLength
// or kChunked.
Http1Error JudgeBody(const HeadFacts& head, Http1Framing* framing);

// Connection and Upgrade: keep_alive, always, and upgrade.
Http1Error JudgeConnection(const HeadFacts& head, Http1Framing* framing);

// Sets expect_continue.
Http1Error JudgeExpect(const HeadFacts& head, Http1Request* request);

// Exactly one valid Host in HTTP/1.1, at most one in 1.0.
// `host_bytes(value)` are those at its front that Http1Scan::find_not_host passes over.
template <class HostBytes>
inline Http1Error JudgeHost(const HeadFacts& head, const HostBytes& host_bytes) {
  if (!head.fields.Has(kHost)) [[unlikely]]
    return head.minor_version > 0 ? Http1Error::kNoHost : Http1Error::kNone;
  if (head.fields.HasSeveral(kHost)) return Http1Error::kRepeatedHost;
  const std::string_view host = head.fields.Value(head.message, kHost);
  return IsHostAndPort(host, host_bytes(host)) ? Http1Error::kNone : Http1Error::kBadHost;
}

// Whether the fields hold nothing for JudgeBody, JudgeConnection and JudgeExpect.
inline bool SaysNothingOfFraming(const FieldTable& fields) {
  constexpr uint32_t kSilent = 1u << kUnknownField | 1u << kHost;
  return (fields.seen & ~kSilent) == 0;
}

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_FRAMING_H_
