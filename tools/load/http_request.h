// The request that a load sends to an HTTP server, from its flags.
#ifndef SLUICE_TOOLS_LOAD_HTTP_REQUEST_H_
#define SLUICE_TOOLS_LOAD_HTTP_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/http1_fetch.h"

namespace sluice::load {

struct HttpRequestFlags {
  std::string url;
  std::string method;
  std::vector<std::string> headers;  // "Name: value", as a list flag splits them
  std::string body;
};

struct HttpTarget {
  std::string host_and_port;
  Http1FetchRequest request;  // without its endpoint
};

// InvalidArgument names the flag and says what is wrong. Nothing is looked up.
absl::StatusOr<HttpTarget> ReadHttpRequest(const HttpRequestFlags& flags);

// A list flag is cut at its commas; a value may have some: what begins with a space, or is no
// "Name: value", goes on with the one before it.
std::vector<std::string> JoinHeaders(const std::vector<std::string>& pieces);

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_HTTP_REQUEST_H_
