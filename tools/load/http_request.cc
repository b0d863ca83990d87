#include "tools/load/http_request.h"

#include <optional>
#include <utility>

#include "protocols/http1_lists.h"
#include "protocols/http1_request_writer.h"
#include "protocols/http1_url.h"

namespace sluice::load {
namespace {

// The head of a request has room for all a command line can say.
constexpr size_t kHeadBytesMax = size_t{1} << 20;

bool BeginsHeader(const std::string& piece) {
  const size_t colon = piece.find(':');
  return colon != std::string::npos && http1::IsToken(std::string_view(piece).substr(0, colon));
}

}  // namespace

std::vector<std::string> JoinHeaders(const std::vector<std::string>& pieces) {
  std::vector<std::string> headers;
  for (const std::string& piece : pieces) {
    if (headers.empty() || BeginsHeader(piece)) {
      headers.push_back(piece);
    } else {
      headers.back() += "," + piece;
    }
  }
  return headers;
}

absl::StatusOr<HttpTarget> ReadHttpRequest(const HttpRequestFlags& flags) {
  const std::optional<Http1Url> url = ParseHttp1Url(flags.url);
  if (!url) {
    return absl::InvalidArgumentError(
        "--http: \"" + flags.url + "\" is no URL like http://HOST:PORT/PATH (escaped; no https)");
  }
  HttpTarget target{url->host_and_port(), {}};
  target.request.host = url->authority;
  target.request.target = url->target;
  target.request.method = flags.method;
  target.request.body = flags.body;
  for (const std::string& header : JoinHeaders(flags.headers)) {
    const size_t colon = header.find(':');
    if (colon == std::string::npos) {
      return absl::InvalidArgumentError("--header: \"" + header + "\" is not \"Name: value\"");
    }
    const std::string_view value = std::string_view(header).substr(colon + 1);
    target.request.fields.push_back(
        {header.substr(0, colon), std::string(http1::TrimSpace(value))});
  }
  Http1FetchRequest judged = target.request;
  judged.endpoint.set_port(1);
  const Http1Refused refused = http1::JudgeRequest(judged, kHeadBytesMax);
  if (refused == Http1Refused::kNothing) return target;
  return absl::InvalidArgumentError("--http: such a request is not sent: " +
                                    std::string(Http1RefusedText(refused)));
}

}  // namespace sluice::load
