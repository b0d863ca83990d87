// Fuzz target: a stream of requests, or of responses, reads the same however it arrives and
// whatever looks at it, and a head that was accepted says the same when it is written anew.
//
// The first byte of the input chooses which.
#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/http1_parser.h"
#include "tests/fuzz/http1_fuzz.h"

namespace sluice::http_test {
namespace {

// Small enough that short inputs reach them.
constexpr Http1Limits kTight = {.head_bytes_max = 200,
                                .method_bytes_max = 8,
                                .target_bytes_max = 40,
                                .status_line_bytes_max = 40,
                                .field_line_bytes_max = 60,
                                .fields_max = 4,
                                .body_bytes_max = 50,
                                .chunk_line_bytes_max = 10,
                                .chunk_framing_bytes_free = 30,
                                .chunk_framing_ratio_max = 1,
                                .trailer_bytes_max = 40,
                                .trailers_max = 2};

std::string FieldLines(const Http1Fields& fields) {
  std::string lines;
  for (const Http1Field field : fields) {
    lines += std::string(field.name) + ": " + std::string(field.value) + "\r\n";
  }
  return lines + "\r\n";
}

std::string Version(uint8_t minor) {
  return minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

void ExpectRequestSurvivesWriting(std::string_view input) {
  const Http1Limits limits;
  Http1RequestParser parser(limits);
  Http1Request request;
  if (parser.Parse(input, &request).result != DecodeResult::kMessage) return;
  const std::string written = std::string(request.method_text) + " " + std::string(request.target) +
                              " " + Version(request.minor_version) + "\r\n" +
                              FieldLines(request.fields);
  const std::string described = Describe(request);
  Http1RequestParser second_parser(limits);
  Http1Request again;
  const Http1Parsed parsed = second_parser.Parse(written, &again);
  ExpectSame("written anew", parsed.consumed == written.size() ? "accepted" : "refused",
             "accepted");
  ExpectSame("written anew", Describe(again), described);
}

void ExpectResponseSurvivesWriting(std::string_view input) {
  const Http1Limits limits;
  Http1ResponseParser parser(limits);
  Http1Response response;
  if (parser.Parse(input, Http1Method::kGet, &response).result != DecodeResult::kMessage) return;
  const std::string written = Version(response.minor_version) + " " +
                              std::to_string(response.status) + " " + std::string(response.reason) +
                              "\r\n" + FieldLines(response.fields);
  const std::string described = Describe(response);
  Http1ResponseParser second_parser(limits);
  Http1Response again;
  const Http1Parsed parsed = second_parser.Parse(written, Http1Method::kGet, &again);
  ExpectSame("written anew", parsed.consumed == written.size() ? "accepted" : "refused",
             "accepted");
  ExpectSame("written anew", Describe(again), described);
}

void CheckRequests(std::string_view input, const Http1Limits& limits) {
  ExpectSameHoweverItArrives(input, {.limits = limits},
                             [](const auto& pieces, auto& placement, const Reader& reader) {
                               return ReadRequests(pieces, placement, reader);
                             });
  ExpectRequestSurvivesWriting(input);
}

void CheckResponses(std::string_view input, const Http1Limits& limits, Http1Method answered) {
  ExpectSameHoweverItArrives(input, {.limits = limits, .answered = answered},
                             [](const auto& pieces, auto& placement, const Reader& reader) {
                               return ReadResponses(pieces, placement, reader);
                             });
  ExpectResponseSurvivesWriting(input);
}

}  // namespace

void Check(std::string_view input) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  const Http1Limits limits = (choice & 1) != 0 ? kTight : Http1Limits();
  static constexpr Http1Method kAnswered[] = {Http1Method::kGet, Http1Method::kHead,
                                              Http1Method::kConnect};
  if ((choice & 2) == 0) {
    CheckRequests(input, limits);
  } else {
    CheckResponses(input, limits, kAnswered[(choice >> 2) % 3]);
  }
}

}  // namespace sluice::http_test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::http_test::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
