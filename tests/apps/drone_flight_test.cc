// The simulated drone and its console on the simulated network: who controls what, what a forged
// address can bring, and what a flight does where datagrams get lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "apps/drone/flight.h"
#include "apps/drone/script.h"
#include "apps/drone/script_run.h"
#include "apps/drone/simulator.h"
#include "apps/drone/telemetry.h"
#include "reactor/sim/sim_run.h"

namespace sluice::drone {
namespace {

using namespace std::chrono_literals;
using sim::Fault;
using sim::SimRun;
using sim::SimWorld;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Endpoint At(std::string_view text) {
  return *Endpoint::Parse(text);
}

sim::WorldOptions Lossy(uint64_t seed, uint32_t loss_1024, uint32_t duplicate_1024) {
  sim::WorldOptions options;
  options.seed = seed;
  options.faults.ratios[static_cast<size_t>(Fault::kDatagramLoss)] = loss_1024;
  options.faults.ratios[static_cast<size_t>(Fault::kDatagramDuplicate)] = duplicate_1024;
  return options;
}

// A socket that keeps what comes.
struct Inbox : DatagramHandler {
  explicit Inbox(std::vector<std::string>& kept) : received(kept) {}
  void OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) override {
    for (const Datagram& datagram : batch) received.emplace_back(datagram.bytes);
  }
  std::vector<std::string>& received;
};

class DroneNetworkTest : public testing::Test {
 protected:
  // The drone is 10.0.0.1:8889, whoever comes then 10.0.0.2 and so on.
  void Begin(SimulatorOptions options = {}, const sim::WorldOptions& world_options = {}) {
    run_.reset();
    world_ = std::make_unique<SimWorld>(world_options);
    run_ = std::make_unique<SimRun>(*world_);
    Loop& loop = run_->AddLoop(world_->AddHost());
    options.remote_state = true;
    auto simulator = std::make_unique<Simulator>(loop, options);
    simulator_ = simulator.get();
    ASSERT_TRUE(loop.Bind(drone_, {}, std::move(simulator)).ok());
  }

  struct Host {
    Loop* loop = nullptr;
    Endpoint address{};
  };
  Host AddHost() {
    sim::SimHost& host = world_->AddHost();
    return {&run_->AddLoop(host), host.address()};
  }

  struct Peer {
    DatagramSocket* socket = nullptr;
    std::vector<std::string> received{};
  };
  // A socket of that host.
  std::unique_ptr<Peer> AddPeer(const Host& host, uint16_t port) {
    auto peer = std::make_unique<Peer>();
    Endpoint local = host.address;
    local.set_port(port);
    peer->socket = *host.loop->Bind(local, {}, std::make_unique<Inbox>(peer->received));
    return peer;
  }
  // What comes back until the drone is idle again.
  std::vector<std::string> Ask(Peer& peer, std::string_view text, Duration wait = 100ms) {
    peer.received.clear();
    peer.socket->Send(drone_, text);
    run_->For(wait);
    return peer.received;
  }

