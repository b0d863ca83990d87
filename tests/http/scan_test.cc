// Every way of looking at bytes finds what a loop over single bytes finds.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1_bytes.h"
#include "protocols/http1_scan.h"
#include "reactor/base/prng.h"
#include "tests/codecs/guarded_memory.h"
#include "tests/http/transcript.h"

namespace sluice::http_test {
namespace {

using codec_test::Edge;
using codec_test::GuardedMemory;

bool IsControl(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return (code < 0x20 && byte != '\t') || code == 0x7f;
}

size_t FindFirst(std::string_view bytes, bool (*wanted)(char)) {
  size_t at = 0;
  while (at < bytes.size() && !wanted(bytes[at])) ++at;
  return at;
}

// Where the index has to stop: see Http1Index::stray_control.
size_t FindStray(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size(); ++at) {
    const bool behind_return = at > 0 && bytes[at - 1] == '\r';
    if (bytes[at] == '\r' ? behind_return : IsControl(bytes[at]) && !behind_return) return at;
  }
  return bytes.size();
}

void ExpectIndexOf(std::string_view bytes, const Http1Index& index) {
  ASSERT_LE(index.looked_bytes, bytes.size());
  const std::string_view looked = bytes.substr(0, index.looked_bytes);
  ASSERT_EQ(index.stray_control, FindStray(looked)) << Escaped(bytes);
  std::vector<size_t> ends;
  for (size_t at = 0; at < index.stray_control; ++at) {
    if (bytes[at] == '\r') ends.push_back(at);
    const bool not_token = (index.NotTokenFrom(at) & 1) != 0;
    ASSERT_EQ(not_token, !http1::Is(http1::kToken, bytes[at])) << at << " of " << Escaped(bytes);
  }
  ASSERT_EQ(std::vector<size_t>(index.line_end, index.line_end + index.line_ends), ends);
  if (looked.size() < bytes.size() && index.stray_control == looked.size()) {
    const bool is_full = looked.size() == Http1Index::kBytesMax;
    bool has_empty_line = looked.starts_with('\r');
    for (size_t at = 2; at < looked.size(); ++at) {
      has_empty_line |= looked[at] == '\r' && looked[at - 2] == '\r';
    }
    ASSERT_TRUE(is_full || has_empty_line) << "no reason to stop early: " << Escaped(bytes);
  }
}

uint64_t MaskOf(std::string_view bytes, bool (*wanted)(char)) {
  uint64_t mask = 0;
  for (size_t i = 0; i < bytes.size(); ++i) mask |= uint64_t{wanted(bytes[i])} << i;
  return mask;
}

void ExpectLookAt(std::string_view bytes, const Http1Scan& scan) {
  Http1Masks masks;
  scan.look(bytes.data(), bytes.size(), &masks);
  EXPECT_EQ(masks.carriage_return, MaskOf(bytes, [](char byte) { return byte == '\r'; }));
  EXPECT_EQ(masks.control,
            MaskOf(bytes, [](char byte) { return IsControl(byte) || byte == '\t'; }));
  EXPECT_EQ(masks.not_token,
            MaskOf(bytes, [](char byte) { return !http1::Is(http1::kToken, byte); }));
  EXPECT_EQ(masks.not_plain_target,
            MaskOf(bytes, [](char byte) { return !http1::Is(http1::kPlainTarget, byte); }));
  EXPECT_EQ(masks.not_host,
            MaskOf(bytes, [](char byte) { return !http1::Is(http1::kHostByte, byte); }));
}

void ExpectScansAgree(std::string_view bytes) {
  for (const Http1Scan* scan : AllHttp1Scans()) {
    SCOPED_TRACE(scan->name);
    EXPECT_EQ(scan->find_control(bytes.data(), bytes.size()), FindFirst(bytes, IsControl));
    const size_t plain =
        FindFirst(bytes, [](char byte) { return !http1::Is(http1::kPlainTarget, byte); });
    EXPECT_EQ(scan->find_not_plain_target(bytes.data(), bytes.size()), plain);
    const size_t host =
        FindFirst(bytes, [](char byte) { return !http1::Is(http1::kHostByte, byte); });
    EXPECT_EQ(scan->find_not_host(bytes.data(), bytes.size()), host);
    Http1Index index;
    if (bytes.empty()) continue;
    ExpectLookAt(bytes.substr(0, 64), *scan);
    scan->index(bytes.data(), bytes.size(), &index);
    ExpectIndexOf(bytes, index);
  }
}

TEST(ScanTest, EveryByteAtEveryPlace) {
  GuardedMemory guarded(Edge::kEnd);
  for (int code = 0; code < 256; ++code) {
    for (const size_t size : {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 128, 130}) {
      for (size_t at = 0; at<size; at += size> 40 ? 13 : 1) {
        std::string bytes(size, 'x');
        bytes[at] = static_cast<char>(code);
        ExpectScansAgree(guarded.Place(bytes));
        if (HasFailure()) FAIL() << "byte " << code << " at " << at << " of " << size;
      }
    }
  }
}

TEST(ScanTest, RandomBytes) {
  constexpr std::string_view kBytes = "\r\n\r\n\t :aZ0-/?%,;\x7f\x80\x01";
  for (const Edge edge : {Edge::kStart, Edge::kEnd}) {
    GuardedMemory guarded(edge);
    for (uint64_t seed = 1; seed <= 3000; ++seed) {
      Prng prng(seed);
      std::string bytes;
      const size_t size = prng.Between(0, 300);
      const uint64_t rarity = prng.Between(1, 60);
      while (bytes.size() < size) {
        if (prng.Chance(1, rarity)) {
          bytes += prng.Chance(1, 2) ? std::string("\r\n")
                                     : std::string(1, kBytes[prng.Between(0, kBytes.size() - 1)]);
        } else {
          bytes += static_cast<char>('a' + prng.Between(0, 25));
        }
      }
      ExpectScansAgree(guarded.Place(bytes));
      if (HasFailure()) FAIL() << "seed " << seed;
    }
  }
}

TEST(ScanTest, StretchesLongerThanAnIndex) {
  std::string bytes;
  while (bytes.size() < 3 * Http1Index::kBytesMax) bytes += "x: y\r\n";
  ExpectScansAgree(bytes);
  ExpectScansAgree(std::string(3 * Http1Index::kBytesMax, 'x'));
  std::string returns;  // as many line ends as fit
  while (returns.size() < 2 * Http1Index::kBytesMax) returns += "\rx";
  ExpectScansAgree(returns);
}

TEST(ScanTest, ThePortableScanIsAlwaysThere) {
  const Http1Scans all = AllHttp1Scans();
  ASSERT_GE(all.count, 1u);
  EXPECT_STREQ(all.scans[0]->name, "portable");
  EXPECT_EQ(all.scans[all.count - 1], &BestHttp1Scan());
}

}  // namespace
}  // namespace sluice::http_test
