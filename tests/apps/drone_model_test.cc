// The drone's language and its flight, without a network: the clock is what the test says.
#include "apps/drone/drone_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "apps/drone/command.h"
#include "apps/drone/telemetry.h"
#include "reactor/base/prng.h"

namespace sluice::drone {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

std::string Refusal(std::string_view text) {
  const absl::StatusOr<Command> command = ParseCommand(text);
  return command.ok() ? "" : std::string(command.status().message());
}

TEST(DroneCommandTest, ReadsWhatTheDroneUnderstands) {
  const absl::StatusOr<Command> go = ParseCommand("go 100 -20 0 60\r\n");
  ASSERT_TRUE(go.ok()) << go.status().ToString();
  EXPECT_EQ(go->verb, Verb::kGo);
  EXPECT_THAT(go->arguments, testing::ElementsAre(100, -20, 0, 60));
  for (const char* text :
       {"command", "takeoff", "land", "emergency", "stop", "up 20", "down 500", "cw 1", "ccw 3600",
        "flip b", "speed 100", "rc 0 -100 100 7", "battery?", "position?", "up   50 "}) {
    EXPECT_EQ(Refusal(text), "") << text;
  }
}

TEST(DroneCommandTest, SaysWhatIsWrong) {
  for (const char* text :
       {"up",        "up 19",        "up 501",       "up 5o",       "up 50 50",
        "up +50",    "cw 0",         "cw 3601",      "speed 9",     "flip",
        "flip x",    "flip forward", "go 1 2 3 50",  "go 20 0 0 9", "go 501 0 0 50",
        "go 20 0 0", "rc 0 0 0",     "rc 0 0 0 101", "land now",    "up 99999999999999999999"}) {
    EXPECT_THAT(Refusal(text), StartsWith("out of range: ")) << text;
  }
  EXPECT_EQ(Refusal("Up 50"), "unknown command: Up");
  EXPECT_EQ(Refusal("\x1b[2J"), "unknown command: ?[2J");
  EXPECT_EQ(Refusal(""), "nothing in it");
  EXPECT_EQ(Refusal(std::string(kCommandBytesMax + 1, 'u')), "longer than any command");
}

// What may be sent again when its answer went missing must not move the drone twice.
TEST(DroneCommandTest, NothingThatMovesItOnIsRepeatable) {
  for (const char* text : {"takeoff", "up 50", "down 50", "left 50", "right 50", "forward 50",
                           "back 50", "cw 90", "ccw 90", "flip l", "go 50 0 0 50", "rc 0 0 0 0"}) {
    EXPECT_FALSE(IsRepeatable(ParseCommand(text)->verb)) << text;
  }
  for (const char* text : {"command", "land", "stop", "emergency", "speed 50", "battery?"}) {
    EXPECT_TRUE(IsRepeatable(ParseCommand(text)->verb)) << text;
  }
}

TEST(DroneCommandTest, KnowsWhatCannotBeAnAnswer) {
  EXPECT_TRUE(CanAnswer(Verb::kUp, "ok"));
  EXPECT_FALSE(CanAnswer(Verb::kUp, "87\r\n"));
  EXPECT_FALSE(CanAnswer(Verb::kAskBattery, "ok"));
  EXPECT_FALSE(CanAnswer(Verb::kAskBattery, "12s\r\n"));
  for (const Verb verb : {Verb::kUp, Verb::kAskBattery}) EXPECT_TRUE(CanAnswer(verb, "error x"));
  const Telemetry telemetry;
  for (int i = static_cast<int>(Verb::kAskSpeed); i <= static_cast<int>(Verb::kAskPosition); ++i) {
    const Verb verb = static_cast<Verb>(i);
    EXPECT_TRUE(CanAnswer(verb, AnswerQuery(verb, telemetry))) << Word(verb);
  }
}

// A drone, its clock, and the answers as they come.
class DroneTest : public testing::Test {
 protected:
  // Executes it and waits until it is over.
  std::string Do(std::string_view text) {
    std::optional<std::string> answer = Begin(text);
    while (!answer && drone_.next_event() != kNever) {
      now_ = drone_.next_event();
      answer = drone_.Advance(now_);
    }
    return answer.value_or("nothing");
  }
  std::optional<std::string> Begin(std::string_view text) {
    const absl::StatusOr<Command> command = ParseCommand(text);
    EXPECT_TRUE(command.ok()) << text;
    return drone_.Execute(*command, now_);
  }
  std::optional<std::string> Wait(Duration duration) { return drone_.Advance(now_ += duration); }
  // Up there, and ready.
  void TakeOff() {
    ASSERT_EQ(Do("command"), "ok");
    ASSERT_EQ(Do("takeoff"), "ok");
  }
  void ExpectAt(double x, double y, double z, int heading) {
    const Pose pose = drone_.telemetry().pose;
    EXPECT_NEAR(pose.x, x, 1e-6);
    EXPECT_NEAR(pose.y, y, 1e-6);
    EXPECT_NEAR(pose.z, z, 1e-6);
    EXPECT_EQ(Heading(pose.yaw), heading);
  }
  void NewDrone(const DroneOptions& options) { drone_ = Drone(options, now_); }

