#include "protocols/http1_accept_encoding.h"

#include "protocols/http1_lists.h"
#include "protocols/http1_message.h"

namespace sluice::http1 {
namespace {

constexpr int kFullQuality = 1000;

// qvalue: "0", "1", with at most three digits behind the point (RFC 9110 12.4.2); -1 for others.
int ParseQuality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
  if (text.size() > 1 && text[1] != '.') return -1;
  int quality = (text[0] - '0') * kFullQuality;
  int weight = 100;
  for (const char byte : text.substr(text.size() > 1 ? 2 : 1)) {
    if (!IsDigit(byte)) return -1;
    quality += (byte - '0') * weight;
    weight /= 10;
  }
  return quality > kFullQuality ? -1 : quality;
}

// Of the parameters behind a coding; a malformed weight is no wish for it.
int QualityOf(std::string_view parameters) {
  while (!parameters.empty()) {
    const size_t semicolon = parameters.find(';');
    const std::string_view parameter = TrimSpace(parameters.substr(0, semicolon));
    parameters.remove_prefix(semicolon == std::string_view::npos ? parameters.size()
                                                                 : semicolon + 1);
    if (parameter.size() > 2 && (parameter[0] | 0x20) == 'q' && parameter[1] == '=') {
      const int quality = ParseQuality(parameter.substr(2));
      return quality < 0 ? 0 : quality;
    }
  }
  return kFullQuality;
}

}  // namespace

int QualityOfEncoding(std::string_view value, std::string_view coding) {
  const bool is_identity = coding == "identity";
  int of_any = -1;
  while (!value.empty()) {
    const std::string_view element = TakeElement(&value);
    const size_t semicolon = element.find(';');
    const std::string_view name = TrimSpace(element.substr(0, semicolon));
    const int quality =
        semicolon == std::string_view::npos ? kFullQuality : QualityOf(element.substr(semicolon));
    if (Http1EqualNames(name, coding)) return quality;
    if (name == "*") of_any = quality;
  }
  if (of_any >= 0 && !(is_identity && of_any > 0)) return of_any;
  // Acceptable, but behind every coding that was asked for.
  return is_identity ? 1 : 0;
}

}  // namespace sluice::http1
