// PauseReading and ResumeReading: nothing is shown while paused, nothing is lost by it.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class PauseTest : public ReactorTest {};
SLUICE_ON_EVERY_CONFIGURATION(PauseTest);

void PauseAtOnce(Peer& peer) {
  peer.on_open = [](Connection& connection) { connection.PauseReading(); };
}

TEST_P(PauseTest, NothingIsShownWhilePausedAndEverythingAfterwards) {
  const std::string all = Payload(1, 300 << 10);
  Pair pair = ConnectPair(script::Say(all), PauseAtOnce);
  Settle();
  EXPECT_EQ(pair.server->data_calls, 0);
  EXPECT_FALSE(Of(pair.server).is_reading());
  EXPECT_TRUE(Of(pair.server).is_open());
  Of(pair.server).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == all.size(); }));
  EXPECT_TRUE(pair.server->received == all);
}

TEST_P(PauseTest, OneResumeUndoesAnyNumberOfPauses) {
  Pair pair = ConnectPair(script::Say("hello"), PauseAtOnce);
  Of(pair.server).PauseReading();
  Of(pair.server).PauseReading();
  Of(pair.server).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "hello"; }));
  Of(pair.server).ResumeReading();
  EXPECT_TRUE(Of(pair.server).is_reading());
}

TEST_P(PauseTest, PauseInsideOnDataHoldsTheRestBack) {
  Pair pair = ConnectPair(script::Say("onetwo"), [](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view) {
      connection.PauseReading();
      return size_t{3};
    };
  });
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "one"; }));
  Settle();
  EXPECT_EQ(pair.server->data_calls, 1);
  Of(pair.server).ResumeReading();
  // Nothing new arrives: the rest must come all the same, or a pipelined message hangs for ever.
  ASSERT_TRUE(SleepUntil([&] { return pair.server->received == "onetwo"; }));
}

TEST_P(PauseTest, TheEndWaitsForTheRestThatAResumeWillShow) {
  Pair pair = ConnectPair(
      [](Peer& peer) {
        peer.on_open = [](Connection& connection) {
          connection.Send("one by one");
          connection.EndOutput();
        };
      },
      [](Peer& peer) {
        peer.on_data = [](Connection& connection, std::string_view) {
          connection.PauseReading();
          connection.ResumeReading();
          return size_t{1};
        };
      });
  ASSERT_TRUE(TurnUntil([&] { return pair.server->ends == 1; }));
  EXPECT_EQ(pair.server->received, "one by one");
}

TEST_P(PauseTest, ResumedInTheSameCallbackTheRestIsShownWithoutANewArrival) {
  Pair pair = ConnectPair(script::Say("onetwo"), [](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view) {
      connection.PauseReading();
      connection.ResumeReading();
      return size_t{3};
    };
  });
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "onetwo"; }));
}

// One batch may bring all of the loop's receive memory; but not one batch after the other.
TEST_P(PauseTest, ResumedInEveryCallbackItDoesNotReadAheadForEver) {
  const std::string all = Payload(1, 8 << 20);
  Pair pair = ConnectPair(script::Say(all), [](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view) {
      connection.PauseReading();
      connection.ResumeReading();
      return size_t{1};
    };
  });
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes >= 500; }));
  EXPECT_LT(Of(pair.server).stats().bytes_received, all.size() / 2);
}

TEST_P(PauseTest, TheEndWaitsBehindTheBytesOfAPausedConnection) {
  const std::string all = Payload(2, 200 << 10);
  Pair pair = ConnectPair(
      [&](Peer& peer) {
        peer.on_open = [&](Connection& connection) {
          connection.Send(all);
          connection.EndOutput();
        };
      },
      PauseAtOnce);
  Settle();
  EXPECT_EQ(pair.server->data_calls, 0);
  Of(pair.server).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->ends == 1; }));
  EXPECT_TRUE(pair.server->received == all);
}

TEST_P(PauseTest, AnEndThatArrivedWhileRestWasHeldBackComesAfterTheRest) {
  Pair pair = ConnectPair(
      [](Peer& peer) {
        peer.on_open = [](Connection& connection) {
          connection.Send("onetwo");
          connection.EndOutput();
        };
      },
      [](Peer& peer) {
        peer.on_data = [](Connection& connection, std::string_view) {
          connection.PauseReading();
          return size_t{3};
        };
      });
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "one"; }));
  Settle();
  EXPECT_EQ(pair.server->ends, 0);
  Of(pair.server).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "onetwo"; }));
  Settle();
  if (pair.server->open()) Of(pair.server).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->ends == 1; }));
}

// What was left unconsumed is lost with the end; a connection that still sends may pause and
// resume.
TEST_P(PauseTest, NothingIsShownAgainBehindTheEnd) {
  Pair pair = ConnectPair(
      [](Peer& peer) {
        peer.on_open = [](Connection& connection) {
          connection.Send("onetwo");
          connection.EndOutput();
        };
      },
      [](Peer& peer) {
        peer.on_data = [](Connection&, std::string_view) { return size_t{0}; };
        peer.on_end = [](Connection&) {};
      });
  ASSERT_TRUE(TurnUntil([&] { return pair.server->ends == 1; }));
  const int calls = pair.server->data_calls;
  Of(pair.server).PauseReading();
  Of(pair.server).ResumeReading();
  Settle();
  EXPECT_EQ(pair.server->data_calls, calls);
}

TEST_P(PauseTest, APausedConnectionStillSends) {
  Pair pair = ConnectPair({}, PauseAtOnce);
  Of(pair.server).Send("news");
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received == "news"; }));
}

TEST_P(PauseTest, APausedConnectionSlowsItsPeerDown) {
  ConnectionLimits limits;
  Pair pair = ConnectPair(
      [](Peer& peer) {
        peer.on_open = [](Connection& connection) { connection.Send(Payload(1, 48 << 20)); };
      },
      PauseAtOnce, limits);
  Settle(50);
  EXPECT_GT(Of(pair.client).unsent_bytes(), 0u) << "48 MiB fit into no socket buffer";
  EXPECT_EQ(pair.server->data_calls, 0);
  Of(pair.client).Abort();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed(); }));
}

TEST_P(PauseTest, RandomPausesLoseNothing) {
  const std::string all = Payload(5, 4 << 20);
  Prng prng(4);
  Pair pair = ConnectPair(script::Say(all), [&](Peer& peer) {
    peer.on_data = [&](Connection& connection, std::string_view bytes) {
      if (prng.Chance(1, 3)) connection.PauseReading();
      return prng.Between(0, bytes.size());
    };
  });
  ASSERT_TRUE(TurnUntil([&] {
    if (prng.Chance(1, 2)) {
      Of(pair.server).PauseReading();
    } else {
      Of(pair.server).ResumeReading();
    }
    // What was left without a pause is shown with what arrives next: keep something arriving.
    if (Of(pair.client).unsent_bytes() == 0) Of(pair.client).Send(" ");
    return pair.server->received_bytes >= all.size();
  }));
  EXPECT_TRUE(pair.server->received.substr(0, all.size()) == all);
}

}  // namespace
}  // namespace sluice::test