  TimePoint now_{1s};
  Drone drone_{{}, now_};
};

TEST_F(DroneTest, ObeysInOrder) {
  EXPECT_THAT(Do("takeoff"), StartsWith("error Not in command mode"));
  EXPECT_THAT(Do("battery?"), StartsWith("error Not in command mode"));
  EXPECT_EQ(Do("command"), "ok");
  EXPECT_THAT(Do("up 50"), StartsWith("error Motor stop"));
  EXPECT_EQ(Do("takeoff"), "ok");
  ExpectAt(0, 0, 80, 0);
  EXPECT_THAT(Do("takeoff"), StartsWith("error Not joystick"));
  EXPECT_EQ(Do("land"), "ok");
  EXPECT_EQ(Do("land"), "ok");
  ExpectAt(0, 0, 0, 0);
  EXPECT_FALSE(drone_.flying());
}

TEST_F(DroneTest, FliesWhereItLooks) {
  TakeOff();
  EXPECT_EQ(Do("forward 100"), "ok");
  ExpectAt(100, 0, 80, 0);
  EXPECT_EQ(Do("cw 90"), "ok");
  EXPECT_EQ(Do("forward 50"), "ok");
  ExpectAt(100, -50, 80, 90);
  EXPECT_EQ(Do("left 30"), "ok");
  ExpectAt(130, -50, 80, 90);
  EXPECT_EQ(Do("go 20 -20 40 100"), "ok");
  ExpectAt(110, -70, 120, 90);
  EXPECT_EQ(Do("ccw 180"), "ok");
  EXPECT_EQ(Do("back 70"), "ok");
  EXPECT_EQ(Do("right 110"), "ok");
  ExpectAt(220, -140, 120, -90);
  EXPECT_EQ(Do("down 500"), "ok");
  ExpectAt(220, -140, kLowestCm, -90);
}

TEST_F(DroneTest, TakesItsTime) {
  TakeOff();
  EXPECT_EQ(Do("speed 20"), "ok");
  EXPECT_EQ(Begin("up 100"), std::nullopt);
  EXPECT_EQ(Wait(4999ms), std::nullopt);
  EXPECT_NEAR(drone_.telemetry().pose.z, 179.98, 1e-6);
  EXPECT_EQ(drone_.telemetry().vz, 2);
  EXPECT_EQ(Wait(1ms), "ok");
  ExpectAt(0, 0, 180, 0);
}

TEST_F(DroneTest, OneMotionAtATime) {
  TakeOff();
  EXPECT_EQ(Begin("forward 100"), std::nullopt);
  EXPECT_EQ(Wait(1s), std::nullopt);
  EXPECT_EQ(Begin("up 50"), "error Not joystick: forward is not over");
  EXPECT_EQ(Begin("height?"), "8dm\r\n");
  EXPECT_EQ(Begin("rc 100 100 100 100"), std::nullopt);
  EXPECT_EQ(Wait(1s), "ok");
  ExpectAt(100, 0, 80, 0);
}

TEST_F(DroneTest, StopLandAndEmergencyCutAMotionShort) {
  TakeOff();
  Begin("forward 100");
  Wait(1s);
  EXPECT_EQ(Do("stop"), "ok");
  ExpectAt(50, 0, 80, 0);
  Begin("up 200");
  Wait(1s);
  EXPECT_EQ(Begin("land"), std::nullopt);
  EXPECT_EQ(Begin("up 50"), "error Auto land: it is landing");
  EXPECT_EQ(Begin("land"), std::nullopt);
  EXPECT_EQ(Wait(1s), std::nullopt);
  EXPECT_EQ(Begin("emergency"), "ok");
  EXPECT_EQ(drone_.telemetry().gravity_z, 0);
  EXPECT_THAT(*Begin("land"), StartsWith("error Motor stop"));
  EXPECT_EQ(Wait(1s), std::nullopt);
  EXPECT_FALSE(drone_.flying());
  ExpectAt(50, 0, 0, 0);
}

TEST_F(DroneTest, StoppedLowItStaysLow) {
  Do("command");
  Begin("takeoff");
  Wait(150ms);
  EXPECT_EQ(Do("stop"), "ok");
  Wait(1s);
  ExpectAt(0, 0, 4, 0);
  EXPECT_EQ(Do("down 20"), "ok");
  ExpectAt(0, 0, 4, 0);
  EXPECT_EQ(Do("up 30"), "ok");
  ExpectAt(0, 0, 34, 0);
}

TEST_F(DroneTest, LandsWhenNobodySpeaks) {
  TakeOff();
  EXPECT_EQ(Wait(14999ms), std::nullopt);
  EXPECT_EQ(drone_.landing_reason(), "");
  EXPECT_EQ(Do("battery?"), "97\r\n");
  Wait(14999ms);
  EXPECT_EQ(drone_.landing_reason(), "");
  Wait(1ms);
  EXPECT_EQ(drone_.landing_reason(), "no command came");
  EXPECT_THAT(*Begin("up 50"), StartsWith("error Auto land"));
  EXPECT_EQ(Wait(1min), std::nullopt);
  EXPECT_FALSE(drone_.flying());
  TakeOff();
  EXPECT_EQ(drone_.landing_reason(), "");
}

// A long motion is no silence.
TEST_F(DroneTest, SilenceCountsFromTheEndOfAMotion) {
  TakeOff();
  Do("speed 10");
  EXPECT_EQ(Do("forward 500"), "ok");
  Wait(14s);
  EXPECT_TRUE(drone_.flying());
  EXPECT_EQ(drone_.landing_reason(), "");
}

TEST_F(DroneTest, FlipsWhileTheBatteryHolds) {
  TakeOff();
  Begin("flip l");
  Wait(750ms);
  EXPECT_EQ(drone_.telemetry().roll, -180);
  EXPECT_EQ(Wait(750ms), "ok");
  EXPECT_EQ(drone_.telemetry().roll, 0);
  NewDrone({.battery = 49.9});
  TakeOff();
  EXPECT_THAT(Do("flip f"), StartsWith("error Low battery"));
}

TEST_F(DroneTest, TheBatteryEmpties) {
  NewDrone({.battery = 9.9});
  Do("command");
  EXPECT_THAT(Do("takeoff"), StartsWith("error Low battery"));
  NewDrone({.battery = 10.1, .silence = 1h});
  TakeOff();
  Do("speed 10");
  Begin("forward 500");
  EXPECT_EQ(Wait(30s), std::nullopt);
  EXPECT_EQ(Wait(10s), "error Auto land: its battery is empty");
  EXPECT_EQ(Wait(10s), std::nullopt);
  EXPECT_FALSE(drone_.flying());
  EXPECT_EQ(Do("battery?"), "4\r\n");
}

TEST_F(DroneTest, SticksFlyArcs) {
  TakeOff();
  // A quarter turn a second at 50 pi cm/s: a circle of 100 cm around a point to the right.
  EXPECT_EQ(Begin("rc 0 0 0 90"), std::nullopt);
  Wait(2s);
  ExpectAt(0, 0, 80, 180);
  EXPECT_EQ(Begin("rc 0 100 0 90"), std::nullopt);
  Wait(4s);
  ExpectAt(0, 0, 80, 180);
  EXPECT_EQ(Begin("rc 100 0 -100 0"), std::nullopt);
  Wait(2s);
  ExpectAt(0, 200, kLowestCm, 180);
  EXPECT_EQ(Do("stop"), "ok");
  Wait(2s);
  ExpectAt(0, 200, kLowestCm, 180);
}

// Looking at it more often changes nothing.
TEST_F(DroneTest, TimeMayPassInAnyPieces) {
  Prng prng(7);
  const char* commands[] = {"takeoff", "up 40",           "rc 10 -20 30 40", "cw 77",       "stop",
                            "flip r",  "go 50 60 -20 33", "speed 70",        "forward 120", "land"};
  Drone often = drone_;
  Begin("command");
  often.Execute(*ParseCommand("command"), now_);
  for (int i = 0; i < 300; ++i) {
    const Command command = *ParseCommand(commands[prng.Between(0, std::size(commands) - 1)]);
    EXPECT_EQ(drone_.Execute(command, now_), often.Execute(command, now_));
    const Duration span(prng.Between(1, 8'000'000'000));
    std::optional<std::string> answer;
    for (int piece = 1; piece <= 10; ++piece) {
      if (const auto one = often.Advance(now_ + span * piece / 10)) answer = one;
    }
    EXPECT_EQ(Wait(span), answer) << i;
    const Pose pose = often.telemetry().pose;
    ExpectAt(pose.x, pose.y, pose.z, Heading(pose.yaw));
  }
}

TEST(DroneStateTest, IsReadBack) {
  Telemetry telemetry;
  telemetry.pose = {1, 2, 120.4, 270};
  telemetry.battery = 87;
  const std::string line = FormatState(telemetry);
  EXPECT_THAT(line, StartsWith("pitch:0;roll:0;yaw:-90;vgx:0;"));
  EXPECT_THAT(line, HasSubstr(";h:120;bat:87;baro:45.20;"));
  EXPECT_TRUE(line.ends_with(";\r\n"));
  EXPECT_TRUE(IsState(line));
  EXPECT_EQ(FindInState(line, "bat"), "87");
  EXPECT_EQ(FindInState(line, "ba"), std::nullopt);
  for (const char* other : {"", "ok", "pitch", "pitch:1", "pitch:1;\x1b:2;", "roll:1;pitch:2;"}) {
    EXPECT_FALSE(IsState(other)) << other;
  }
}

}  // namespace
}  // namespace sluice::drone