  Endpoint drone_ = At("10.0.0.1:8889");
  std::unique_ptr<SimWorld> world_;
  std::unique_ptr<SimRun> run_;
  Simulator* simulator_ = nullptr;
};

using DroneSimulatorTest = DroneNetworkTest;

TEST_F(DroneSimulatorTest, BelongsToTheFirstWhoSaysCommand) {
  Begin();
  const auto first = AddPeer(AddHost(), 9000), second = AddPeer(AddHost(), 9000);
  EXPECT_THAT(Ask(*second, "takeoff"), ElementsAre("error"));
  EXPECT_THAT(Ask(*first, "command"), ElementsAre("ok"));
  EXPECT_THAT(Ask(*second, "command"), ElementsAre("error"));
  EXPECT_THAT(Ask(*first, "takeoff", 10s), ElementsAre("ok"));
  EXPECT_THAT(Ask(*second, "land"), IsEmpty()) << "four bytes do not get five";
  EXPECT_EQ(simulator_->controllers(), 1u);
  // The first falls silent: the drone lands, and is free as late as that again.
  run_->For(19s);
  EXPECT_THAT(Ask(*second, "command"), ElementsAre("error"));
  run_->For(2s);
  EXPECT_THAT(Ask(*second, "command"), ElementsAre("ok"));
  EXPECT_THAT(Ask(*first, "takeoff"), ElementsAre("error"));
  EXPECT_THAT(Ask(*second, "battery?"), ElementsAre("97\r\n")) << "it is the same drone";
}

TEST_F(DroneSimulatorTest, ChangesHandsBetweenProgramsOfAHostOnTheGround) {
  Begin();
  const Host host = AddHost();
  const auto old = AddPeer(host, 9000), anew = AddPeer(host, 9001);
  EXPECT_THAT(Ask(*old, "command"), ElementsAre("ok"));
  EXPECT_THAT(Ask(*old, "takeoff", 5s), ElementsAre("ok"));
  EXPECT_THAT(Ask(*anew, "command"), ElementsAre("error"));
  EXPECT_THAT(Ask(*old, "land", 5s), ElementsAre("ok"));
  EXPECT_THAT(Ask(*anew, "command"), ElementsAre("ok"));
  EXPECT_THAT(Ask(*old, "takeoff"), ElementsAre("error"));
}

TEST_F(DroneSimulatorTest, EachHasOneUpToALimit) {
  Begin({.drones_max = 3});
  std::vector<std::unique_ptr<Peer>> peers;
  const Host host = AddHost();
  for (uint16_t i = 0; i < 4; ++i) peers.push_back(AddPeer(host, static_cast<uint16_t>(9000 + i)));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Ask(*peers[i], "command"), ElementsAre("ok"));
  EXPECT_THAT(Ask(*peers[3], "command"), ElementsAre("error"));
  for (auto& peer : peers) peer->received.clear();
  for (auto& peer : peers) peer->socket->Send(drone_, "takeoff");
  run_->For(5s);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(peers[i]->received, ElementsAre("ok")) << i;
  run_->For(26s);
  EXPECT_EQ(simulator_->controllers(), 0u);
  EXPECT_THAT(Ask(*peers[3], "command"), ElementsAre("ok"));
}

// What somebody can have sent to an address that is not theirs.
TEST_F(DroneSimulatorTest, AStrangerGetsNoMoreThanItSends) {
  Begin();
  const auto owner = AddPeer(AddHost(), 9000), stranger = AddPeer(AddHost(), 9000);
  Ask(*owner, "command");
  for (const char* said :
       {"command", "takeoff", "land", "up 20", "battery?", "acceleration?", "attitude?",
        "rc 0 0 0 0", "x", "", "ok", "error", "error Not joystick: up is not over", "87\r\n",
        "unknown command: x", "pitch:0;roll:0;yaw:0;vgx:0;\r\n", "cw 1\r\n\r\n\r\n\r\n"}) {
    size_t bytes = 0;
    const std::vector<std::string> answers = Ask(*stranger, said);
    for (const std::string& answer : answers) bytes += answer.size();
    EXPECT_LE(bytes, std::string(said).size()) << said;
    // Two simulators that hear one another are silent at once.
    if (!ParseCommand(said).ok()) {
      EXPECT_THAT(answers, IsEmpty()) << said;
    }
  }
}

// Counted with the 28 bytes of headers that each datagram has.
TEST_F(DroneSimulatorTest, AnAnswerIsAtMostThreeTimesItsCommand) {
  Begin();
  const auto owner = AddPeer(AddHost(), 9000);
  Ask(*owner, "command");
  Ask(*owner, "takeoff", 10s);
  for (const char* said :
       {"x", "", "flip", "go", "rc", "up", "cw 9999", "speed", "attitude?", "acceleration?", "sn?",
        "position?", "temp?", "takeoff", "qqqqqqqqqqqqqqqqq"}) {
    const std::vector<std::string> answers = Ask(*owner, said);
    ASSERT_EQ(answers.size(), 1u) << said;
    EXPECT_LE(28 + answers[0].size(), 3 * (28 + std::string(said).size())) << answers[0];
  }
  for (const char* said : {"ok", "error", "error unknown command: ok"}) {
    EXPECT_THAT(Ask(*owner, said), IsEmpty()) << "two simulators would go on for ever";
  }
  Ask(*owner, "ccw 3600");
  EXPECT_THAT(Ask(*owner, "ccw 90"), ElementsAre("error Not joystick: ccw is not over"));
}

