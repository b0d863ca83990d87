// Output that the peer does not take: reading stops, memory stays bounded, limits close.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class BackpressureTest : public ReactorTest {
 protected:
  static ConnectionLimits SmallMarks() {
    ConnectionLimits limits;
    limits.output_high_water_bytes = 64 << 10;
    limits.output_low_water_bytes = 16 << 10;
    return limits;
  }
};
SLUICE_ON_EVERY_CONFIGURATION(BackpressureTest);

TEST_P(BackpressureTest, AboveHighWaterReadingStopsUntilLowWater) {
  Pair pair = ConnectPair({}, {}, SmallMarks());
  Of(pair.client).PauseReading();
  Of(pair.server).Send(Payload(1, 32 << 20));
  EXPECT_FALSE(Of(pair.server).is_reading());
  Of(pair.client).Send("are you there?");
  Settle();
  EXPECT_EQ(pair.server->data_calls, 0);
  EXPECT_EQ(pair.server->drains, 0);
  EXPECT_EQ(loop().stats().output_pauses, 1u);
  Of(pair.client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "are you there?"; }));
  EXPECT_EQ(pair.server->drains, 1);
  EXPECT_LE(Of(pair.server).unsent_bytes(), 16u << 10);
}

TEST_P(BackpressureTest, WhoMustHearAnAnswerReadsOnAboveHighWater) {
  ConnectionLimits limits = SmallMarks();
  limits.output_pauses_reading = false;
  Pair pair = ConnectPair({}, {}, limits);
  Of(pair.client).PauseReading();
  Of(pair.server).Send(Payload(1, 32 << 20));
  EXPECT_TRUE(Of(pair.server).is_reading());
  Of(pair.client).Send("enough!");
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "enough!"; }));
  EXPECT_EQ(pair.server->drains, 0);
  Of(pair.client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->drains == 1; })) << "OnDrain comes all the same";
  EXPECT_LE(Of(pair.server).unsent_bytes(), 16u << 10);
}

TEST_P(BackpressureTest, AResumeByTheUserDoesNotLiftIt) {
  Pair pair = ConnectPair({}, {}, SmallMarks());
  Of(pair.client).PauseReading();
  Of(pair.server).PauseReading();
  Of(pair.server).Send(Payload(1, 32 << 20));
  Of(pair.client).Send("are you there?");
  Of(pair.server).ResumeReading();
  EXPECT_FALSE(Of(pair.server).is_reading());
  Settle();
  EXPECT_EQ(pair.server->data_calls, 0);
  Of(pair.client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received == "are you there?"; }));
}

TEST_P(BackpressureTest, AtHighWaterNothingStops) {
  Pair pair = ConnectPair({}, {}, SmallMarks());
  Of(pair.server).Send(Payload(1, 64 << 10));
  EXPECT_TRUE(Of(pair.server).is_reading());
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received_bytes == 64 << 10; }));
  EXPECT_EQ(pair.server->drains, 0);
}

// A low-water mark of nothing is met when everything has left.
TEST_P(BackpressureTest, AtLowWaterReadingGoesOn) {
  ConnectionLimits limits;
  limits.output_high_water_bytes = 1000;
  limits.output_low_water_bytes = 0;
  Pair pair = ConnectPair({}, {}, limits);
  Of(pair.server).Send(Payload(1, 2000));
  EXPECT_FALSE(Of(pair.server).is_reading());
  ASSERT_TRUE(TurnUntil([&] { return pair.server->drains == 1; }));
  EXPECT_TRUE(Of(pair.server).is_reading());
}

TEST_P(BackpressureTest, OnDrainMaySendTheNextPiece) {
  constexpr int kPieces = 40;
  int pieces = 0;
  Pair pair = ConnectPair(
      {},
      [&](Peer& peer) {
        const auto next = [&](Connection& connection) {
          if (++pieces <= kPieces) connection.Send(Payload(pieces, 200 << 10));
        };
        peer.on_open = next;
        peer.on_drain = next;
      },
      SmallMarks());
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received_bytes == kPieces * (200 << 10); }));
  std::string all;
  for (int i = 1; i <= kPieces; ++i) all += Payload(i, 200 << 10);
  EXPECT_TRUE(pair.client->received == all);
  EXPECT_GE(pair.server->drains, kPieces - 1);
}

TEST_P(BackpressureTest, AnEchoWhosePeerNeverReadsHoldsNoMoreThanItsMark) {
  backend_options.receive_buffer_bytes = 16 << 10;
  const ConnectionLimits limits = SmallMarks();
  Listener* listener = [&] {
    ListenerOptions options;
    options.limits = limits;
    return Listen(script::Echo, options);
  }();
  // The client has no mark of its own: two ends that both wait for the other would wait for ever.
  ConnectOptions unmarked;
  unmarked.limits.output_high_water_bytes = 64 << 20;
  PeerPtr client = Connect(
      listener->endpoint(),
      [](Peer& peer) {
        peer.on_open = [](Connection& connection) {
          connection.PauseReading();
          connection.Send(Payload(1, 48 << 20));
        };
      },
      unmarked);
  size_t most_unsent = 0;
  for (int turn = 0; turn < 400; ++turn) {
    loop().Turn(loop().now() + 1ms);
    if (!accepted_.empty() && accepted_[0]->opens == 1) {
      most_unsent = std::max(most_unsent, Of(accepted_[0]).unsent_bytes());
    }
  }
  // What the loop's buffers held when reading stopped may still come and be answered.
  EXPECT_LE(most_unsent, limits.output_high_water_bytes + backend_options.receive_buffers *
                                                              backend_options.receive_buffer_bytes);
  EXPECT_GT(Of(client).unsent_bytes(), 0u);
  // And when it does read, every byte is there.
  client->keep_bytes = false;
  Of(client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return client->received_bytes == 48 << 20; }));
  EXPECT_EQ(client->received_hash.value(), HashOf(Payload(1, 48 << 20)));
}

