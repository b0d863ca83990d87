#include "protocols/http1_framing.h"

#include <cstddef>

#include "protocols/http1_bytes.h"
#include "protocols/http1_lists.h"

namespace sluice::http1 {
namespace {

// Calls `judge` with the value of each field line that is `known`, until one is wrong.
template <class Judge>
Http1Error JudgeEach(const HeadFacts& head, KnownField known, const Judge& judge) {
  if (!head.fields.Has(known)) return Http1Error::kNone;
  if (!head.fields.HasSeveral(known)) [[likely]]
    return judge(head.fields.Value(head.message, known));
  const std::string_view name = NameOf(known);
  for (const Http1Field field :
       Http1Fields(head.message, head.fields.places.data(), head.fields.count)) {
    if (!Http1EqualNames(field.name, name)) continue;
    if (const Http1Error error = judge(field.value); error != Http1Error::kNone) return error;
  }
  return Http1Error::kNone;
}

Http1Error ParseContentLength(std::string_view value, uint64_t* length) {
  // A list is a repeated field that somebody joined.
  if (value.find(',') != std::string_view::npos) return Http1Error::kRepeatedContentLength;
  if (value.empty()) return Http1Error::kBadContentLength;
  constexpr uint64_t kMax = INT64_MAX;
  bool too_large = false;
  uint64_t sum = 0;
  for (const char byte : value) {
    if (!IsDigit(byte)) return Http1Error::kBadContentLength;
    const auto digit = static_cast<uint64_t>(byte - '0');
    if (sum > (kMax - digit) / 10) too_large = true;
    if (!too_large) sum = sum * 10 + digit;
  }
  *length = sum;
  return too_large ? Http1Error::kContentLengthTooLarge : Http1Error::kNone;
}

Http1Error JudgeTransferEncoding(std::string_view value) {
  if (Http1EqualNames(value, "chunked")) [[likely]]
    return Http1Error::kNone;
  // Chunked must be last, and once: anything else leaves the end of the body unknown. Elements that
  // are empty, which other lists may have, are where two readers part ways.
  if (value.ends_with(',')) return Http1Error::kBadTransferEncoding;
  bool chunked = false;
  do {
    const std::string_view coding = TakeElement(&value);
    const std::string_view name = TrimSpace(coding.substr(0, coding.find(';')));
    if (chunked || !IsToken(name)) return Http1Error::kBadTransferEncoding;
    chunked = Http1EqualNames(coding, "chunked");
  } while (!value.empty());
  return chunked ? Http1Error::kUnknownTransferEncoding : Http1Error::kBadTransferEncoding;
}

struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
  bool upgrade = false;
};

Http1Error ReadConnection(std::string_view value, ConnectionOptions* options) {
  if (Http1EqualNames(value, "keep-alive")) {  // what nearly all say, for the price of a comparison
    options->keep_alive = true;
    return Http1Error::kNone;
  }
  while (!value.empty()) {
    const std::string_view option = TakeElement(&value);
    if (option.empty()) continue;
    if (!IsToken(option)) return Http1Error::kBadConnection;
    if (Http1EqualNames(option, "keep-alive")) options->keep_alive = true;
    if (Http1EqualNames(option, "close")) options->close = true;
    if (Http1EqualNames(option, "upgrade")) options->upgrade = true;
  }
  return Http1Error::kNone;
}

// Protocols with or without a version: "websocket", "h2c, foo/2".
Http1Error JudgeUpgrade(std::string_view value) {
  while (!value.empty()) {
    const std::string_view protocol = TakeElement(&value);
    if (protocol.empty()) continue;
    const size_t slash = protocol.find('/');
    const bool named = IsToken(protocol.substr(0, slash));
    const bool versioned = slash == std::string_view::npos || IsToken(protocol.substr(slash + 1));
    if (!named || !versioned) return Http1Error::kBadUpgrade;
  }
  return Http1Error::kNone;
}

Http1Error ReadExpectation(std::string_view value, bool* wants_continue) {
  while (!value.empty()) {
    const std::string_view expectation = TakeElement(&value);
    if (expectation.empty()) continue;
    if (!Http1EqualNames(expectation, "100-continue")) return Http1Error::kUnknownExpectation;
    *wants_continue = true;
  }
  return Http1Error::kNone;
}

}  // namespace

Http1Error JudgeBody(const HeadFacts& head, Http1Framing* framing) {
  const bool has_length = head.fields.Has(kContentLength);
  if (has_length) {
    if (head.fields.HasSeveral(kContentLength)) return Http1Error::kRepeatedContentLength;
    const std::string_view value = head.fields.Value(head.message, kContentLength);
    const Http1Error error = ParseContentLength(value, &framing->content_length);
    if (error != Http1Error::kNone) return error;
    framing->has_content_length = true;
    if (framing->content_length > 0) framing->body = Http1BodyKind::kLength;
  }
  if (!head.fields.Has(kTransferEncoding)) return Http1Error::kNone;
  if (has_length) return Http1Error::kContentLengthAndChunked;
  if (head.minor_version == 0) return Http1Error::kTransferEncodingInHttp10;
  if (head.fields.HasSeveral(kTransferEncoding)) return Http1Error::kRepeatedTransferEncoding;
  framing->body = Http1BodyKind::kChunked;
  return JudgeTransferEncoding(head.fields.Value(head.message, kTransferEncoding));
}

Http1Error JudgeConnection(const HeadFacts& head, Http1Framing* framing) {
  const bool http11 = head.minor_version > 0;
  ConnectionOptions options;
  Http1Error error = JudgeEach(head, kConnection, [&options](std::string_view value) {
    return ReadConnection(value, &options);
  });
  if (error != Http1Error::kNone) return error;
  framing->keep_alive = !options.close && (http11 || options.keep_alive);
  std::string_view first_upgrade;
  error = JudgeEach(head, kUpgrade, [&first_upgrade](std::string_view value) {
    if (first_upgrade.empty()) first_upgrade = value;
    return JudgeUpgrade(value);
  });
  if (options.upgrade && http11) framing->upgrade = first_upgrade;
  return error;
}

Http1Error JudgeExpect(const HeadFacts& head, Http1Request* request) {
  bool wants_continue = false;
  const Http1Error error = JudgeEach(head, kExpect, [&wants_continue](std::string_view value) {
    return ReadExpectation(value, &wants_continue);
  });
  request->expect_continue = wants_continue && head.minor_version > 0;
  return error;
}

}  // namespace sluice::http1