TEST_F(DroneSimulatorTest, TheStateComesTenTimesASecondAndEnds) {
  Begin();
  const Host host = AddHost();
  const auto owner = AddPeer(host, 9000), state = AddPeer(host, 8890);
  EXPECT_THAT(Ask(*owner, "takeoff"), ElementsAre("error"));
  run_->For(1s);
  EXPECT_THAT(state->received, IsEmpty());
  Ask(*owner, "command", 1050ms);
  EXPECT_EQ(state->received.size(), 10u);
  Ask(*owner, "takeoff", 3200ms);
  EXPECT_THAT(state->received.back(), HasSubstr(";h:80;"));
  state->received.clear();
  run_->For(5min);
  EXPECT_NEAR(state->received.size(), 268, 1) << "30 s after the last command";
  EXPECT_THAT(state->received.back(), HasSubstr(";h:0;"));
}

TEST_F(DroneSimulatorTest, OneStateStreamAnAddress) {
  Begin({.drones_max = 10});
  const Host host = AddHost();
  const auto first = AddPeer(host, 9000), second = AddPeer(host, 9001), state = AddPeer(host, 8890);
  Ask(*first, "command");
  Ask(*second, "command");
  state->received.clear();
  Ask(*second, "takeoff", 10s);
  EXPECT_NEAR(state->received.size(), 100, 1);
  EXPECT_THAT(state->received.back(), HasSubstr(";h:0;"));
}

TEST_F(DroneSimulatorTest, TheStateStreamPassesToWhoIsLeft) {
  Begin({.drones_max = 10});
  const Host host = AddHost();
  const auto first = AddPeer(host, 9000), second = AddPeer(host, 9001), state = AddPeer(host, 8890);
  const auto elsewhere = AddPeer(AddHost(), 9000);
  Ask(*first, "command");
  Ask(*second, "command");
  Ask(*elsewhere, "command");
  for (int i = 0; i < 4; ++i) Ask(*second, "battery?", 10s);
  ASSERT_EQ(simulator_->controllers(), 1u);
  state->received.clear();
  Ask(*second, "takeoff", 4s);
  EXPECT_NEAR(state->received.size(), 40, 1);
  EXPECT_THAT(state->received.back(), HasSubstr(";h:80;")) << "its own, too";
}

TEST_F(DroneSimulatorTest, NonsenseKeepsNothingAlive) {
  Begin();
  const auto owner = AddPeer(AddHost(), 9000);
  Ask(*owner, "command");
  Ask(*owner, "takeoff", 4s);
  for (int i = 0; i < 60; ++i) Ask(*owner, "hello", 1s);
  EXPECT_EQ(simulator_->controllers(), 0u);
}

TEST_F(DroneSimulatorTest, TimeMayFly) {
  Begin({.speedup = 10});
  const auto owner = AddPeer(AddHost(), 9000);
  Ask(*owner, "command");
  EXPECT_THAT(Ask(*owner, "takeoff", 290ms), IsEmpty());
  EXPECT_THAT(Ask(*owner, "height?", 20ms), ElementsAre("8dm\r\n", "ok"));
  run_->For(14s);
  EXPECT_THAT(Ask(*owner, "height?"), ElementsAre("8dm\r\n")) << "the silence is as long as ever";
}

// Says what happened, in words.
class Notes : public FlightEvents {
 public:
  void OnStray(const Stray& stray) override { strays.push_back(stray.kind); }
  void OnRetry(std::string_view, int, int) override { ++retries; }
  void OnContact(bool lost) override { contact.push_back(lost); }
  std::vector<Stray::Kind> strays;
  std::vector<bool> contact;
  int retries = 0;
};

