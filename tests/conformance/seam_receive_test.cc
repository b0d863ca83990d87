// backend.h, receiving: standing interests, lent buffers, ends.
#include "tests/conformance/seam.h"

namespace sluice::test {
namespace {

constexpr Token kClient = 1;
constexpr Token kServer = 2;

class SeamReceiveTest : public SeamTest {};
SLUICE_ON_EVERY_BACKEND(SeamReceiveTest);

// What the contract leaves open and a server's users would feel.
class SeamBufferTest : public SeamTest {};
SLUICE_ON_KERNEL_BACKENDS(SeamBufferTest);

TEST_P(SeamReceiveTest, StandsUntilTheEndOfTheStream) {
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.server, kServer);
  for (int i = 0; i < 10; ++i) {
    SendAll(pipe.client, Payload(i, 1000), kClient);
    ASSERT_TRUE(PollUntil([&] { return Received(kServer).size() == 1000u * (i + 1); }));
  }
  for (const Event& event : Events(kServer, Operation::kReceive)) EXPECT_TRUE(event.more);
  backend().ShutdownSend(pipe.client);
  ASSERT_TRUE(PollUntil([&] { return Events(kServer, Operation::kReceive).back().result == 0; }));
  EXPECT_FALSE(Events(kServer, Operation::kReceive).back().more);
  Settle();
  EXPECT_EQ(Events(kServer, Operation::kReceive).back().result, 0);
}

TEST_P(SeamReceiveTest, BytesThatWereThereBeforeTheStartArrive) {
  Pipe pipe = Connected(kClient);
  SendAll(pipe.client, "early", kClient);
  backend().ShutdownSend(pipe.client);
  Settle();
  EXPECT_EQ(Count(kServer, Operation::kReceive), 0u);
  backend().StartReceive(pipe.server, kServer);
  ASSERT_TRUE(PollUntil([&] {
    return Count(kServer, Operation::kReceive) > 0 &&
           Events(kServer, Operation::kReceive).back().result == 0;
  }));
  EXPECT_EQ(Received(kServer), "early");
}

TEST_P(SeamReceiveTest, AResetIsItsLastCompletion) {
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.server, kServer);
  Settle();
  backend().Close(pipe.client, CloseMode::kReset, kClient);
  ASSERT_TRUE(PollUntil([&] { return Count(kServer, Operation::kReceive) == 1; }));
  const Event event = Events(kServer, Operation::kReceive)[0];
  EXPECT_EQ(event.result, -ECONNRESET);
  EXPECT_FALSE(event.more);
}

TEST_P(SeamReceiveTest, StopIsSilentAndNothingIsLost) {
  Pipe pipe = Connected(kClient);
  const std::string all = Payload(1, 1 << 20);
  Prng prng(3);
  bool receiving = false;
  size_t sent = 0;
  for (int step = 0; sent < all.size() || step < 100; ++step) {
    if (prng.Chance(1, 2)) {
      receiving ? backend().StopReceive(pipe.server) : backend().StartReceive(pipe.server, kServer);
      receiving = !receiving;
    }
    if (receiving && prng.Chance(1, 8)) {
      backend().StopReceive(pipe.server);
      backend().StartReceive(pipe.server, kServer);
    }
    const size_t size = std::min<size_t>(prng.Between(1, 30000), all.size() - sent);
    if (size > 0) {
      // Not more than the kernel holds while nobody receives.
      if (sent - Received(kServer).size() > 60000 && !receiving) {
        backend().StartReceive(pipe.server, kServer);
        receiving = true;
      }
      SendAll(pipe.client, all.substr(sent, size), kClient);
      sent += size;
    }
  }
  if (!receiving) backend().StartReceive(pipe.server, kServer);
  ASSERT_TRUE(PollUntil([&] { return Received(kServer).size() == all.size(); }));
  EXPECT_TRUE(Received(kServer) == all);
  for (const Event& event : Events(kServer, Operation::kReceive)) {
    EXPECT_GT(event.result, 0) << "a stop is neither an end nor an error";
  }
}

TEST_P(SeamReceiveTest, HeldBuffersPauseReceivingAndComeBackUnharmed) {
  backend_options.receive_buffers = 2;
  backend_options.receive_buffer_bytes = 1024;
  Pipe pipe = Connected(kClient);
  hold_buffers = true;
  const std::string all = Payload(2, 20000);
  backend().StartReceive(pipe.server, kServer);
  SendAll(pipe.client, all, kClient);
  Settle();
  EXPECT_LE(Received(kServer).size(), 2048u) << "more than there are buffers for";
  EXPECT_GT(Received(kServer).size(), 0u);
  while (Received(kServer).size() < all.size()) {
    const size_t before = Received(kServer).size();
    ReleaseHeld();
    ASSERT_TRUE(PollUntil([&] { return Received(kServer).size() > before; }))
        << "a returned buffer does not resume receiving";
  }
  EXPECT_TRUE(Received(kServer) == all);
  EXPECT_GT(backend().stats().buffer_exhaustions, 0u);
}

