// Conversations written as coroutines keep what coroutine.h promises.
#include "reactor/coroutine.h"

#include <memory>
#include <string>
#include <vector>

#include "protocols/line.h"
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class CoroutineTest : public ReactorTest {
 protected:
  template <class Function>
  Listener* Talk(Function function, ListenerOptions options = {}) {
    absl::StatusOr<Listener*> listener =
        loop().Listen(Loopback(), options, ConversationFactory(std::move(function)));
    EXPECT_TRUE(listener.ok()) << listener.status().ToString();
    return *listener;
  }
  template <class Function>
  void ConnectTo(const Listener& listener, Function function) {
    loop().Connect(listener.endpoint(), {}, MakeConversation(std::move(function)));
  }
};
SLUICE_ON_EVERY_BACKEND(CoroutineTest);

Conversation EchoBytes(Stream& stream) {
  while (true) {
    const std::string_view bytes = co_await stream.Receive();
    if (bytes.empty()) co_return;
    stream.Send(bytes);
    stream.Consume(bytes.size());
  }
}

Conversation AnswerLines(Stream& stream) {
  LineCodec lines;
  int count = 0;
  while (auto line = co_await stream.Next(lines)) {
    stream.Send(std::to_string(++count) + ":" + std::string(*line) + "\n");
  }
  stream.Send("bye\n");
}

TEST_P(CoroutineTest, EchoesWhatItReceives) {
  Listener* listener = Talk(EchoBytes);
  const std::string all = Payload(1, 200 << 10);  // below the high-water mark
  PeerPtr client = Connect(listener->endpoint(), [&](Peer& peer) {
    peer.on_open = [&](Connection& connection) {
      connection.Send(all);
      connection.EndOutput();
    };
  });
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_TRUE(client->received == all);
  EXPECT_EQ(client->reason.code, CloseCode::kPeerEnded);
}

TEST_P(CoroutineTest, FindsMessagesHoweverTheyAreCut) {
  Listener* listener = Talk(AnswerLines);
  PeerPtr client = Connect(listener->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
  for (const char byte : std::string("one\ntwo\n\nfour")) {
    Of(client).Send(std::string_view(&byte, 1));
    Settle(3);
  }
  EXPECT_EQ(client->received, "1:one\n2:two\n3:\n");
  Of(client).Send("\nfive\nsix");
  Of(client).EndOutput();
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(client->received, "1:one\n2:two\n3:\n4:four\n5:five\nbye\n");
}

TEST_P(CoroutineTest, WhatIsNotConsumedIsShownAgainWithMore) {
  std::vector<std::string> shown;
  Listener* listener = Talk([&shown](Stream& stream) -> Conversation {
    for (int i = 0; i < 2; ++i) shown.emplace_back(co_await stream.Receive());
    stream.Consume(2);
    shown.emplace_back(co_await stream.Receive());
  });
  PeerPtr client = Connect(listener->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
  for (const char* piece : {"ab", "cd", "ef"}) {
    Of(client).Send(piece);
    Settle(5);
  }
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_THAT(shown, testing::ElementsAre("ab", "abcd", "cdef"));
}

TEST_P(CoroutineTest, AClientReadsAsItIsSpoken) {
  Listener* listener = Talk(AnswerLines);
  std::vector<std::string> answers;
  ConnectTo(*listener, [&answers](Stream& stream) -> Conversation {
    LineCodec lines;
    for (const char* question : {"who", "where", "when"}) {
      stream.Send(std::string(question) + "\n");
      auto answer = co_await stream.Next(lines);
      if (!answer) co_return;
      answers.emplace_back(*answer);
    }
  });
  ASSERT_TRUE(TurnUntil([&] { return answers.size() == 3; }));
  EXPECT_THAT(answers, testing::ElementsAre("1:who", "2:where", "3:when"));
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; })) << "its end closes";
}