class DroneFlightTest : public DroneNetworkTest {
 protected:
  void Fly(FlightOptions options = {}) {
    pilot_ = AddHost();
    options.drone = drone_;
    options.local = pilot_.address;
    options.local.set_port(9000);
    flight_ = std::make_unique<Flight>(*pilot_.loop, options, notes_);
    ASSERT_TRUE(flight_->Open().ok());
  }
  Exchange Do(std::string text) {
    Exchange ended;
    bool over = false;
    flight_->Do(std::move(text), [&](const Exchange& exchange) {
      ended = exchange;
      over = true;
    });
    EXPECT_TRUE(run_->Until([&] { return over; }, world_->now() + 5min));
    return ended;
  }
  // Flown to its end, without a word.
  std::unique_ptr<ScriptRun> FlyScript(std::string_view text) {
    pilot_ = AddHost();
    FlightOptions options{.drone = drone_, .local = pilot_.address};
    options.local.set_port(9000);
    bool over = false;
    auto script = std::make_unique<ScriptRun>(*pilot_.loop, options, *ParseScript(text), true,
                                              [&] { over = true; });
    EXPECT_TRUE(script->Start().ok());
    EXPECT_TRUE(run_->Until([&] { return over; }, world_->now() + 2min));
    return script;
  }
  const Drone* drone() const { return simulator_->FindDrone(At("10.0.0.2:9000")); }
  void Part(bool parted) {
    world_->network().Partition(world_->network().host(0), world_->network().host(1), parted);
  }

  Notes notes_;
  Host pilot_;
  std::unique_ptr<Flight> flight_;
};

TEST_F(DroneFlightTest, AnswersComeAndTheStateDoes) {
  Begin();
  Fly();
  EXPECT_EQ(Do("command").answer, "ok");
  const Exchange takeoff = Do("takeoff");
  EXPECT_EQ(takeoff.answer, "ok");
  EXPECT_GE(takeoff.took, 3s);
  EXPECT_EQ(Do("rc 0 0 0 0").outcome, Outcome::kSilent);
  EXPECT_THAT(Do("sideways 3").answer, StartsWith("error unknown command"));
  EXPECT_EQ(Do("battery?").answer, "99");
  run_->For(200ms);
  EXPECT_EQ(FindInState(flight_->state(), "h"), "80");
  EXPECT_LE(flight_->state_age(), 150ms);
}

TEST_F(DroneFlightTest, KeepsTheDroneUp) {
  Begin();
  Fly();
  Do("command");
  Do("takeoff");
  run_->For(5min);
  ASSERT_NE(drone(), nullptr);
  EXPECT_EQ(drone()->landing_reason(), "");
  EXPECT_TRUE(drone()->flying());
}

TEST_F(DroneFlightTest, LetsItLandWhereToldTo) {
  Begin();
  Fly({.keep_alive = Duration(0)});
  Do("command");
  Do("takeoff");
  run_->For(20s);
  EXPECT_EQ(drone()->landing_reason(), "no command came");
}

TEST_F(DroneFlightTest, SaysWhenTheDroneIsLostAndBack) {
  Begin();
  Fly();
  Do("command");
  Part(true);
  run_->For(60s);
  EXPECT_THAT(notes_.contact, ElementsAre(true));
  Part(false);
  Do("command");
  run_->For(30s);
  EXPECT_THAT(notes_.contact, ElementsAre(true, false));
}

TEST_F(DroneFlightTest, WhatCannotWaitDoesNot) {
  Begin();
  Fly();
  Do("command");
  Do("takeoff");
  std::vector<Outcome> outcomes;
  for (const char* text : {"forward 500", "up 50"}) {
    flight_->Do(text, [&](const Exchange& exchange) { outcomes.push_back(exchange.outcome); });
  }
  run_->For(1s);
  EXPECT_EQ(Do("land").answer, "ok");
  EXPECT_THAT(outcomes, ElementsAre(Outcome::kDropped, Outcome::kCutShort));
  EXPECT_FALSE(flight_->may_fly());
  EXPECT_FALSE(drone()->flying());
}

