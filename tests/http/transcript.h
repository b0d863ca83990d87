// Reads a stream of HTTP/1.1 messages as a connection would and writes down all that came out, as
// text: two ways of reading the same bytes are the same when their transcripts are.
#ifndef SLUICE_TESTS_HTTP_TRANSCRIPT_H_
#define SLUICE_TESTS_HTTP_TRANSCRIPT_H_

#include <string>
#include <string_view>

#include "protocols/http1_limits.h"
#include "protocols/http1_message.h"
#include "protocols/http1_scan.h"
#include "tests/codecs/split_driver.h"

namespace sluice::http_test {

struct Reader {
  const Http1Scan& scan = BestHttp1Scan();
  Http1Limits limits = {};
  Http1Method answered = Http1Method::kGet;  // by all responses
};

// One line each: heads, bodies (content in one piece, however it came), trailers, and last how it
// ended: "error ...", or "more" with the bytes consumed. Checks that all views lie in the input.
std::string ReadRequests(const codec_test::Pieces& pieces, codec_test::Placement& placement,
                         const Reader& reader);
std::string ReadResponses(const codec_test::Pieces& pieces, codec_test::Placement& placement,
                          const Reader& reader);

// The same of the whole input at once.
std::string ReadRequests(std::string_view input, const Reader& reader = {});
std::string ReadResponses(std::string_view input, const Reader& reader = {});

// A head as a line of a transcript.
std::string Describe(const Http1Request& request);
std::string Describe(const Http1Response& response);

// Bytes as C would write them in a string.
std::string Escaped(std::string_view bytes);

}  // namespace sluice::http_test

#endif  // SLUICE_TESTS_HTTP_TRANSCRIPT_H_
