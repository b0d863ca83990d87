// The rules of backend.h that the simulated kernel watches: each broken on purpose, each found.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "reactor/handler.h"
#include "reactor/loop.h"
#include "reactor/sim/sim_run.h"
#include "reactor/sim/sim_world.h"

namespace sluice::sim {
namespace {

using namespace std::chrono_literals;

constexpr Token kListener = 1;
constexpr Token kClient = 2;
constexpr Token kServer = 3;

// A backend with a connected pair on it, driven by hand.
class OracleTest : public testing::Test {
 protected:
  OracleTest() { testing::GTEST_FLAG(death_test_style) = "fast"; }

  void Begin(const FaultKnobs& faults = FaultKnobs::None()) {
    WorldOptions options;
    options.faults = faults;
    options.all_must_be_closed = false;
    options.replay_command = "the command that replays it";
    world_ = std::make_unique<SimWorld>(options);
    backend_ = world_->MakeBackend(world_->AddHost()).backend;
    const Socket listener = *backend_->Listen(*Endpoint::Parse("127.0.0.1:80"), {});
    backend_->StartAccept(listener, kListener, AcceptCount::kUnlimited);
    client_ = backend_->Connect(*Endpoint::Parse("127.0.0.1:80"), {}, kClient);
    while (!server_.valid()) {
      for (const Completion& completion : backend_->Poll(world_->now() + 1s)) {
        if (completion.operation == Operation::kAccept) server_ = completion.accepted;
      }
    }
    backend_->StartReceive(server_, kServer);
  }

  void Send(std::string_view bytes) {
    const iovec span{const_cast<char*>(bytes.data()), bytes.size()};
    backend_->Send(client_, absl::MakeConstSpan(&span, 1), MoreFollows::kNo, kClient);
  }
  // Polls until this operation completes.
  Completion Await(Operation operation) {
    while (true) {
      for (const Completion& completion : backend_->Poll(world_->now() + 1s)) {
        if (completion.operation == operation) return completion;
      }
    }
  }
  void PollSome() {
    for (int i = 0; i < 100; ++i) backend_->Poll(world_->now() + 1ms);
  }

  std::unique_ptr<SimWorld> world_;
  std::unique_ptr<Backend> backend_;
  Socket client_, server_;
};

using OracleDeathTest = OracleTest;

TEST_F(OracleDeathTest, EveryViolationNamesTheReplay) {
  Begin();
  backend_->Close(client_, CloseMode::kOrderly, kClient);
  EXPECT_DEATH(backend_->Close(client_, CloseMode::kOrderly, kClient),
               "violation: a second Close; at [0-9.]+ s; replay: the command that replays it");
}

TEST_F(OracleDeathTest, UseAfterClose) {
  Begin();
  backend_->Close(client_, CloseMode::kOrderly, kClient);
  Await(Operation::kClose);
  EXPECT_DEATH(Send("x"), "used after its close completed");
  EXPECT_DEATH(backend_->StopReceive(client_), "used after its close completed");
}

TEST_F(OracleDeathTest, SendAndReceiveAfterClose) {
  Begin();
  backend_->Close(client_, CloseMode::kOrderly, kClient);
  EXPECT_DEATH(Send("x"), "a Send after Close");
  EXPECT_DEATH(backend_->StartReceive(client_, kClient), "a receive was started after Close");
}

TEST_F(OracleDeathTest, ASecondSendWhileOneIsOutstanding) {
  Begin();
  Send("x");
  EXPECT_DEATH(Send("y"), "a second Send");
  EXPECT_DEATH(backend_->ShutdownSend(client_), "ShutdownSend while a Send is outstanding");
}

TEST_F(OracleDeathTest, ABufferReleasedTwiceOrNeverLent) {
  Begin();
  Send("hello");
  const Completion received = Await(Operation::kReceive);
  backend_->ReleaseBuffer(received.buffer);
  EXPECT_DEATH(backend_->ReleaseBuffer(received.buffer), "a buffer was released twice");
  EXPECT_DEATH(backend_->ReleaseBuffer(12345), "a buffer was released twice");
}

TEST_F(OracleDeathTest, ABufferWrittenAfterItsRelease) {
  Begin();
  Send("hello");
  const Completion received = Await(Operation::kReceive);
  backend_->ReleaseBuffer(received.buffer);
  EXPECT_NE(std::string_view(received.data, 5), "hello") << "released memory is poisoned";
  const_cast<char*>(received.data)[2] = '!';
  const auto receive_more = [&] {
    for (int i = 0; i < 64; ++i) {
      Send("hello");
      backend_->ReleaseBuffer(Await(Operation::kReceive).buffer);
    }
  };
  EXPECT_DEATH(receive_more(), "written to after its release");
}

TEST_F(OracleDeathTest, BytesChangedWhileTheyAreLent) {
  Begin();
  std::string bytes = "hello";
  Send(bytes);
  bytes[1] = '!';
  EXPECT_DEATH(PollSome(), "changed while they were lent");
}

TEST_F(OracleDeathTest, BytesOfAZeroCopySendChangedBeforeTheirRelease) {
  FaultKnobs knobs;
  knobs.ratios[static_cast<size_t>(Fault::kZeroCopySend)] = FaultKnobs::kDenominator;
  Begin(knobs);
  std::string bytes = "hello";
  Send(bytes);
  EXPECT_TRUE(Await(Operation::kSend).more);
  bytes[1] = '!';
  EXPECT_DEATH(Await(Operation::kRelease), "zero-copy send changed before their release");
  EXPECT_DEATH(
      {
        backend_->Close(client_, CloseMode::kOrderly, kClient);
        PollSome();
      },
      "zero-copy send changed before their release");
}

TEST_F(OracleDeathTest, ABackendUsedFromAnotherThread) {
  Begin();
  EXPECT_DEATH(std::thread([&] { Send("x"); }).join(), "used from a thread not its own");
}

TEST_F(OracleDeathTest, WhatABackendLeavesBehind) {
  const auto leave_a_socket = [] {
    SimWorld world({});
    const auto backend = world.MakeBackend(world.AddHost()).backend;
    (void)*backend->Listen(*Endpoint::Parse("127.0.0.1:80"), {});
  };
  EXPECT_DEATH(leave_a_socket(), "sockets were still open when their backend went");
}

TEST_F(OracleDeathTest, Deadlock) {
  SimWorld world({});
  Loop alone(world.MakeBackend(world.AddHost()));
  EXPECT_DEATH(alone.Turn(), "deadlock: the loop waits for ever");
  SimRun run(world);
  run.AddLoop(world.AddHost());
  EXPECT_DEATH(run.Until([] { return false; }, world.now() + 1h), "deadlock: everybody waits");
}

TEST_F(OracleDeathTest, Livelock) {
  WorldOptions options;
  options.idle_polls_max = 1000;
  SimWorld world(options);
  Loop loop(world.MakeBackend(world.AddHost()));
  const auto spin = [&] {
    while (true) loop.Turn(loop.now());
  };
  EXPECT_DEATH(spin(), "livelock: the loop turns and turns");
}

TEST_F(OracleDeathTest, TheStepBudget) {
  WorldOptions options;
  options.steps_max = 1000;
  SimWorld world(options);
  SimRun run(world);
  Loop& loop = run.AddLoop(world.AddHost());
  Timer timer(loop, [&] { timer.ArmAfter(1ms); });
  timer.ArmAfter(1ms);
  EXPECT_DEATH(run.Until([] { return false; }, world.now() + 1h), "the step budget is spent");
}

}  // namespace
}  // namespace sluice::sim