TEST_P(BackpressureTest, AboveTheHardCapTheConnectionCloses) {
  ConnectionLimits limits = SmallMarks();
  limits.output_bytes_max = 1 << 20;
  Pair pair = ConnectPair({}, {}, limits);
  Of(pair.client).PauseReading();
  Connection& server = Of(pair.server);
  server.Send(Payload(1, 1 << 20));
  EXPECT_TRUE(server.is_open()) << "at the cap is not above it";
  server.Send("x");
  EXPECT_FALSE(server.is_open());
  EXPECT_EQ(pair.server->closes, 0) << "nothing calls back from inside Send";
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kOutputOverflow);
  Of(pair.client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.client->closed(); }));
  EXPECT_EQ(pair.client->reason.code, CloseCode::kPeerReset);
}

TEST_P(BackpressureTest, TheHardCapHoldsForReservedAndStaticOutputToo) {
  static const std::string kBytes = Payload(1, 2 << 20);
  ConnectionLimits limits = SmallMarks();
  limits.output_bytes_max = 1 << 20;
  Pair pair = ConnectPair({}, {}, limits);
  Of(pair.server).SendStatic(kBytes);
  Of(pair.client).Reserve(2 << 20);
  Of(pair.client).Commit(2 << 20);
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed() && pair.client->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kOutputOverflow);
  EXPECT_EQ(pair.client->reason.code, CloseCode::kOutputOverflow);
}

TEST_P(BackpressureTest, OutputWithoutProgressCloses) {
  ConnectionLimits limits;
  limits.stall_timeout = 80ms;
  Pair pair = ConnectPair({}, {}, limits);
  Of(pair.client).PauseReading();
  const TimePoint sent_at = loop().now();
  Of(pair.server).Send(Payload(1, 48 << 20));
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_GE(loop().now() - sent_at, 80ms);
  EXPECT_EQ(pair.server->reason.code, CloseCode::kOutputStalled);
}

TEST_P(BackpressureTest, ClosingWithoutProgressCloses) {
  ConnectionLimits limits;
  limits.stall_timeout = 80ms;
  Pair pair = ConnectPair({}, {}, limits);
  Of(pair.client).PauseReading();
  Of(pair.server).Send(Payload(1, 48 << 20));
  Of(pair.server).Close();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kOutputStalled);
}

TEST_P(BackpressureTest, ASlowReaderIsNotStalled) {
  ConnectionLimits limits;
  limits.stall_timeout = 600ms;
  Pair pair = ConnectPair(
      [](Peer& peer) {
        peer.keep_bytes = false;
        peer.on_data = [](Connection& connection, std::string_view bytes) {
          connection.PauseReading();
          return bytes.size();
        };
      },
      {}, limits);
  Of(pair.server).Send(Payload(1, 32 << 20));
  const TimePoint until = loop().now() + 1200ms;
  TimePoint next = loop().now();
  ASSERT_TRUE(TurnUntil([&] {
    if (loop().now() >= next) {
      next = loop().now() + 5ms;
      if (pair.client->open()) Of(pair.client).ResumeReading();
    }
    return loop().now() >= until || pair.server->closed();
  }));
  EXPECT_FALSE(pair.server->closed()) << pair.server->reason.ToString();
}

// Each piece waits longer than the stall timeout before it is sent. The one that finds the buffers
// of the kernel full has its whole time all the same.
TEST_P(BackpressureTest, TheStallTimeoutBeginsWithTheOutputThatWaits) {
  constexpr Duration kStall = 10ms;
  ConnectionLimits limits;
  limits.stall_timeout = kStall;
  Pair pair = ConnectPair({}, {}, limits);
  Of(pair.client).PauseReading();
  ASSERT_TRUE(Of(pair.client).SetOption(socket_option::kReceiveBufferBytes, 2 << 10).ok());
  ASSERT_TRUE(Of(pair.server).SetOption(socket_option::kSendBufferBytes, 4 << 10).ok());
  TimePoint sent_at = loop().now();
  ASSERT_TRUE(TurnUntil([&] {
    if (pair.server->closed()) return true;
    if (Of(pair.server).unsent_bytes() == 0 && loop().now() - sent_at > kStall) {
      sent_at = loop().now();
      Of(pair.server).Send(std::string(1024, 'x'));
    }
    return false;
  }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kOutputStalled);
  EXPECT_GE(loop().now() - sent_at, kStall);
}

TEST_P(BackpressureTest, AnIdleConnectionIsNotStalled) {
  ConnectionLimits limits;
  limits.stall_timeout = 20ms;
  Pair pair = ConnectPair(script::Say("hello"), script::Echo, limits);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received == "hello"; }));
  const TimePoint until = loop().now() + 100ms;
  ASSERT_TRUE(TurnUntil([&] { return loop().now() >= until; }));
  EXPECT_TRUE(pair.client->open());
  EXPECT_TRUE(pair.server->open());
}

}  // namespace
}  // namespace sluice::test
