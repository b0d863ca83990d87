#include "protocols/close_text.h"

#include "gtest/gtest.h"
#include "reactor/codec.h"

namespace sluice {
namespace {

TEST(CodecCloseText, AProtocolErrorIsNamedAndNotNumbered) {
  const auto text = [](CodecError error) {
    return CodecCloseText({CloseCode::kProtocolError, static_cast<int>(error)});
  };
  EXPECT_EQ(text(CodecError::kMessageTooLong), "protocol error: message too long");
  EXPECT_EQ(text(CodecError::kBadLength), "protocol error: bad length");
}

TEST(CodecCloseText, EveryOtherReasonIsItsOwn) {
  const CloseReason reset{CloseCode::kPeerReset, 104};
  EXPECT_EQ(CodecCloseText(reset), reset.ToString());
}

}  // namespace
}  // namespace sluice
