// Records and objects as the messages of frames, on every backend: however the frames are cut, each
// is answered once and in order.
#include "calculator.h"

#include <string>
#include <string_view>
#include <utility>

#include "tests/conformance/fixture.h"
#include "tests/record/object_calculator.h"

namespace sluice::test {
namespace {

constexpr std::string_view
    kAsPythonPacksIt =  // struct.pack('>I', 17) + struct.pack('>cdd', b'*', 6, 7)
    {"\0\0\0\x11*\x40\x18\0\0\0\0\0\0\x40\x1c\0\0\0\0\0\0", 21};

std::string Framed(std::string_view message) {
  std::string wire;
  StringSink sink(wire);
  EXPECT_EQ(LengthPrefixCodec().Encode(message, sink), CodecError::kNone);
  return wire;
}

class CalculatorTest : public ReactorTest {
 protected:
  // What the server says to `wire`, which comes in pieces of `piece_bytes`, until `answer_bytes`.
  std::string Ask(HandlerFactory server, std::string wire, size_t piece_bytes,
                  size_t answer_bytes) {
    Listener* listener = loop().Listen(Loopback(), {}, std::move(server)).value();
    PeerPtr client = Connect(listener->endpoint());
    EXPECT_TRUE(TurnUntil([&] { return client->open(); }));
    for (; !wire.empty(); wire.erase(0, piece_bytes)) {
      Of(client).Send(std::string_view(wire).substr(0, piece_bytes));
      Settle(1);
    }
    EXPECT_TRUE(
        TurnUntil([&] { return client->received.size() >= answer_bytes || client->closed(); }));
    if (client->open()) Of(client).Close();
    EXPECT_TRUE(TurnUntil([&] { return client->closed(); }));
    listener->Close();
    return client->received;
  }
};
SLUICE_ON_EVERY_BACKEND(CalculatorTest);

TEST_P(CalculatorTest, AnswersRecords) {
  const std::string wire = std::string(kAsPythonPacksIt) + Framed(Pack<">cdd">('+', 1.5, 2)) +
                           Framed(Pack<">cdd">('?', 0, 0));
  const std::string wanted = Framed(Pack<">?d">(true, 42)) + Framed(Pack<">?d">(true, 3.5)) +
                             Framed(Pack<">?d">(false, 0));
  for (const size_t piece_bytes : {size_t{1}, size_t{7}, wire.size()}) {
    EXPECT_EQ(Ask(Calculator(), wire, piece_bytes, wanted.size()), wanted);
  }
}

TEST_P(CalculatorTest, ARecordOfAnotherSizeIsNotTakenForOne) {
  const std::string padded = Framed(Pack<"cdd">('*', 6, 7));  // as a sender without a prefix has it
  ASSERT_EQ(padded.size(), 4u + 24u);
  EXPECT_EQ(Ask(Calculator(), std::string(kAsPythonPacksIt) + padded, 9, 1000),
            Framed(Pack<">?d">(true, 42)));
}

TEST_P(CalculatorTest, AnswersObjectsAndRefusesBombs) {
  const std::string bomb("\xdd\xff\xff\xff\xff", 5);  // an array of 2^32 - 1 elements
  const std::string wire = Framed(EncodeMessagePack(Sum{"+", {1, 2.5}})) + Framed(bomb);
  const std::string wanted = Framed(EncodeMessagePack(Result{true, 3.5})) +
                             Framed(EncodeMessagePack(Refusal{"too many elements"}));
  for (const size_t piece_bytes : {size_t{1}, wire.size()}) {
    EXPECT_EQ(Ask(ObjectCalculator(), wire, piece_bytes, wanted.size()), wanted);
  }
}

}  // namespace
}  // namespace sluice::test
