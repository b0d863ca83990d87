#include <string_view>

#include "protocols/http1_framing.h"
#include "protocols/http1_head_lines.h"
#include "protocols/http1_parser.h"

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
  request->authority = fields.known.count[http1::kHost] > 0 ? fields.Value(message, http1::kHost)
                                                            : std::string_view();
  request->fields = {message, fields.places.data(), fields.count};
  if (line.form == Http1TargetForm::kAbsolute) {
    request->authority = Slice(message, line.authority_at, line.path_at);
    if (request->path.empty()) request->path = "/";
  } else if (line.form == Http1TargetForm::kAuthority) {
    request->path = request->authority = request->target;
  }
}

Http1Error Judge(const http1::HeadFacts& head, Http1Request* request) {
  if (const Http1Error error = JudgeHost(head); error != Http1Error::kNone) return error;
  if (const Http1Error error = JudgeBody(head, request); error != Http1Error::kNone) return error;
  if (const Http1Error error = JudgeConnection(head, request); error != Http1Error::kNone) {
    return error;
  }
  return JudgeExpect(head, request);
}

}  // namespace

Http1Parsed Http1RequestParser::Parse(std::string_view bytes, Http1Request* request) {
  const Http1Parsed read = head_.Read(bytes);
  if (read.result != DecodeResult::kMessage) return read;
  const http1::RequestLine& line = head_.start_line();
  const Http1Error error = Judge({bytes.data(), head_.fields(), line.minor_version}, request);
  if (error != Http1Error::kNone) return http1::Failed(error);
  Describe(bytes.data(), line, head_.fields(), request);
  return read;
}

}  // namespace sluice
