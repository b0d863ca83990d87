#include "reactor/close_reason.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "reactor/stats.h"

namespace sluice {
namespace {

TEST(CloseReasonTest, EveryCodeHasANameOfItsOwn) {
  std::set<std::string> names;
  for (size_t code = 0; code < kCloseCodes; ++code) {
    const std::string name(CloseCodeName(static_cast<CloseCode>(code)));
    EXPECT_FALSE(name.empty()) << code;
    EXPECT_TRUE(names.insert(name).second) << name << " names two codes";
  }
}

TEST(CloseReasonTest, TextHoldsTheCodeAndTheSymbolOfTheError) {
  EXPECT_THAT((CloseReason{CloseCode::kPeerReset, ECONNRESET}.ToString()),
              testing::AllOf(testing::StartsWith("peer reset"), testing::HasSubstr("ECONNRESET")));
  EXPECT_THAT((CloseReason{CloseCode::kConnectFailed, ECONNREFUSED}.ToString()),
              testing::HasSubstr("ECONNREFUSED"));
}

TEST(CloseReasonTest, TextOfAProtocolErrorDoesNotPassItsCodeOffAsAnErrno) {
  const std::string text = CloseReason{CloseCode::kProtocolError, EPERM}.ToString();
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("EPERM")));
  EXPECT_THAT(text, testing::HasSubstr(std::to_string(EPERM)));
}

TEST(CloseReasonTest, WithoutErrorTheTextIsTheName) {
  EXPECT_EQ((CloseReason{CloseCode::kIdleTimeout, 0}.ToString()),
            CloseCodeName(CloseCode::kIdleTimeout));
}

}  // namespace
}  // namespace sluice
