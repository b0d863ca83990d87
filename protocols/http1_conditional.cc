#include "protocols/http1_conditional.h"

#include "protocols/http1_date_parse.h"
#include "protocols/http1_lists.h"

namespace sluice {
namespace {

constexpr std::string_view kWeakMark = "W/";

enum class Comparison : uint8_t { kStrong, kWeak };  // RFC 9110 8.8.3.2

bool IsWeak(std::string_view tag) {
  return tag.substr(0, kWeakMark.size()) == kWeakMark;
}

bool SameTag(std::string_view a, std::string_view b, Comparison comparison) {
  if (comparison == Comparison::kStrong) return a == b && !IsWeak(a);
  if (IsWeak(a)) a.remove_prefix(kWeakMark.size());
  if (IsWeak(b)) b.remove_prefix(kWeakMark.size());
  return a == b;
}

// Takes the next tag off the front of a list; empty where there is none, or what is there is none.
// Commas may stand inside of a tag.
std::string_view TakeTag(std::string_view* list) {
  while (!list->empty() && (list->front() == ',' || http1::IsSpace(list->front()))) {
    list->remove_prefix(1);
  }
  const size_t open = IsWeak(*list) ? kWeakMark.size() : 0;
  const bool quoted = list->size() > open && (*list)[open] == '"';
  const size_t close = quoted ? list->find('"', open + 1) : std::string_view::npos;
  if (close == std::string_view::npos) {
    *list = {};
    return {};
  }
  const std::string_view tag = list->substr(0, close + 1);
  list->remove_prefix(close + 1);
  return tag;
}

// Of one field line.
bool NamesTag(std::string_view list, const Http1Validators* current, Comparison comparison) {
  if (http1::TrimSpace(list) == "*") return current != nullptr;
  if (current == nullptr) return false;
  for (std::string_view tag = TakeTag(&list); !tag.empty(); tag = TakeTag(&list)) {
    if (SameTag(tag, current->etag, comparison)) return true;
  }
  return false;
}

// Any of the lines of a field; nothing where it was not sent.
std::optional<bool> AnyLineNamesTag(const Http1Request& request, std::string_view name,
                                    const Http1Validators* current, Comparison comparison) {
  std::optional<bool> named;
  for (const Http1Field field : request.fields) {
    if (!Http1EqualNames(field.name, name)) continue;
    named = named.value_or(false) || NamesTag(field.value, current, comparison);
  }
  return named;
}

// Nothing where it was not sent, or sent twice, or is no date.
std::optional<int64_t> DateIn(const Http1Request& request, std::string_view name, int64_t now) {
  const std::optional<std::string_view> value = request.fields.Find(name);
  if (!value || request.fields.Count(name) > 1) return std::nullopt;
  return ParseHttp1Date(*value, now);
}

bool IsRead(const Http1Request& request) {
  return request.method == Http1Method::kGet || request.method == Http1Method::kHead;
}

}  // namespace

Http1Precondition EvaluateHttp1Preconditions(const Http1Request& request,
                                             const Http1Validators* current, int64_t now) {
  const bool dated = current != nullptr && current->modified.has_value();
  const std::optional<bool> match =
      AnyLineNamesTag(request, "If-Match", current, Comparison::kStrong);
  if (match) {
    if (!*match) return Http1Precondition::kFailed;
  } else if (dated) {
    const std::optional<int64_t> since = DateIn(request, "If-Unmodified-Since", now);
    if (since && *current->modified > *since) return Http1Precondition::kFailed;
  }
  const std::optional<bool> none_match =
      AnyLineNamesTag(request, "If-None-Match", current, Comparison::kWeak);
  if (none_match) {
    if (!*none_match) return Http1Precondition::kHolds;
    return IsRead(request) ? Http1Precondition::kNotModified : Http1Precondition::kFailed;
  }
  if (dated && IsRead(request)) {
    const std::optional<int64_t> since = DateIn(request, "If-Modified-Since", now);
    if (since && *current->modified <= *since) return Http1Precondition::kNotModified;
  }
  return Http1Precondition::kHolds;
}

bool Http1IfRangeHolds(const Http1Request& request, const Http1Validators& current, int64_t now) {
  const std::optional<std::string_view> value = request.fields.Find("If-Range");
  if (!value) return true;
  std::string_view rest = *value;
  if (const std::string_view tag = TakeTag(&rest); !tag.empty()) {
    return rest.empty() && SameTag(tag, current.etag, Comparison::kStrong);
  }
  const std::optional<int64_t> date = ParseHttp1Date(*value, now);
  return date && current.modified == date && *date < now;
}

}  // namespace sluice
