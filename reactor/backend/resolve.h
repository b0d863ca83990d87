// Host names to endpoints. Blocks while the resolver works: cold path only.
#ifndef SLUICE_REACTOR_BACKEND_RESOLVE_H_
#define SLUICE_REACTOR_BACKEND_RESOLVE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "reactor/base/endpoint.h"

namespace sluice {

// What Endpoint::Parse reads, and HOST:PORT with a name, of which the first address is taken
// (getaddrinfo(3)). Errors name the text and what is wrong.
absl::StatusOr<Endpoint> ResolveEndpoint(std::string_view text);

}  // namespace sluice

#endif  // SLUICE_REACTOR_BACKEND_RESOLVE_H_
