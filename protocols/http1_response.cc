#include <string_view>

#include "protocols/http1_framing.h"
#include "protocols/http1_head_lines.h"
#include "protocols/http1_parser.h"

namespace sluice {
namespace {

// RFC 9112 6.3: what the request and the status decide before any field does.
Http1BodyKind BodyOf(uint16_t status, Http1Method answered, const Http1Framing& as_fields_say) {
  const bool tunnel = status == 101 || (answered == Http1Method::kConnect && status / 100 == 2);
  if (tunnel) return Http1BodyKind::kTunnel;
  const bool bodiless =
      answered == Http1Method::kHead || status / 100 == 1 || status == 204 || status == 304;
  if (bodiless) return Http1BodyKind::kNone;
  const bool unknown_length =
      as_fields_say.body == Http1BodyKind::kNone && !as_fields_say.has_content_length;
  return unknown_length ? Http1BodyKind::kUntilClose : as_fields_say.body;
}

}  // namespace

Http1Parsed Http1ResponseParser::Parse(std::string_view bytes, Http1Method answered,
                                       Http1Response* response) {
  const http1::Progress progress = head_.Read(bytes);
  if (progress == http1::Progress::kNeedMore) return {};
  if (progress == http1::Progress::kFailed) return {DecodeResult::kError, head_.error(), 0};
  const http1::StatusLine& line = head_.start_line();
  const http1::HeadFacts head = {bytes.data(), head_.fields(), line.minor_version};
  Http1Framing framing;
  Http1Error error = JudgeBody(head, &framing);
  if (error == Http1Error::kNone) error = JudgeConnection(head, &framing);
  if (error != Http1Error::kNone) return {DecodeResult::kError, error, 0};
  framing.body = BodyOf(line.status, answered, framing);
  const bool ends_the_connection =
      framing.body == Http1BodyKind::kUntilClose || framing.body == Http1BodyKind::kTunnel;
  if (ends_the_connection) framing.keep_alive = false;
  static_cast<Http1Framing&>(*response) = framing;
  response->status = line.status;
  response->minor_version = line.minor_version;
  response->reason = {bytes.data() + line.reason_at,
                      static_cast<size_t>(line.reason_end - line.reason_at)};
  response->fields = {bytes.data(), head_.fields().places.data(), head_.fields().count};
  return {DecodeResult::kMessage, Http1Error::kNone, head_.head_bytes()};
}

}  // namespace sluice
