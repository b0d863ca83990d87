#include "protocols/http1_router.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "protocols/http1_bytes.h"

namespace sluice {
namespace {

using Segment = Http1Router::Segment;
using Resource = Http1Router::Resource;

absl::Status BadPattern(std::string_view pattern, const char* what) {
  return absl::InvalidArgumentError("route \"" + std::string(pattern) + "\": " + what);
}

bool IsLiteral(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (!http1::Is(http1::kPlainTarget, text[i]) && !http1::IsEscape(text.substr(i))) return false;
    if (text[i] == '%') i += 2;
  }
  return true;
}

absl::Status ParseSegment(std::string_view pattern, std::string_view text, Segment* segment) {
  if (!text.starts_with('{')) {
    segment->text = text;
    if (IsLiteral(text)) return absl::OkStatus();
    return BadPattern(pattern, "has a byte that no path can have: write it %-escaped");
  }
  if (!text.ends_with('}')) return BadPattern(pattern, "{name} must be a whole segment");
  text = text.substr(1, text.size() - 2);
  segment->kind = Segment::Kind::kParam;
  if (text.ends_with("...")) {
    segment->kind = Segment::Kind::kRest;
    text.remove_suffix(3);
  }
  segment->text = text;
  const bool name = !text.empty() && std::all_of(text.begin(), text.end(), [](char byte) {
    return http1::IsAlphanumeric(byte) || byte == '_';
  });
  return name ? absl::OkStatus()
              : BadPattern(pattern, "a name in braces is letters, digits and underscores");
}

absl::Status ParsePattern(std::string_view pattern, std::vector<Segment>* segments) {
  if (!pattern.starts_with('/')) return BadPattern(pattern, "must begin with a slash");
  size_t params = 0;
  for (std::string_view rest = pattern; !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view text = rest.substr(0, rest.find('/'));
    rest.remove_prefix(text.size());
    Segment segment;
    if (const absl::Status status = ParseSegment(pattern, text, &segment); !status.ok()) {
      return status;
    }
    if (segment.kind != Segment::Kind::kLiteral && ++params > kHttp1ParamsMax) {
      return BadPattern(pattern, "has more than 8 names in braces");
    }
    if (segment.kind == Segment::Kind::kRest && !rest.empty()) {
      return BadPattern(pattern, "{name...} must be the last segment");
    }
    segments->push_back(std::move(segment));
  }
  return absl::OkStatus();
}

bool HasParams(const Resource& resource) {
  return std::any_of(resource.segments.begin(), resource.segments.end(),
                     [](const Segment& one) { return one.kind != Segment::Kind::kLiteral; });
}

// Whether `a` is to be tried before `b`: Kind is declared in that order.
bool IsNarrower(const Resource& a, const Resource& b) {
  return std::lexicographical_compare(
      a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
      [](const Segment& x, const Segment& y) { return x.kind < y.kind; });
}

bool IsSameButForNames(const std::vector<Segment>& a, const std::vector<Segment>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Segment& x, const Segment& y) {
    return x.kind == y.kind && (x.kind != Segment::Kind::kLiteral || x.text == y.text);
  });
}

bool MatchSegments(const Resource& resource, std::string_view path, Http1Router::Match* match) {
  match->count = 0;
  for (const Segment& segment : resource.segments) {
    if (path.empty()) return false;
    path.remove_prefix(1);
    const bool rest = segment.kind == Segment::Kind::kRest;
    const std::string_view text = rest ? path : path.substr(0, path.find('/'));
    path.remove_prefix(text.size());
    if (segment.kind == Segment::Kind::kLiteral) {
      if (text != segment.text) return false;
      continue;
    }
    if (!rest && text.empty()) return false;
    match->params[match->count++] = {segment.text, text};
  }
  return path.empty();
}

// Of literal paths, which the program chose: nobody can make them collide.
size_t HashOf(std::string_view path) {
  uint64_t hash = path.size();
  while (path.size() > 8) {
    uint64_t word;
    std::memcpy(&word, path.data(), sizeof(word));
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
    path.remove_prefix(8);
  }
  uint64_t word = 0;
  for (const char byte : path) word = word << 8 | static_cast<unsigned char>(byte);
  hash = (hash ^ word) * 0x9e3779b97f4a7c15;
  return static_cast<size_t>(hash ^ hash >> 32);
}

}  // namespace