TEST_P(CoroutineTest, NothingIsReadWhileItSleepsAndNothingIsLost) {
  std::vector<std::string> lines_seen;
  bool asleep = false;
  TimePoint fell_asleep, woke;
  Listener* listener = Talk([&](Stream& stream) -> Conversation {
    LineCodec lines;
    lines_seen.emplace_back(*co_await stream.Next(lines));
    fell_asleep = stream.connection().loop().now();
    asleep = true;
    EXPECT_TRUE(co_await stream.Sleep(50ms));
    asleep = false;
    woke = stream.connection().loop().now();
    while (auto line = co_await stream.Next(lines)) lines_seen.emplace_back(*line);
  });
  PeerPtr client = Connect(listener->endpoint(), script::Say("a\nb\nc\n"));
  ASSERT_TRUE(TurnUntil([&] { return asleep; }));
  EXPECT_EQ(lines_seen.size(), 1u);
  Of(client).Send("d\n");
  Of(client).EndOutput();
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_GE(woke - fell_asleep, 50ms);
  EXPECT_THAT(lines_seen, testing::ElementsAre("a", "b", "c", "d"));
}

TEST_P(CoroutineTest, AProducerWaitsForItsReader) {
  constexpr size_t kPieces = 200;
  const std::string piece = Payload(1, 16 << 10);
  size_t most_unsent = 0;
  ListenerOptions options;
  options.limits.output_high_water_bytes = 64 << 10;
  options.limits.output_low_water_bytes = 16 << 10;
  Listener* listener = Talk(
      [&](Stream& stream) -> Conversation {
        for (size_t i = 0; i < kPieces && co_await stream.Drained(); ++i) {
          stream.Send(piece);
          most_unsent = std::max(most_unsent, stream.connection().unsent_bytes());
        }
      },
      options);
  PeerPtr client = Connect(listener->endpoint(), [](Peer& peer) { peer.keep_bytes = false; });
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(client->received_bytes, kPieces * piece.size());
  EXPECT_LE(most_unsent, (64u << 10) + piece.size());
}

TEST_P(CoroutineTest, AMalformedMessageEndsItAsWithFramed) {
  bool ended = false;
  Listener* listener = Talk([&ended](Stream& stream) -> Conversation {
    LineCodec lines = *LineCodec::Create({.message_bytes_max = 8});
    while (auto line = co_await stream.Next(lines)) stream.Send("ok\n");
    EXPECT_FALSE(stream.is_open());
    ended = true;
  });
  PeerPtr client = Connect(listener->endpoint(), script::Say("short\nmuch too long\nshort\n"));
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(client->received, "ok\n");
  EXPECT_TRUE(ended);
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
  EXPECT_EQ(loop().stats().closes[static_cast<size_t>(CloseCode::kProtocolError)], 1u);
}

// Wherever it waits: what it holds is released when its connection goes.
TEST_P(CoroutineTest, WhatItHoldsGoesWithItsConnection) {
  const auto held = std::make_shared<int>(1);
  int waiting = 0;
  const auto wait_at = [&, held](int place) {
    return [&waiting, held, place](Stream& stream) -> Conversation {
      const std::shared_ptr<int> also = held;
      LineCodec lines;
      ++waiting;
      if (place == 0) co_await stream.Receive();
      if (place == 1) co_await stream.Next(lines);
      if (place == 2) co_await stream.Sleep(1h);
      if (place == 3) {
        stream.Send(std::string(32 << 20, 'x'));
        co_await stream.Drained();
      }
    };
  };
  ListenerOptions options;
  options.limits.output_high_water_bytes = 1024;
  for (int place = 0; place < 4; ++place) {
    SCOPED_TRACE(place);
    waiting = 0;
    const long before = held.use_count();
    {
      Listener* listener = Talk(wait_at(place), options);
      PeerPtr client = Connect(listener->endpoint(), [](Peer& peer) {
        peer.on_open = [](Connection& connection) { connection.PauseReading(); };
      });
      ASSERT_TRUE(TurnUntil([&] { return waiting == 1 && client->open(); }));
      Settle(3);
      loop().ForEachConnection([](Connection& connection) { connection.Abort(); });
      ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
      listener->Close();
      Settle(3);
    }
    EXPECT_EQ(held.use_count(), before);
  }
}

TEST_P(CoroutineTest, OneThatNeverOpensNeverBegins) {
  bool began = false;
  Endpoint nobody = Loopback();
  nobody.set_port(1);
  loop().Connect(nobody, {}, MakeConversation([&began](Stream&) -> Conversation {
                   began = true;
                   co_return;
                 }));
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
  EXPECT_FALSE(began);
}

}  // namespace
}  // namespace sluice::test
