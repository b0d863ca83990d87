// The room on the simulated network: whatever a kernel does to bytes, everybody hears the same.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "apps/chat/udp_control.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reactor/udp.h"
#include "tests/apps/chat_simulated.h"

namespace sluice::chat_test {
namespace {

// What ends connections is not what is asked for here.
sim::FaultKnobs LastingFaults(uint64_t seed) {
  Prng prng(seed);
  sim::FaultKnobs knobs = sim::FaultKnobs::Draw(prng);
  using sim::Fault;
  for (const Fault fault : {Fault::kAcceptOutOfFiles, Fault::kSocketOutOfFiles, Fault::kPeerReset,
                            Fault::kTimedOut, Fault::kSendFailed, Fault::kConnectRefused}) {
    knobs.ratios[static_cast<size_t>(fault)] = 0;
  }
  return knobs;
}

sim::WorldOptions World(uint64_t seed) {
  sim::WorldOptions options;
  options.seed = seed;
  options.faults = LastingFaults(seed);
  options.all_must_be_closed = false;  // the listener is not
  return options;
}

// The lines with a name in front.
std::vector<std::string> SaidIn(const std::string& heard) {
  std::vector<std::string> said;
  for (size_t begin = 0, end; (end = heard.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    const std::string line = heard.substr(begin, end - begin);
    if (line.rfind("guest-", 0) == 0) said.push_back(line);
  }
  return said;
}

TEST(SimulatedRoom, EverybodyHearsTheSameInTheSameOrder) {
  constexpr size_t kMembers = 5;
  constexpr size_t kLines = 12;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::array<RawClient::Seen, kMembers> seen;  // outlives the room's loop
    SimulatedRoom room(World(seed), seed % 2 == 0 ? "UTF-8" : "GBK");
    std::array<ConnectionId, kMembers> members;
    for (size_t i = 0; i < kMembers; ++i) members[i] = room.Connect(seen[i]);
    ASSERT_TRUE(room.TurnUntil([&] { return room.stats().entered == kMembers; }));
    Prng prng(seed);
    for (size_t line = 0; line < kLines; ++line) {
      for (size_t i = 0; i < kMembers; ++i) {
        room.Say(members[i], std::to_string(line) + " ");
        if (prng.Chance(1, 2)) room.Turn();
        room.Say(members[i], "of " + std::to_string(i) + "\n");
      }
    }
    ASSERT_TRUE(room.TurnUntil([&] {
      for (const RawClient::Seen& one : seen) {
        if (SaidIn(one.received).size() < kMembers * kLines) return false;
      }
      return true;
    }));
    const std::vector<std::string> first = SaidIn(seen[0].received);
    for (const RawClient::Seen& one : seen) EXPECT_EQ(SaidIn(one.received), first);
    for (size_t i = 0; i < kMembers; ++i) {
      std::vector<std::string> of_one;
      const std::string end = " of " + std::to_string(i);
      for (const std::string& line : first) {
        if (line.size() > end.size() && line.substr(line.size() - end.size()) == end) {
          of_one.push_back(line.substr(line.find(": ") + 2));
        }
      }
      ASSERT_EQ(of_one.size(), kLines);
      for (size_t line = 0; line < kLines; ++line) {
        EXPECT_EQ(of_one[line], std::to_string(line) + end);
      }
    }
  }
}

TEST(SimulatedRoom, WhoComesAndGoesAtAnyTimeLeavesNothingBehind) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::array<RawClient::Seen, 24> seen;
    sim::WorldOptions world = World(seed);
    Prng faults(seed);
    world.faults = sim::FaultKnobs::Draw(faults);  // connections may end, too
    SimulatedRoom room(world, "UTF-8", {.members_max = 8});
    Prng prng(seed);
    std::array<ConnectionId, 24> members;
    for (size_t i = 0; i < seen.size(); ++i) {
      members[i] = room.Connect(seen[i]);
      for (int turns = static_cast<int>(prng.Between(0, 20)); turns > 0; --turns) room.Turn();
      room.Say(members[prng.Between(0, i)], prng.Chance(1, 3) ? "/quit\n" : "hello\n");
      if (!prng.Chance(1, 3)) continue;
      if (Connection* connection = room.loop().Find(members[prng.Between(0, i)])) {
        prng.Chance(1, 2) ? connection->Abort() : connection->Close();
      }
    }
    for (const ConnectionId id : members) {
      if (Connection* connection = room.loop().Find(id)) connection->Close();
    }
    ASSERT_TRUE(room.TurnUntil([&] { return room.loop().stats().connections == 0; }, 200'000));
    EXPECT_EQ(room.stats().entered, room.stats().left);
    EXPECT_LE(room.stats().members_most, 8u);
  }
}

TEST(SimulatedRoom, AFastSpeakerIsReadAtItsPaceAndLosesNothing) {
  constexpr size_t kLines = 100;
  RawClient::Seen heard;
  RawClient::Seen spoken;
  sim::WorldOptions world = World(1);
  world.faults = {};
  SimulatedRoom room(world, "UTF-8", {}, {.speech = {.per_second = 10, .burst = 20}});
  Loop& loop = room.loop();
  room.Connect(heard);
  const ConnectionId speaker = room.Connect(spoken);
  ASSERT_TRUE(room.TurnUntil([&] { return room.stats().entered == 2; }));
  std::string lines;
  for (size_t i = 0; i < kLines; ++i) lines += "line\n";
  const TimePoint began = loop.now();
  room.Say(speaker, lines);
  loop.Find(speaker)->EndOutput();
  while (room.stats().said < kLines) {
    room.Turn();
    const std::chrono::duration<double> passed = loop.now() - began;
    ASSERT_LE(static_cast<double>(room.stats().said), 20 + 10 * passed.count() + 2);
    ASSERT_LE(passed.count(), 60) << room.stats().said;
  }
  ASSERT_TRUE(room.TurnUntil([&] { return SaidIn(heard.received).size() == kLines; }));
  ASSERT_TRUE(room.TurnUntil([&] { return room.stats().left == 1; }));
}

// Asks for its token, and proves itself.
class ProvingMember final : public DatagramHandler {
 public:
  ProvingMember(const Endpoint& room, bool& proved) : room_(room), proved_(proved) {}

  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override {
    for (const Datagram& datagram : batch) {
      const auto control = chat::UdpControl::Parse(datagram.bytes);
      if (!control.has_value()) continue;
      proved_ = control->kind == chat::UdpControl::kNoted;
      if (proved_) continue;
      socket.Send(room_, chat::UdpControl{chat::UdpControl::kProof, control->token}.ToBytes());
    }
  }