TEST_P(SeamReceiveTest, EveryStarvedSocketGetsItsTurn) {
  backend_options.receive_buffers = 1;
  backend_options.receive_buffer_bytes = 512;
  std::vector<Pipe> pipes;
  for (Token i = 0; i < 20; ++i) pipes.push_back(Connected(100 + i));
  hold_buffers = true;
  for (Token i = 0; i < 20; ++i) {
    SendAll(pipes[i].client, Payload(i, 2000), 100 + i);
    backend().StartReceive(pipes[i].server, 200 + i);
  }
  ASSERT_TRUE(PollUntil([&] {
    ReleaseHeld();
    for (Token i = 0; i < 20; ++i) {
      if (Received(200 + i).size() < 2000) return false;
    }
    return true;
  }));
  for (Token i = 0; i < 20; ++i) EXPECT_TRUE(Received(200 + i) == Payload(i, 2000));
}

TEST_P(SeamReceiveTest, ASocketClosedWhileStarvedLeavesTheOthersAlone) {
  backend_options.receive_buffers = 1;
  backend_options.receive_buffer_bytes = 512;
  Pipe first = Connected(kClient);
  Pipe second = Connected(10);
  hold_buffers = true;
  SendAll(first.client, Payload(1, 2000), kClient);
  SendAll(second.client, Payload(2, 2000), 10);
  backend().StartReceive(first.server, kServer);
  backend().StartReceive(second.server, 20);
  Settle();
  backend().Close(first.server, CloseMode::kReset, kServer);
  ASSERT_TRUE(PollUntil([&] { return Count(kServer, Operation::kClose) == 1; }));
  ASSERT_TRUE(PollUntil([&] {
    ReleaseHeld();
    return Received(20).size() == 2000;
  }));
  EXPECT_TRUE(Received(20) == Payload(2, 2000));
}

TEST_P(SeamReceiveTest, BuffersOutliveTheirSocket) {
  Pipe pipe = Connected(kClient);
  hold_buffers = true;
  backend().StartReceive(pipe.server, kServer);
  SendAll(pipe.client, Payload(3, 5000), kClient);
  ASSERT_TRUE(PollUntil([&] { return Received(kServer).size() == 5000; }));
  backend().Close(pipe.server, CloseMode::kOrderly, kServer);
  backend().Close(pipe.client, CloseMode::kOrderly, kClient);
  ASSERT_TRUE(PollUntil([&] {
    return Count(kServer, Operation::kClose) == 1 && Count(kClient, Operation::kClose) == 1;
  }));
  // New traffic must not overwrite what is still lent.
  Pipe next = Connected(30);
  backend().StartReceive(next.server, 40);
  SendAll(next.client, Payload(4, 5000), 30);
  ASSERT_TRUE(PollUntil([&] { return Received(40).size() == 5000; }));
  ReleaseHeld();
}

TEST_P(SeamReceiveTest, AtTheDeadlineAtTheLatestPollReturns) {
  TimePoint last = backend().Now();
  const TimePoint deadline = last + 30ms;
  while (backend().Now() < deadline) {
    EXPECT_TRUE(backend().Poll(deadline).empty());
    EXPECT_GE(backend().Now(), last);
    last = backend().Now();
  }
  EXPECT_TRUE(backend().Poll(last - 1s).empty());
}

TEST_P(SeamReceiveTest, WakeupEndsThePollThatIsOrTheNext) {
  for (int i = 0; i < 100; ++i) {
    backend().Wakeup();
    if (i % 2 == 0) backend().Wakeup();
    EXPECT_TRUE(backend().Poll(kNever).empty());
  }
}

class SeamStarvedTest : public SeamTest {
 protected:
  // Of two starved sockets this one stops; the buffer that comes back is for the other, without a
  // further event.
  void StopOneOfTwoStarved(int stopped);
};
SLUICE_ON_KERNEL_BACKENDS(SeamStarvedTest);

void SeamStarvedTest::StopOneOfTwoStarved(int stopped) {
  backend_options.receive_buffers = 1;
  backend_options.receive_buffer_bytes = 512;
  std::vector<Pipe> pipes;
  for (Token i = 0; i < 3; ++i) pipes.push_back(Connected(100 + i));
  hold_buffers = true;
  for (Token i = 0; i < 3; ++i) {
    SendAll(pipes[i].client, Payload(i, 512), 100 + i);
    backend().StartReceive(pipes[i].server, 200 + i);
    Settle();
  }
  ASSERT_EQ(Received(200), Payload(0, 512));
  const Token other = stopped == 1 ? 2 : 1;
  backend().StopReceive(pipes[stopped].server);
  Settle();
  ReleaseHeld();
  const TimePoint deadline = backend().Now() + kPatience;
  while (Received(200 + other).empty() && backend().Now() < deadline) {
    PollOnce(deadline - backend().Now());
  }
  EXPECT_LT(backend().Now(), deadline) << "it slept beside a free buffer";
  EXPECT_EQ(Received(200 + other), Payload(other, 512));
}

