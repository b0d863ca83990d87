// The names the parser knows: each of them in any case, and nothing that is only like one.
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <string_view>

#include "protocols/http1_bytes.h"
#include "protocols/http1_parser.h"

namespace sluice::http_test {
namespace {

constexpr std::string_view kKnown[] = {"Host",       "Content-Length", "Transfer-Encoding",
                                       "Connection", "Expect",         "Upgrade"};

// Whether a head is refused for a field `name` with a value that none of the known ones may have.
bool IsKnown(std::string_view name) {
  const Http1Limits limits;
  for (const Http1Scan* scan : AllHttp1Scans()) {
    Http1RequestParser parser(limits, *scan);
    Http1Request request;
    const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(name) + ": @\r\n\r\n";
    const bool refused = parser.Parse(head, &request).result == DecodeResult::kError;
    if (refused) return true;
  }
  return false;
}

TEST(KnownNamesTest, AreKnownInAnyCase) {
  for (const std::string_view known : kKnown) {
    for (size_t i = 0; i < known.size(); ++i) {
      std::string name(known);
      const auto byte = static_cast<unsigned char>(name[i]);
      name[i] = static_cast<char>(std::islower(byte) ? std::toupper(byte) : std::tolower(byte));
      EXPECT_TRUE(IsKnown(name)) << name;
    }
  }
}

TEST(KnownNamesTest, OneOtherByteAnywhereMakesAnotherName) {
  for (const std::string_view known : kKnown) {
    for (size_t i = 0; i < known.size(); ++i) {
      for (char byte = '!'; byte < 0x7f; ++byte) {
        if (!http1::Is(http1::kToken, byte)) continue;
        if (Http1EqualNames(known.substr(i, 1), std::string_view(&byte, 1))) continue;
        std::string name(known);
        name[i] = byte;
        EXPECT_FALSE(IsKnown(name)) << name;
      }
    }
  }
}

TEST(KnownNamesTest, OneByteMoreOrLessMakesAnotherName) {
  for (const std::string_view known : kKnown) {
    for (size_t i = 0; i < known.size(); ++i) {
      std::string longer(known);
      longer.insert(i, 1, known[i]);
      EXPECT_FALSE(IsKnown(longer)) << longer;
      std::string shorter(known);
      shorter.erase(i, 1);
      EXPECT_FALSE(IsKnown(shorter)) << shorter;
    }
  }
}

}  // namespace
}  // namespace sluice::http_test
