// The room's datagram socket: any datagram makes its sender a member, and goes to every member.
#ifndef SLUICE_APPS_CHAT_UDP_MEMBERS_H_
#define SLUICE_APPS_CHAT_UDP_MEMBERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/chat/room.h"
#include "apps/chat/udp_control.h"
#include "apps/chat/udp_roll.h"
#include "protocols/websocket_sender.h"
#include "reactor/loop.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice::chat {

class UdpMembers final : public DatagramHandler, public DatagramMembers {
 public:
  // `room` and `stats` outlive it. With a seed its tokens can be foreseen, for tests.
  UdpMembers(Loop& loop, Room& room, RoomStats& stats, const UdpLimits& limits,
             size_t message_bytes_max, std::optional<uint64_t> seed = std::nullopt);
  ~UdpMembers() override;

  // DatagramHandler.
  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override;
  void OnStop(DatagramSocket& socket) override;

  // DatagramMembers.
  void Hear(const Message& message) override;
  size_t count() const override { return roll_.count(); }
  void AppendNames(size_t max, std::vector<std::string>& names) const override;
  bool MakeRoom() override;

 private:
  void Take(const Datagram& datagram);
  UdpMember* Sender(const Endpoint& peer);
  UdpMember* NewMember(const Endpoint& peer);
  void TakeControl(const Datagram& datagram);
  void TakeLeave(const Endpoint& peer, uint64_t token);
  void Answer(const UdpMember& member, UdpControl::Kind kind);
  void Send(const UdpMember& member, std::string_view bytes);
  void Say(UdpMember& member, std::string_view words);
  void SayLast(UdpMember& member, std::string_view words);
  void Expire();
  TimePoint now() const { return loop_.now(); }

  Loop& loop_;
  Room& room_;
  RoomStats& stats_;
  const size_t message_bytes_max_;
  UdpRoll roll_;
  WebSocketRandom random_;
  Timer expiry_;
  DatagramSocket* socket_ = nullptr;  // until somebody came, and once it closes
};

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_UDP_MEMBERS_H_
