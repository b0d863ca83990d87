// A room on the simulated network, with clients on the same loop.
#ifndef SLUICE_TESTS_APPS_CHAT_SIMULATED_H_
#define SLUICE_TESTS_APPS_CHAT_SIMULATED_H_

#include <memory>
#include <string>
#include <string_view>

#include "apps/chat/room.h"
#include "apps/chat/stream_member.h"
#include "apps/chat/udp_members.h"
#include "reactor/loop.h"
#include "reactor/sim/sim_world.h"
#include "tests/fuzz/raw_client.h"

namespace sluice::chat_test {

class SimulatedRoom {
 public:
  SimulatedRoom(const sim::WorldOptions& world, std::string_view encoding,
                const chat::RoomOptions& options = {}, const chat::StreamLimits& limits = {},
                const chat::UdpLimits& datagram = {})
      : limits_(limits),
        wire_(*chat::Wire::Create(encoding)),
        room_(options, wire_, stats_),
        world_(world),
        loop_(world_.MakeBackend(world_.AddHost())) {
    const Endpoint any = *Endpoint::Parse("127.0.0.1:0");
    tcp_ = (*loop_.Listen(any, chat::ListenerOptionsOf(limits_, any),
                          chat::MakeTcpMembers(room_, wire_, limits_)))
               ->endpoint();
    auto members = std::make_unique<chat::UdpMembers>(loop_, room_, stats_, datagram,
                                                      limits_.message_bytes_max, /*seed=*/1);
    udp_ = (*loop_.Bind(any, {}, std::move(members)))->endpoint();
  }

  ConnectionId Connect(RawClient::Seen& seen) {
    return loop_.Connect(tcp_, {}, std::make_unique<RawClient>(seen));
  }
  void Say(ConnectionId id, std::string_view bytes) {
    if (Connection* connection = loop_.Find(id)) connection->Send(bytes);
  }
  void Turn() { loop_.Turn(loop_.now() + std::chrono::milliseconds(1)); }
  template <class Condition>
  bool TurnUntil(Condition condition, int turns_max = 20'000) {
    for (int turn = 0; turn < turns_max; ++turn) {
      if (condition()) return true;
      Turn();
    }
    return condition();
  }

  Loop& loop() { return loop_; }
  const Endpoint& udp() const { return udp_; }
  const chat::RoomStats& stats() const { return stats_; }

 private:
  chat::RoomStats stats_;
  const chat::StreamLimits limits_;
  chat::Wire wire_;
  chat::Room room_;
  sim::SimWorld world_;
  Loop loop_;
  Endpoint tcp_;
  Endpoint udp_;
};

}  // namespace sluice::chat_test

#endif  // SLUICE_TESTS_APPS_CHAT_SIMULATED_H_