TEST_P(SeamStarvedTest, WhoStoppedFirstLeavesHisTurnToTheNext) {
  StopOneOfTwoStarved(1);
}

TEST_P(SeamStarvedTest, WhoStoppedLastLeavesHisTurnToTheNext) {
  StopOneOfTwoStarved(2);
}

TEST_P(SeamBufferTest, ForOneBufferTheStarvedDoNotAllTryAgain) {
  constexpr Token kSockets = 20;
  constexpr size_t kReceives = 100;
  backend_options.receive_buffers = 1;
  backend_options.receive_buffer_bytes = 512;
  std::vector<Pipe> pipes;
  for (Token i = 0; i < kSockets; ++i) pipes.push_back(Connected(100 + i));
  hold_buffers = true;
  for (Token i = 0; i < kSockets; ++i) {
    SendAll(pipes[i].client, Payload(i, 10000), 100 + i);
    backend().StartReceive(pipes[i].server, 200 + i);
  }
  Settle();
  events.clear();
  const uint64_t before = backend().stats().buffer_exhaustions;
  ASSERT_TRUE(PollUntil([&] {
    ReleaseHeld();
    return events.size() >= kReceives;
  }));
  EXPECT_LT(backend().stats().buffer_exhaustions - before, 4 * kReceives);
}

// Sockets that always have more, and two buffers for all of them, which one alone can fill: each
// gets its share.
TEST_P(SeamBufferTest, WhomNoBufferWasLeftForComesFirst) {
  constexpr Token kSockets = 4;
  backend_options.receive_buffers = 2;
  backend_options.receive_buffer_bytes = 512;
  std::vector<Pipe> pipes;
  for (Token i = 0; i < kSockets; ++i) pipes.push_back(Connected(100 + i));
  hold_buffers = true;
  for (Token i = 0; i < kSockets; ++i) {
    SendAll(pipes[i].client, Payload(i, 20000), 100 + i);
    backend().StartReceive(pipes[i].server, 200 + i);
  }
  events.clear();
  ASSERT_TRUE(PollUntil([&] {
    ReleaseHeld();
    return events.size() >= 8 * kSockets;
  }));
  for (Token i = 0; i < kSockets; ++i) {
    EXPECT_GE(Count(200 + i, Operation::kReceive), 2u) << "socket " << i << " starves";
  }
}

TEST_P(SeamReceiveTest, RetainedBytesStayUntilTheirOwnRelease) {
  backend_options.receive_buffers = 4;
  backend_options.receive_buffer_bytes = 1024;
  backend_options.retained_bytes_min = 1;
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.server, kServer);
  struct Kept {
    BufferId buffer;
    std::string_view bytes;
    std::string copy;
  };
  std::vector<Kept> kept;
  size_t refused = 0;
  on_receive = [&](const Completion& completion) {
    const std::string_view bytes(completion.data, static_cast<size_t>(completion.result));
    const BufferId buffer = backend().RetainBuffer(completion.buffer, bytes.size());
    if (buffer == kNoBuffer) {
      ++refused;
    } else {
      kept.push_back({buffer, bytes, std::string(bytes)});
    }
  };
  const std::string all = Payload(1, 20000);
  SendAll(pipe.client, all, kClient);
  ASSERT_TRUE(PollUntil([&] { return Received(kServer).size() == all.size(); }))
      << "what is retained must leave enough to receive with";
  EXPECT_TRUE(Received(kServer) == all);
  EXPECT_GT(kept.size(), 0u);
  EXPECT_GT(refused, 0u);
  for (const Kept& piece : kept) {
    EXPECT_EQ(piece.bytes, piece.copy);
    backend().ReleaseBuffer(piece.buffer);
  }
  kept.clear();
  on_receive = nullptr;
  SendAll(pipe.client, all, kClient);
  ASSERT_TRUE(PollUntil([&] { return Received(kServer).size() == 2 * all.size(); }));
}

TEST_P(SeamReceiveTest, FewBytesAreNotWorthRetaining) {
  backend_options.retained_bytes_min = 100;
  Pipe pipe = Connected(kClient);
  backend().StartReceive(pipe.server, kServer);
  on_receive = [&](const Completion& completion) {
    const BufferId buffer =
        backend().RetainBuffer(completion.buffer, static_cast<size_t>(completion.result));
    if (completion.result < 100) {
      EXPECT_EQ(buffer, kNoBuffer);
    } else {
      EXPECT_NE(buffer, kNoBuffer);
      backend().ReleaseBuffer(buffer);
    }
  };
  const std::string bytes(100, 'a');
  Send(pipe.client, std::string_view(bytes).substr(1), kClient);
  ASSERT_TRUE(PollUntil(
      [&] { return Received(kServer).size() == 99 && Count(kClient, Operation::kSend) == 1; }));
  Send(pipe.client, bytes, kClient);
  ASSERT_TRUE(PollUntil([&] { return Received(kServer).size() == 199; }));
}

}  // namespace
}  // namespace sluice::test
