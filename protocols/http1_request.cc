#include <string_view>

#include "protocols/http1_framing.h"
#include "protocols/http1_head_lines.h"
#include "protocols/http1_parser.h"
#include "protocols/http1_short_head.h"

namespace sluice {
namespace {

std::string_view Slice(const char* message, size_t at, size_t end) {
  return {message + at, end - at};
}

void Describe(const char* message, const http1::RequestLine& line, const http1::FieldTable& fields,
              Http1Request* request) {
  request->method = line.method;
  request->target_form = line.form;
  request->minor_version = line.minor_version;
  request->method_text = {message + line.method_at, line.method_bytes};
  request->target = Slice(message, line.target_at, line.target_end);
  request->path = Slice(message, line.path_at, line.path_end);
  request->has_query = line.path_end < line.target_end;
  request->query = request->has_query ? Slice(message, size_t{line.path_end} + 1, line.target_end)
                                      : std::string_view();
  request->authority = {};
  if (fields.Has(http1::kHost)) request->authority = fields.Value(message, http1::kHost);
  request->fields = {message, fields.places.data(), fields.count};
  if (line.form == Http1TargetForm::kAbsolute) {
    request->authority = Slice(message, line.authority_at, line.path_at);
    if (request->path.empty()) request->path = "/";
  } else if (line.form == Http1TargetForm::kAuthority) {
    request->path = request->authority = request->target;
  }
}

template <class HostBytes>
Http1Error Judge(const http1::HeadFacts& head, const HostBytes& host_bytes, Http1Request* request) {
  static_cast<Http1Framing&>(*request) = Http1Framing();
  request->keep_alive = head.minor_version > 0;
  request->expect_continue = false;
  Http1Error error = JudgeHost(head, host_bytes);
  if (error != Http1Error::kNone || SaysNothingOfFraming(head.fields)) return error;
  error = JudgeBody(head, request);
  if (error != Http1Error::kNone) return error;
  error = JudgeConnection(head, request);
  if (error != Http1Error::kNone) return error;
  return JudgeExpect(head, request);
}

}  // namespace

Http1Parsed Http1RequestParser::Parse(std::string_view bytes, Http1Request* request) {
  Http1Masks look;
  if (head_.ReadShort(bytes, &look)) {
    return Whole(bytes.data(), request, [&](std::string_view host) {
      const uint64_t stops = look.not_host >> (host.data() - bytes.data());
      return static_cast<size_t>(__builtin_ctzll(stops));
    });
  }
  const http1::Progress progress = head_.Read(bytes);
  if (progress == http1::Progress::kNeedMore) return {};
  if (progress == http1::Progress::kFailed) return {DecodeResult::kError, head_.error(), 0};
  return Whole(bytes.data(), request, [this](std::string_view host) {
    return http1::FindNotHost(head_.scan(), host.data(), host.size());
  });
}

template <class HostBytes>
[[gnu::always_inline]] inline Http1Parsed Http1RequestParser::Whole(const char* message,
                                                                    Http1Request* request,
                                                                    const HostBytes& host_bytes) {
  const http1::RequestLine& line = head_.start_line();
  const Http1Error error =
      Judge({message, head_.fields(), line.minor_version}, host_bytes, request);
  if (error != Http1Error::kNone) return {DecodeResult::kError, error, 0};
  Describe(message, line, head_.fields(), request);
  return {DecodeResult::kMessage, Http1Error::kNone, head_.head_bytes()};
}

}  // namespace sluice
