// A head that arrives byte by byte costs as much work as its length, not as its square. Timing
// cannot show that reliably; counting the bytes that scans look at does.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "protocols/http1_body.h"
#include "protocols/http1_parser.h"

namespace sluice::http_test {
namespace {

size_t looked_bytes = 0;

void CountingLook(const char* bytes, size_t size, Http1Masks* masks) {
  BestHttp1Scan().look(bytes, size, masks);
  looked_bytes += size;
}
void CountingIndex(const char* bytes, size_t size, Http1Index* index) {
  BestHttp1Scan().index(bytes, size, index);
  looked_bytes += index->looked_bytes;
}
size_t CountingFindControl(const char* bytes, size_t size) {
  const size_t at = BestHttp1Scan().find_control(bytes, size);
  looked_bytes += std::min(at + 1, size);
  return at;
}
size_t CountingFindNotPlainTarget(const char* bytes, size_t size) {
  const size_t at = BestHttp1Scan().find_not_plain_target(bytes, size);
  looked_bytes += std::min(at + 1, size);
  return at;
}
size_t CountingFindNotHost(const char* bytes, size_t size) {
  const size_t at = BestHttp1Scan().find_not_host(bytes, size);
  looked_bytes += std::min(at + 1, size);
  return at;
}
constexpr Http1Scan kCountingScan = {"counting",
                                     CountingLook,
                                     CountingIndex,
                                     CountingFindControl,
                                     CountingFindNotPlainTarget,
                                     CountingFindNotHost};

// Once as it arrives, once in its line, once as a target.
constexpr size_t kLooksMax = 3;

// Bytes looked at until the whole of `head`, byte by byte, was read as one message.
size_t LooksAt(const std::string& head) {
  const Http1Limits limits = {
      .head_bytes_max = 65535, .target_bytes_max = 65535, .field_line_bytes_max = 65535};
  Http1RequestParser parser(limits, kCountingScan);
  Http1Request request;
  looked_bytes = 0;
  for (size_t shown = 1; shown < head.size(); ++shown) {
    const Http1Parsed parsed = parser.Parse(std::string_view(head).substr(0, shown), &request);
    EXPECT_EQ(parsed.result, DecodeResult::kNeedMore) << shown;
  }
  EXPECT_EQ(parser.Parse(head, &request).result, DecodeResult::kMessage);
  return looked_bytes;
}

std::string Head(const std::string& target, const std::string& fields) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

TEST(RescanTest, TheCountCatchesAParserThatStartsOver) {
  const std::string head = Head("/", "X: " + std::string(500, 'y') + "\r\n");
  const Http1Limits limits;
  looked_bytes = 0;
  for (size_t shown = 1; shown <= head.size(); ++shown) {
    Http1RequestParser parser(limits, kCountingScan);
    Http1Request request;
    parser.Parse(std::string_view(head).substr(0, shown), &request);
  }
  EXPECT_GT(looked_bytes, kLooksMax * head.size());
}

TEST(RescanTest, ALongFieldLineIsLookedAtOnceAsItArrives) {
  const std::string head = Head("/", "X: " + std::string(60000, 'y') + "\r\n");
  EXPECT_LE(LooksAt(head), kLooksMax * head.size());
}

TEST(RescanTest, ALongTargetIsLookedAtOnceAsItArrives) {
  const std::string head = Head("/" + std::string(60000, 't'), "");
  EXPECT_LE(LooksAt(head), kLooksMax * head.size());
}

TEST(RescanTest, ALongTargetOfEscapesIsLookedAtOnceAsItArrives) {
  std::string target = "/";
  while (target.size() < 60000) target += "%41?";
  const std::string head = Head(target, "");
  EXPECT_LE(LooksAt(head), kLooksMax * head.size());
}

TEST(RescanTest, ManyFieldsAreLookedAtOnceAsTheyArrive) {
  std::string fields;
  for (int i = 0; i < 90; ++i) fields += "X-Field: " + std::string(600, 'v') + "\r\n";
  const std::string head = Head("/", fields);
  EXPECT_LE(LooksAt(head), kLooksMax * head.size());
}

// What belongs to a line already taken is not needed to read on: here it is overwritten, with bytes
// that no head may hold.
TEST(RescanTest, LinesTakenAreNotReadAgain) {
  const Http1Limits limits;
  Http1RequestParser parser(limits);
  Http1Request request;
  std::string head = "GET /target HTTP/1.1\r\n";
  std::string fields;
  for (int i = 0; i < 50; ++i) fields += "X: y\r\n";
  head += fields + "Host: a\r\n\r\n";
  const size_t host_at = head.find("Host");
  for (size_t shown = 1; shown < head.size(); ++shown) {
    ASSERT_EQ(parser.Parse(std::string_view(head).substr(0, shown), &request).result,
              DecodeResult::kNeedMore);
    if (shown < host_at && head[shown - 1] == '\n') std::fill_n(head.begin(), shown, '\0');
  }
  EXPECT_EQ(parser.Parse(head, &request).result, DecodeResult::kMessage);
  EXPECT_EQ(request.method, Http1Method::kGet);
  EXPECT_EQ(request.fields.size(), 51u);
  EXPECT_EQ(request.authority, "a");
}

TEST(RescanTest, ALongTrailerIsLookedAtOnceAsItArrives) {
  const Http1Limits limits = {.trailer_bytes_max = 65535};
  Http1Framing framing;
  framing.body = Http1BodyKind::kChunked;
  Http1Body body(framing, limits, kCountingScan);
  const std::string trailers = "X: " + std::string(60000, 'y') + "\r\n";
  EXPECT_EQ(body.Decode("0\r\n").consumed, 3u);
  looked_bytes = 0;
  for (size_t shown = 1; shown < trailers.size(); ++shown) {
    ASSERT_EQ(body.Decode(std::string_view(trailers).substr(0, shown)).kind,
              Http1BodyPart::kNeedMore);
  }
  EXPECT_EQ(body.Decode(trailers).kind, Http1BodyPart::kTrailer);
  EXPECT_LE(looked_bytes, 2 * trailers.size());
}

}  // namespace
}  // namespace sluice::http_test