TEST_F(DroneFlightTest, LeavingLandsWhatFlies) {
  Begin();
  Fly();
  Do("command");
  Do("takeoff");
  bool left = false;
  std::string answer;
  flight_->Leave([&](const Exchange& exchange) { answer = exchange.answer; }, [&] { left = true; });
  ASSERT_TRUE(run_->Until([&] { return left; }, world_->now() + 1min));
  EXPECT_EQ(answer, "ok");
  EXPECT_FALSE(drone()->flying());
}

TEST_F(DroneFlightTest, LeavingLandsWhatIsTakingOff) {
  Begin();
  Fly();
  Do("command");
  EXPECT_FALSE(flight_->may_fly());
  flight_->Do("takeoff", [](const Exchange&) {});
  run_->For(1s);
  bool left = false;
  std::string answer;
  flight_->Leave([&](const Exchange& exchange) { answer = exchange.answer; }, [&] { left = true; });
  EXPECT_FALSE(left) << "before it has landed";
  ASSERT_TRUE(run_->Until([&] { return left; }, world_->now() + 1min));
  EXPECT_EQ(answer, "ok");
  EXPECT_FALSE(drone()->flying());
}

TEST_F(DroneFlightTest, LeavingTakesNothingOffThatWaits) {
  Begin();
  Fly();
  bool left = false;
  flight_->Do("takeoff", [](const Exchange&) {});  // a question goes before it
  flight_->Leave([](const Exchange&) {}, [&] { left = true; });
  EXPECT_TRUE(left);
}

TEST_F(DroneFlightTest, OnlySoManyWait) {
  Begin();
  Fly();
  Do("command");
  Do("takeoff");
  const auto ignore = [](const Exchange&) {};
  ASSERT_TRUE(flight_->Do("forward 500", ignore));
  for (size_t i = 0; i < Flight::kWaitingMax; ++i) ASSERT_TRUE(flight_->Do("up 20", ignore));
  EXPECT_FALSE(flight_->Do("up 20", ignore));
  EXPECT_EQ(Do("stop").answer, "ok");
}

// The answer to `up 50` is lost, and nobody moves twice.
TEST_F(DroneFlightTest, ALostAnswerIsNotAskedForByMovingAgain) {
  Begin();
  Fly();
  Do("command");
  Do("takeoff");
  Exchange up;
  bool over = false;
  flight_->Do("up 50", [&](const Exchange& exchange) { up = exchange, over = true; });
  run_->For(500ms);
  Part(true);
  ASSERT_TRUE(run_->Until([&] { return over; }, world_->now() + 1min));
  EXPECT_EQ(up.outcome, Outcome::kUnanswered);
  EXPECT_EQ(up.tries, 1);
  EXPECT_EQ(Do("up 50").outcome, Outcome::kNotSent) << "it was asked for an answer first";
  Part(false);
  EXPECT_EQ(Do("up 50").answer, "ok");
  EXPECT_NEAR(drone()->telemetry().pose.z, 180, 1e-6);
}

// Late answers are told from those that are waited for: the delay is longer than the patience.
TEST_F(DroneFlightTest, LateAnswersAreNotTakenForOthers) {
  Begin({.link = {.delay = 1500ms}});
  Fly();
  EXPECT_EQ(Do("command").answer, "ok");
  EXPECT_EQ(Do("takeoff").answer, "ok");
  EXPECT_EQ(Do("speed 100").answer, "ok");
  EXPECT_EQ(Do("battery?").answer, "99");
  EXPECT_EQ(Do("speed?").answer, "100.0");
  EXPECT_EQ(Do("wifi?").answer, "90");
  EXPECT_EQ(Do("up 20").answer, "ok");
  EXPECT_EQ(Do("height?").answer, "10dm");
  EXPECT_GT(notes_.strays.size(), 3u);
  EXPECT_GT(notes_.retries, 3);
}

