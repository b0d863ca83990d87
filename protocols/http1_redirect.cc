#include "protocols/http1_redirect.h"

#include <algorithm>
#include <optional>

#include "absl/status/statusor.h"
#include "protocols/http1_message.h"
#include "protocols/http1_request_writer.h"
#include "protocols/http1_semantics.h"
#include "protocols/http1_url.h"

namespace sluice::http1 {
namespace {

bool TurnsIntoGet(uint16_t status, std::string_view method) {
  if (status == 303) return method != "HEAD";
  return (status == 301 || status == 302) && method == "POST";
}

// Says something of a body that is not sent any more.
bool DescribesBody(const Http1Header& field) {
  constexpr std::string_view kPrefix = "content-";
  return Http1EqualNames(std::string_view(field.name).substr(0, kPrefix.size()), kPrefix);
}

std::optional<Endpoint> Find(const Http1Url& url, const Http1ClientOptions& options) {
  const std::string authority = url.host_and_port();
  absl::StatusOr<Endpoint> endpoint = Endpoint::Parse(authority);
  if (endpoint.ok()) return *endpoint;
  return options.resolve ? options.resolve(authority) : std::nullopt;
}

}  // namespace

bool IsRedirect(const Http1Answer& answer) {
  const uint16_t status = answer.status;
  const bool known =
      status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  return known && !answer.Find("Location").empty();
}

bool Redirect(const Http1Answer& answer, const Http1ClientOptions& options,
              Http1FetchRequest* request) {
  const std::string target = request->target == "*" ? "/" : request->target;
  const std::optional<Http1Url> base = ParseHttp1Url("http://" + HostOf(*request) + target);
  if (!base) return false;
  const std::optional<Http1Url> url = ResolveHttp1Reference(*base, answer.Find("Location"));
  if (!url) return false;
  const bool get = TurnsIntoGet(answer.status, request->method);
  if (!get && request->streamed_body) return false;
  if (url->host_and_port() != base->host_and_port()) {
    const std::optional<Endpoint> endpoint = Find(*url, options);
    if (!endpoint) return false;
    request->endpoint = *endpoint;
    request->host = url->authority;
    std::erase_if(request->fields,
                  [](const Http1Header& field) { return IsCredential(field.name); });
  }
  request->target = url->target;
  if (!get) return true;
  request->method = "GET";
  request->body.clear();
  request->streamed_body = false;
  std::erase_if(request->fields, DescribesBody);
  return true;
}

}  // namespace sluice::http1
