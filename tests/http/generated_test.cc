// Requests and bodies made from a plan: what is read must be the plan, and one changed byte must
// read the same in any pieces and with any instructions.
#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1_body.h"
#include "protocols/http1_parser.h"
#include "reactor/base/prng.h"
#include "tests/codecs/split_driver.h"
#include "tests/http/transcript.h"

namespace sluice::http_test {
namespace {

constexpr std::string_view kTokenBytes =
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kPathBytes = "/abcXYZ019-._~!$&'()*+,;=:@";
constexpr std::string_view kValueBytes = "abcXYZ019 \t!\"#(),/:;<=>?@[\\]{}\x80\xff";

std::string Bytes(std::string_view from, size_t count, Prng& prng) {
  std::string bytes;
  while (bytes.size() < count) bytes += from[prng.Between(0, from.size() - 1)];
  return bytes;
}

std::string WithoutSpaceAround(std::string text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct Plan {
  struct Field {
    std::string name;
    std::string value;
  };
  std::string method;
  std::string path;
  bool has_query = false;
  std::string query;
  std::vector<Field> fields;  // none of those the parser knows
  std::string host;
  bool close = false;
  Http1BodyKind body = Http1BodyKind::kNone;
  std::string content;
};

Plan MakePlan(Prng& prng) {
  Plan plan;
  plan.method = Bytes("ABCDEFGHIJKLMNOPQRSTUVWXYZ", prng.Between(1, 9), prng) + "-";
  plan.path = "/" + Bytes(kPathBytes, prng.Between(0, 80), prng);
  plan.has_query = prng.Chance(1, 2);
  if (plan.has_query) plan.query = Bytes(kPathBytes, prng.Between(0, 40), prng);
  for (size_t left = prng.Between(0, 30); left > 0; --left) {
    plan.fields.push_back({"x" + Bytes(kTokenBytes, prng.Between(0, 90), prng),
                           WithoutSpaceAround(Bytes(kValueBytes, prng.Between(0, 200), prng))});
  }
  plan.host = Bytes("abc.019-", prng.Between(1, 40), prng);
  plan.close = prng.Chance(1, 3);
  static constexpr Http1BodyKind kKinds[] = {Http1BodyKind::kNone, Http1BodyKind::kLength,
                                             Http1BodyKind::kChunked};
  plan.body = kKinds[prng.Between(0, 2)];
  if (plan.body != Http1BodyKind::kNone)
    plan.content = Bytes("\r\n0abc", prng.Between(1, 300), prng);
  return plan;
}

std::string Chunks(std::string_view content, Prng& prng) {
  std::string bytes;
  while (!content.empty()) {
    const std::string_view chunk = content.substr(0, prng.Between(1, 50));
    content.remove_prefix(chunk.size());
    char size[32];
    std::snprintf(size, sizeof size, prng.Chance(1, 2) ? "%zx" : "%03zX", chunk.size());
    bytes += size + std::string(prng.Chance(1, 4) ? ";a=\"b\"" : "") + "\r\n";
    bytes += std::string(chunk) + "\r\n";
  }
  return bytes + "0\r\n" + (prng.Chance(1, 2) ? "Trailer: t\r\n" : "") + "\r\n";
}

// The plan as bytes, its known fields anywhere among the others.
std::string Serialized(const Plan& plan, Prng& prng) {
  std::vector<std::string> lines;
  for (const Plan::Field& field : plan.fields) {
    static constexpr std::string_view kSpaces[] = {"", " ", "  ", "\t"};
    lines.push_back(field.name + ":" + std::string(kSpaces[prng.Between(0, 3)]) + field.value +
                    std::string(kSpaces[prng.Between(0, 3)]));
  }
  auto insert = [&](const std::string& line) {
    lines.insert(lines.begin() + static_cast<ptrdiff_t>(prng.Between(0, lines.size())), line);
  };
  insert("hoST: " + plan.host);
  if (plan.close) insert("Connection: other, close");
  if (plan.body == Http1BodyKind::kLength) {
    insert("Content-Length: " + std::to_string(plan.content.size()));
  }
  if (plan.body == Http1BodyKind::kChunked) insert("Transfer-Encoding: Chunked");
  std::string bytes =
      plan.method + " " + plan.path + (plan.has_query ? "?" + plan.query : "") + " HTTP/1.1\r\n";
  for (const std::string& line : lines) bytes += line + "\r\n";
  bytes += "\r\n";
  return bytes + (plan.body == Http1BodyKind::kChunked ? Chunks(plan.content, prng) : plan.content);
}

void ExpectReadsAs(const Plan& plan, std::string_view bytes, const Http1Scan& scan) {
  const Http1Limits limits;
  Http1RequestParser parser(limits, scan);
  Http1Request request;
  const Http1Parsed parsed = parser.Parse(bytes, &request);
  ASSERT_EQ(parsed.result, DecodeResult::kMessage) << Http1ErrorText(parsed.error);
  EXPECT_EQ(request.method_text, plan.method);
  EXPECT_EQ(request.path, plan.path);
  EXPECT_EQ(request.has_query, plan.has_query);
  EXPECT_EQ(request.query, plan.query);
  EXPECT_EQ(request.authority, plan.host);
  EXPECT_EQ(request.keep_alive, !plan.close);
  EXPECT_EQ(request.body, plan.body);
  size_t next = 0;
  for (const Http1Field field : request.fields) {
    if (!field.name.starts_with('x')) continue;
    ASSERT_LT(next, plan.fields.size());
    EXPECT_EQ(field.name, plan.fields[next].name);
    EXPECT_EQ(field.value, plan.fields[next].value);
    ++next;
  }
  EXPECT_EQ(next, plan.fields.size());

  bytes.remove_prefix(parsed.consumed);
  Http1Body body(request, limits, scan);
  std::string content;
  Http1BodyPart part;
  do {
    part = body.Decode(bytes);
    bytes.remove_prefix(part.consumed);
    if (part.kind == Http1BodyPart::kData) content += part.data;
  } while (part.kind == Http1BodyPart::kData || part.kind == Http1BodyPart::kTrailer);
  EXPECT_EQ(part.kind, Http1BodyPart::kEnd);
  EXPECT_EQ(content, plan.content);
  EXPECT_TRUE(bytes.empty());
}

TEST(GeneratedTest, RequestsReadAsTheyWerePlanned) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Prng prng(seed);
    const Plan plan = MakePlan(prng);
    const std::string bytes = Serialized(plan, prng);
    for (const Http1Scan* scan : AllHttp1Scans()) ExpectReadsAs(plan, bytes, *scan);
    if (HasFatalFailure()) return;
  }
}

TEST(GeneratedTest, ChangedRequestsReadTheSameHoweverTheyArrive) {
  constexpr std::string_view kChanges = "\r\n\t :,;\"=/?%0aZ\x01\x7f\x80";
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Prng prng(seed);
    std::string bytes = Serialized(MakePlan(prng), prng);
    for (size_t left = prng.Between(1, 3); left > 0; --left) {
      bytes[prng.Between(0, bytes.size() - 1)] = kChanges[prng.Between(0, kChanges.size() - 1)];
    }
    const std::string whole = ReadRequests(bytes);
    codec_test::HeapPlacement heap;
    for (const Http1Scan* scan : AllHttp1Scans()) {
      const Reader reader = {.scan = *scan};
      ASSERT_EQ(ReadRequests(bytes, reader), whole) << scan->name;
      const auto pieces = codec_test::RandomSplit(bytes, bytes.size() / 4 + 1, prng);
      ASSERT_EQ(ReadRequests(pieces, heap, reader), whole) << scan->name;
    }
  }
}

}  // namespace
}  // namespace sluice::http_test