 private:
  const Endpoint room_;
  bool& proved_;
};

// The socket outlives the room's goodbye while its close is under way.
TEST(SimulatedRoom, NobodyFallsSilentInARoomThatCloses) {
  using std::chrono_literals::operator""ms;
  for (Duration before = 1ms; before <= 60ms; before += 1ms) {
    bool proved = false;
    sim::WorldOptions world = World(static_cast<uint64_t>(before.count()));
    world.faults = {};
    world.faults.ratios[static_cast<size_t>(sim::Fault::kLateClose)] = 1000;
    const Duration expire = 100ms;
    SimulatedRoom room(world, "UTF-8", {}, {}, {.expire = expire});
    Loop& loop = room.loop();
    DatagramSocket* socket = *loop.Bind(*Endpoint::Parse("127.0.0.1:0"), {},
                                        std::make_unique<ProvingMember>(room.udp(), proved));
    socket->Send(room.udp(), chat::UdpControl{}.ToBytes());
    ASSERT_TRUE(room.TurnUntil([&] { return proved; }));
    const TimePoint stop = loop.now() + expire - before;
    ASSERT_TRUE(room.TurnUntil([&] { return loop.now() >= stop; }));
    ASSERT_EQ(room.stats().expired, 0u);
    loop.Stop(std::chrono::hours(1));
    while (loop.Turn(loop.now() + 1ms)) {
    }
    EXPECT_EQ(room.stats().left, 1u);  // in the one way or in the other
  }
}

}  // namespace
}  // namespace sluice::chat_test
