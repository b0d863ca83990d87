// What the known fields of a head say together of the connection and the body.
#ifndef SLUICE_PROTOCOLS_HTTP1_FRAMING_H_
#define SLUICE_PROTOCOLS_HTTP1_FRAMING_H_

#include <cstdint>
#include <string_view>

#include "protocols/http1_error.h"
#include "protocols/http1_head.h"
#include "protocols/http1_message.h"

namespace sluice::http1 {

struct HeadFacts {
  const char* message;
  const FieldTable& fields;
  uint8_t minor_version;
};

// Content-Length and Transfer-Encoding. Sets has_content_length and content_length, and body to
// kNone, kLength or kChunked as the fields alone have it.
Http1Error JudgeBody(const HeadFacts& head, Http1Framing* framing);

// Connection and Upgrade. Sets keep_alive and upgrade.
Http1Error JudgeConnection(const HeadFacts& head, Http1Framing* framing);

// Sets expect_continue.
Http1Error JudgeExpect(const HeadFacts& head, Http1Request* request);

// Exactly one valid Host in HTTP/1.1, at most one in 1.0.
Http1Error JudgeHost(const HeadFacts& head);

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_FRAMING_H_