// Whatever is lost or doubled: a command is answered only if the drone did it, and what moves the
// drone moves it at most once.
TEST_F(DroneFlightTest, NeverMovesTwiceUnderLoss) {
  int answered = 0, unknown = 0, not_sent = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    flight_.reset();
    Begin({}, Lossy(seed, seed % 3 == 0 ? 0 : 200, seed % 3 == 1 ? 0 : 200));
    Fly();
    Do("command");
    if (Do("takeoff").failed()) continue;
    int done = 0, sent = 0;
    for (int i = 0; i < 20; ++i) {
      const Exchange up = Do("up 20");
      done += up.outcome == Outcome::kAnswered && !up.failed();
      sent += up.outcome != Outcome::kNotSent;
      answered += up.outcome == Outcome::kAnswered;
      unknown += up.outcome == Outcome::kUnanswered;
      not_sent += up.outcome == Outcome::kNotSent;
    }
    run_->For(2s);  // to the end of what may not have been waited for
    ASSERT_NE(drone(), nullptr);
    const int steps = static_cast<int>(drone()->telemetry().pose.z - 80) / 20;
    EXPECT_GE(steps, done);
    EXPECT_LE(steps, sent);
    const bool up = Do("land").failed();
    EXPECT_EQ(up, flight_->may_fly());
  }
  EXPECT_GT(answered, 200);
  EXPECT_GT(unknown, 20);
  RecordProperty("not_sent", not_sent);
}

TEST_F(DroneFlightTest, AScriptFliesAndLands) {
  Begin();
  const auto script = FlyScript(
      "takeoff\nup 50  # higher\nexpect ok\nwait 20s\nposition?\nexpect x:0;y:0;z:130;\n"
      "battery?\nexpect >= 90\nflip q\nexpect error*\nend\nup 20\n");
  EXPECT_EQ(script->error(), "");
  EXPECT_FALSE(drone()->flying());
  EXPECT_THAT(script->ToJson(), HasSubstr("\"late_answers\": 0"));
}

TEST_F(DroneFlightTest, AScriptStopsAtItsFirstErrorAndLands) {
  Begin();
  const auto script = FlyScript("takeoff\nup 5\nforward 100\n");
  EXPECT_THAT(script->error(), StartsWith("line 2: up 5 -> error out of range"));
  EXPECT_FALSE(drone()->flying());
  EXPECT_EQ(drone()->telemetry().pose.x, 0);
}

TEST(DroneScriptTest, SaysWhatIsWrongAndWhere) {
  for (const auto& [text, wrong] : std::vector<std::pair<std::string, std::string>>{
           {"", "no step in it"},
           {"# nothing\n\n", "no step in it"},
           {"takeoff\nwait 2\n", "line 2: wait wants a duration"},
           {"wait 2h", "line 1: wait wants a duration"},
           {"\nexpect ok", "line 2: expect follows the command"},
           {"takeoff\nexpect", "line 2: expect wants what"},
           {"takeoff\nexpect >= much", "line 2: expect compares with a number"},
           {"takeoff\nwait 1s\nexpect ok", "line 3: expect follows the command"},
           {std::string(65, 'x'), "line 1: longer than any command"}}) {
    const auto steps = ParseScript(text);
    EXPECT_THAT(std::string(steps.status().message()), StartsWith(wrong)) << text;
  }
}

TEST(DroneScriptTest, Expects) {
  EXPECT_TRUE(IsExpected("ok", "ok"));
  EXPECT_FALSE(IsExpected("ok", "okay"));
  EXPECT_TRUE(IsExpected("error*", "error Not joystick"));
  EXPECT_TRUE(IsExpected(">= 8", "8dm"));
  EXPECT_FALSE(IsExpected("> 8", "8dm"));
  EXPECT_TRUE(IsExpected("< 8.5", "8"));
  EXPECT_FALSE(IsExpected("<= 8", "ok"));
}

}  // namespace
}  // namespace sluice::drone
