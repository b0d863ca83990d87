// A stream has two directions; each ends on its own.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class HalfCloseTest : public ReactorTest {};
SLUICE_ON_EVERY_CONFIGURATION(HalfCloseTest);

void SayAndEnd(Peer& peer) {
  peer.on_open = [](Connection& connection) {
    connection.Send("question");
    connection.EndOutput();
  };
}

TEST_P(HalfCloseTest, AnswerAfterThePeersEndArrives) {
  const std::string answer = Payload(1, 1 << 20);
  Pair pair = ConnectPair(SayAndEnd, [&](Peer& peer) {
    peer.on_end = [&](Connection& connection) {
      connection.Send(answer);
      connection.Close();
    };
  });
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  EXPECT_EQ(pair.server->received, "question");
  EXPECT_TRUE(pair.client->received == answer);
  EXPECT_EQ(pair.client->ends, 1);
  EXPECT_EQ(pair.server->ends, 1);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kPeerEnded);
}

TEST_P(HalfCloseTest, TheDefaultAfterThePeersEndSendsWhatIsUnsentAndCloses) {
  const std::string question = Payload(2, 300 << 10);
  Pair pair = ConnectPair(
      [&](Peer& peer) {
        peer.on_open = [&](Connection& connection) {
          connection.Send(question);
          connection.EndOutput();
        };
      },
      script::Echo);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  EXPECT_TRUE(pair.client->received == question);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kPeerEnded);
}

TEST_P(HalfCloseTest, EndOutputFlushesFirstAndReadingGoesOn) {
  const std::string up = Payload(3, 2 << 20);
  Pair pair = ConnectPair(
      [&](Peer& peer) {
        peer.on_open = [&](Connection& connection) {
          connection.Send(up);
          connection.EndOutput();
        };
      },
      script::Stay);
  ASSERT_TRUE(TurnUntil([&] { return pair.server->ends == 1; }));
  EXPECT_TRUE(pair.server->received == up);
  EXPECT_TRUE(pair.client->open());
  EXPECT_TRUE(Of(pair.client).is_reading());
  for (int i = 0; i < 5; ++i) {
    Of(pair.server).Send("still here ");
    ASSERT_TRUE(TurnUntil([&] { return pair.client->received_bytes == 11u * (i + 1); }));
  }
  EXPECT_FALSE(pair.client->closed());
  EXPECT_TRUE(Of(pair.server).peer_ended());
  Of(pair.server).Close();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kPeerEnded);
}

TEST_P(HalfCloseTest, EndOutputTwiceIsEndOutputOnce) {
  Pair pair = ConnectPair({}, script::Stay);
  Of(pair.client).EndOutput();
  Of(pair.client).EndOutput();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->ends == 1; }));
  Of(pair.client).EndOutput();
  Settle();
  EXPECT_TRUE(pair.client->open());
  EXPECT_EQ(pair.server->ends, 1);
}

TEST_P(HalfCloseTest, AnEndWithoutAnyByteIsAnEnd) {
  Pair pair = ConnectPair();
  Of(pair.client).EndOutput();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  EXPECT_EQ(pair.server->data_calls, 0);
  EXPECT_EQ(pair.server->ends, 1);
}

TEST_P(HalfCloseTest, BothEndsMayEndAtTheSameTime) {
  const auto end_first = [](Peer& peer) {
    peer.on_open = [](Connection& connection) {
      connection.Send("x");
      connection.EndOutput();
    };
  };
  Pair pair = ConnectPair(end_first, end_first);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  EXPECT_EQ(pair.client->received, "x");
  EXPECT_EQ(pair.server->received, "x");
  EXPECT_EQ(pair.client->ends, 1);
  EXPECT_EQ(pair.server->ends, 1);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kPeerEnded);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kPeerEnded);
}

TEST_P(HalfCloseTest, OnceBothHaveEndedItClosesByItself) {
  // As a relay that passes each end on and never closes.
  const auto pass_on = [](Peer& peer) {
    peer.on_end = [](Connection& connection) { connection.EndOutput(); };
  };
  Pair pair = ConnectPair(pass_on, pass_on);
  Of(pair.client).Send("last");
  Of(pair.client).EndOutput();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  EXPECT_EQ(pair.server->received, "last");
  EXPECT_EQ(pair.client->ends, 1);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kPeerEnded);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kPeerEnded);
}

TEST_P(HalfCloseTest, EveryRaceOfBytesAndEndYieldsBoth) {
  Listener* listener = Listen([](Peer& peer) {
    peer.on_end = [&peer](Connection& connection) {
      connection.Send(std::to_string(peer.received_bytes));
      connection.Close();
    };
  });
  Prng prng(6);
  constexpr int kRounds = 600;
  std::vector<std::pair<PeerPtr, size_t>> clients;
  for (int i = 0; i < kRounds; ++i) {
    const size_t size = prng.Chance(1, 10) ? prng.Between(0, 300000) : prng.Between(0, 200);
    const bool end_at_once = prng.Chance(1, 2);
    PeerPtr client = Connect(listener->endpoint(), [=](Peer& peer) {
      peer.keep_bytes = true;
      peer.on_open = [=](Connection& connection) {
        connection.Send(Payload(i, size));
        if (end_at_once) connection.EndOutput();
      };
    });
    clients.emplace_back(client, size);
    for (uint64_t turns = prng.Between(0, 3); turns > 0; --turns) loop().Turn(loop().now());
    if (!end_at_once) {
      ASSERT_TRUE(TurnUntil([&] { return client->opens == 1; }));
      Of(client).EndOutput();
    }
  }
  for (auto& [client, size] : clients) {
    ASSERT_TRUE(TurnUntil([&] { return client->closed(); })) << "an end was lost";
    EXPECT_EQ(client->received, std::to_string(size));
    EXPECT_EQ(client->ends, 1);
  }
  for (const PeerPtr& server : accepted_) {
    ASSERT_TRUE(TurnUntil([&] { return server->closed(); }));
    EXPECT_EQ(server->ends, 1);
  }
}

TEST_P(HalfCloseTest, UnconsumedBytesAreLostWithTheEndAndNothingElseIs) {
  Pair pair = ConnectPair(SayAndEnd, [](Peer& peer) {
    peer.on_data = [](Connection&, std::string_view) { return size_t{5}; };
    peer.on_end = [](Connection& connection) {
      connection.Send("bye");
      connection.Close();
    };
  });
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed() && pair.server->closed(); }));
  EXPECT_EQ(pair.server->received, "quest");
  EXPECT_EQ(pair.client->received, "bye");
}

}  // namespace
}  // namespace sluice::test
