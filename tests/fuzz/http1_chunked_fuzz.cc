// Fuzz target: a chunked body reads the same however it arrives; and one that is whole is found to
// hold the same by a decoder that is nothing but the grammar.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/fuzz/http1_fuzz.h"

namespace sluice::http_test {
namespace {

constexpr std::string_view kHead =
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

// The content of a body that the decoder found whole: what stands behind each CRLF that ends a
// size. Takes nothing for granted but sizes in hex and that no size line holds a CRLF.
std::optional<std::string> PlainContent(std::string_view body) {
  std::string content;
  for (;;) {
    const size_t line_end = body.find("\r\n");
    if (line_end == std::string_view::npos) return std::nullopt;
    const size_t size = std::strtoull(std::string(body.substr(0, line_end)).c_str(), nullptr, 16);
    body.remove_prefix(line_end + 2);
    if (size == 0) return content;
    if (body.size() < size + 2 || body.substr(size, 2) != "\r\n") return std::nullopt;
    content += body.substr(0, size);
    body.remove_prefix(size + 2);
  }
}

std::string ContentIn(const std::string& transcript) {
  constexpr std::string_view kMark = "\ncontent '";
  const size_t at = transcript.find(kMark);
  if (at == std::string::npos) return "";
  const size_t start = at + kMark.size();
  return transcript.substr(start, transcript.find("'\n", start) - start);
}

}  // namespace

void Check(std::string_view input) {
  const std::string bytes = std::string(kHead) + std::string(input);
  const std::string transcript = ExpectSameHoweverItArrives(
      bytes, {}, [](const auto& pieces, auto& placement, const Reader& reader) {
        return ReadRequests(pieces, placement, reader);
      });
  if (transcript.find("\nend\n") == std::string::npos) return;
  ExpectSame("by the grammar", ContentIn(transcript),
             Escaped(PlainContent(input).value_or("none")));
}

}  // namespace sluice::http_test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::http_test::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