absl::Status Http1Router::Add(Http1Method method, std::string_view pattern,
                              Http1RouteHandler handler) {
  std::vector<Segment> segments;
  if (const absl::Status status = ParsePattern(pattern, &segments); !status.ok()) return status;
  if (method == Http1Method::kOther || method == Http1Method::kConnect ||
      method == Http1Method::kTrace) {
    return BadPattern(pattern, "this method has no routes");
  }
  for (const auto& other : resources_) {
    if (other->pattern != pattern && IsSameButForNames(other->segments, segments)) {
      return absl::AlreadyExistsError("route \"" + std::string(pattern) +
                                      "\" has other names in braces than \"" + other->pattern +
                                      "\": they match the same paths");
    }
  }
  const auto index = static_cast<size_t>(method);
  Resource* resource = Obtain(pattern, std::move(segments));
  if (resource->handlers[index]) {
    return absl::AlreadyExistsError("route \"" + std::string(pattern) + "\" has a handler for " +
                                    std::string(Http1MethodName(method)) + " already");
  }
  resource->handlers[index] = std::move(handler);
  Has has{};
  for (size_t i = 0; i < kMethods; ++i) has[i] = static_cast<bool>(resource->handlers[i]);
  resource->allow = AllowOf(has);
  has_[index] = true;
  allow_ = AllowOf(has_);
  return absl::OkStatus();
}

Resource* Http1Router::Obtain(std::string_view pattern, std::vector<Segment> segments) {
  for (const auto& resource : resources_) {
    if (resource->pattern == pattern) return resource.get();
  }
  Resource* resource = resources_.emplace_back(std::make_unique<Resource>()).get();
  resource->pattern = pattern;
  resource->segments = std::move(segments);
  if (!HasParams(*resource)) {
    AddLiteral(resource);
    return resource;
  }
  const auto after = std::find_if(with_params_.begin(), with_params_.end(),
                                  [&](const Resource* o) { return IsNarrower(*resource, *o); });
  with_params_.insert(after, resource);
  return resource;
}

void Http1Router::AddLiteral(const Resource* resource) {
  if (2 * (literals_ + 1) > literal_.size()) {
    const std::vector<const Resource*> old = std::exchange(
        literal_, std::vector<const Resource*>(std::max<size_t>(8, 2 * literal_.size())));
    literals_ = 0;
    for (const Resource* one : old) {
      if (one != nullptr) AddLiteral(one);
    }
  }
  size_t at = HashOf(resource->pattern) & (literal_.size() - 1);
  while (literal_[at] != nullptr) at = (at + 1) & (literal_.size() - 1);
  literal_[at] = resource;
  ++literals_;
}

const Resource* Http1Router::FindLiteral(std::string_view path) const {
  if (literal_.empty()) return nullptr;
  size_t at = HashOf(path) & (literal_.size() - 1);
  while (literal_[at] != nullptr && literal_[at]->pattern != path) {
    at = (at + 1) & (literal_.size() - 1);
  }
  return literal_[at];
}

void Http1Router::Find(std::string_view path, Match* match) const {
  match->count = 0;
  match->resource = FindLiteral(path);
  if (match->resource != nullptr) return;
  for (const Resource* resource : with_params_) {
    if (!MatchSegments(*resource, path, match)) continue;
    match->resource = resource;
    return;
  }
  match->count = 0;
}

std::string Http1Router::AllowOf(const Has& has) const {
  std::string allow;
  for (size_t i = 0; i < kMethods; ++i) {
    const auto method = static_cast<Http1Method>(i);
    const bool by_get = method == Http1Method::kHead && has[static_cast<size_t>(Http1Method::kGet)];
    const bool by_server =
        method == Http1Method::kOptions || (method == Http1Method::kTrace && trace_allowed_);
    if (!has[i] && !by_get && !by_server) continue;
    if (!allow.empty()) allow += ", ";
    allow += Http1MethodName(method);
  }
  return allow;
}

bool Http1Unescape(std::string_view text, std::string* unescaped) {
  unescaped->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      *unescaped += text[i];
      continue;
    }
    if (!http1::IsEscape(text.substr(i))) return false;
    *unescaped +=
        static_cast<char>(http1::HexValue(text[i + 1]) << 4 | http1::HexValue(text[i + 2]));
    i += 2;
  }
  return true;
}

}  // namespace sluice
