// Which handler a request is for: patterns of paths, each with handlers by method. Http1Server is
// what users call, and says what patterns mean.
#ifndef SLUICE_PROTOCOLS_HTTP1_ROUTER_H_
#define SLUICE_PROTOCOLS_HTTP1_ROUTER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "protocols/http1_message.h"

namespace sluice {

class Http1Exchange;

using Http1RouteHandler = absl::AnyInvocable<void(Http1Exchange&) const>;

// The most `{name}` a pattern may have.
inline constexpr size_t kHttp1ParamsMax = 8;

struct Http1Param {
  std::string_view name;   // of the pattern
  std::string_view value;  // of the path
};

class Http1Router {
 public:
  static constexpr size_t kMethods = static_cast<size_t>(Http1Method::kPatch) + 1;

  struct Segment {
    enum class Kind : uint8_t { kLiteral, kParam, kRest };
    Kind kind = Kind::kLiteral;
    std::string text;  // of a literal, or the name
  };

  // What stands at one pattern.
  struct Resource {
    std::string pattern;
    std::vector<Segment> segments;
    std::array<Http1RouteHandler, kMethods> handlers;
    std::string allow;  // the value of an Allow field: what is answered with other than 405
  };

  struct Match {
    const Resource* resource = nullptr;  // nullptr: there is none
    size_t count = 0;
    std::array<Http1Param, kHttp1ParamsMax> params;
  };

  explicit Http1Router(bool trace_allowed) : trace_allowed_(trace_allowed) {}

  // InvalidArgument says what is wrong with the pattern; AlreadyExists that the method has a
  // handler there.
  absl::Status Add(Http1Method method, std::string_view pattern, Http1RouteHandler handler);

  // The params are views of the router and of `path`.
  void Find(std::string_view path, Match* match) const;

  // Of all resources together: what OPTIONS * is answered with.
  const std::string& allow() const { return allow_; }

 private:
  using Has = std::array<bool, kMethods>;

  Resource* Obtain(std::string_view pattern, std::vector<Segment> segments);
  void AddLiteral(const Resource* resource);
  const Resource* FindLiteral(std::string_view path) const;
  std::string AllowOf(const Has& has) const;

  bool trace_allowed_;
  std::vector<std::unique_ptr<Resource>> resources_;
  std::vector<const Resource*> literal_;      // an open hash table of those without params, by path
  size_t literals_ = 0;                       // in it; at most half of it
  std::vector<const Resource*> with_params_;  // the first that matches is right
  Has has_{};
  std::string allow_;
};

// Without its %-escapes. Nothing where one is broken (a parsed target has none such).
bool Http1Unescape(std::string_view text, std::string* unescaped);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_ROUTER_H_
