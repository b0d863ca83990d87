#include "apps/chat/udp_members.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace sluice::chat {
namespace {

// Below are ports of services (RFC 6335). A datagram that comes from one was sent by nobody who
// chats: somebody forged it so that the service and the room answer each other for ever.
constexpr uint16_t kClientPortMin = 1024;

// Of UDP over IPv4: 65,535 without the headers. The kernel sends no longer one (EMSGSIZE).
constexpr size_t kPayloadBytesMax = 65'507;

}  // namespace

UdpMembers::UdpMembers(Loop& loop, Room& room, RoomStats& stats, const UdpLimits& limits,
                       size_t message_bytes_max, std::optional<uint64_t> seed)
    : loop_(loop),
      room_(room),
      stats_(stats),
      message_bytes_max_(message_bytes_max),
      roll_(limits),
      random_(seed),
      expiry_(loop, [this] { Expire(); }) {
  room_.Add(*this);
}

UdpMembers::~UdpMembers() {
  room_.Remove(*this);
}

void UdpMembers::OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) {
  socket_ = &socket;
  for (const Datagram& datagram : batch) {
    ++stats_.datagrams;
    Take(datagram);
  }
}

void UdpMembers::Take(const Datagram& datagram) {
  const uint16_t port = datagram.peer->port();
  if (datagram.peer->is_ip() && (port < kClientPortMin || port == socket_->endpoint().port())) {
    ++stats_.from_services;
    return;
  }
  if (UdpControl::Looks(datagram.bytes)) return TakeControl(datagram);
  UdpMember* member = Sender(*datagram.peer);
  if (member == nullptr) return;
  if (datagram.truncated || datagram.bytes.size() > message_bytes_max_) {
    ++stats_.too_long;
    return Say(*member, absl::StrCat("not passed on: above ", message_bytes_max_, " bytes"));
  }
  if (datagram.bytes.empty()) return;  // a sign of life
  if (!roll_.MaySpeak(*member, now())) {
    ++stats_.too_often;
    return;
  }
  if (room_.SayDatagram(member, member->name, datagram.bytes)) return;
  ++stats_.too_long;
  Say(*member, kTooLongSpeltOut);
}

// Whoever sends is a member, a new one if need be; nullptr: there is no room for it.
UdpMember* UdpMembers::Sender(const Endpoint& peer) {
  UdpMember* member = roll_.Find(peer);
  if (member == nullptr) member = NewMember(peer);
  if (member != nullptr) roll_.Heard(*member, now());
  return member;
}

UdpMember* UdpMembers::NewMember(const Endpoint& peer) {
  if (roll_.AddressFull(peer)) {
    ++stats_.address_full;
    return nullptr;
  }
  if (!room_.HasRoom()) {
    ++stats_.refused_full;
    return nullptr;
  }
  UdpMember& member = roll_.Add(peer, now());
  member.name = absl::StrCat("udp-", room_.NextNumber());
  member.token = random_.Next();
  room_.CountEntered();
  if (!expiry_.armed()) expiry_.ArmAfter(roll_.limits().expire);
  return &member;
}

void UdpMembers::TakeControl(const Datagram& datagram) {
  const std::optional<UdpControl> control = UdpControl::Parse(datagram.bytes);
  if (!control.has_value()) return;
  if (control->kind == UdpControl::kLeave) return TakeLeave(*datagram.peer, control->token);
  // The others are the room's to say: of another room, whose address somebody forged.
  if (control->kind != UdpControl::kAsk && control->kind != UdpControl::kProof) return;
  UdpMember* member = Sender(*datagram.peer);
  if (member == nullptr) return;
  const bool proves = control->kind == UdpControl::kProof && control->token == member->token;
  if (proves && !member->proved) ++stats_.proved;
  if (proves) roll_.Proved(*member, now());
  Answer(*member, proves ? UdpControl::kNoted : UdpControl::kToken);
}

void UdpMembers::TakeLeave(const Endpoint& peer, uint64_t token) {
  UdpMember* member = roll_.Find(peer);
  if (member == nullptr || member->token != token) return;
  Answer(*member, UdpControl::kNoted);
  ++stats_.left;
  roll_.Remove(*member);
}

// As long as what it answers, and so no more than a sender could get at without the room.
void UdpMembers::Answer(const UdpMember& member, UdpControl::Kind kind) {
  Send(member, UdpControl{kind, member.token}.ToBytes());
}

void UdpMembers::Send(const UdpMember& member, std::string_view bytes) {
  if (socket_->Send(member.endpoint, bytes)) {
    ++stats_.datagrams_sent;
  } else {
    ++stats_.queue_full;
  }
}

void UdpMembers::Hear(const Message& message) {
  if (socket_ == nullptr) return;  // nobody came yet
  if (message.datagram.size() > kPayloadBytesMax) {
    ++stats_.too_long_to_send;
    return;
  }
  roll_.ForEach([&](UdpMember& member) {
    if (&member == message.not_for) return;
    switch (roll_.MaySend(member, message.datagram.size(), now())) {
      case UdpRoll::Send::kYes:
        return Send(member, message.datagram);
      case UdpRoll::Send::kAddressBusy:
        ++stats_.held_back_address;
        return;
      case UdpRoll::Send::kNoGrant:
        ++stats_.held_back;
        if (member.told) return;
        member.told = true;
        return SayLast(member, "more is said here: send anything to go on hearing it");
    }
  });
}

void UdpMembers::Say(UdpMember& member, std::string_view words) {
  const std::string bytes = room_.Notice(words).datagram;
  if (roll_.MaySend(member, bytes.size(), now()) == UdpRoll::Send::kYes) Send(member, bytes);
}

void UdpMembers::SayLast(UdpMember& member, std::string_view words) {
  const std::string bytes = room_.Notice(words).datagram;
  if (roll_.MaySendLastWord(member, bytes.size(), now())) Send(member, bytes);
}

void UdpMembers::Expire() {
  const Duration expire = roll_.limits().expire;
  for (UdpMember* member; (member = roll_.Oldest()) != nullptr;) {
    if (member->last_heard + expire > now()) return expiry_.ArmAt(member->last_heard + expire);
    ++stats_.expired;
    ++stats_.left;
    SayLast(*member,
            absl::StrCat("you were silent for ", absl::FormatDuration(absl::FromChrono(expire)),
                         ": send anything to come back"));
    roll_.Remove(*member);
  }
}

void UdpMembers::AppendNames(size_t max, std::vector<std::string>& names) const {
  roll_.ForEach([&](const UdpMember& member) {
    if (max == 0) return;
    --max;
    names.push_back(member.name);
  });
}

bool UdpMembers::MakeRoom() {
  UdpMember* member = roll_.OldestUnproved();
  if (member == nullptr) return false;
  ++stats_.evicted;
  ++stats_.left;
  roll_.Remove(*member);
  return true;
}

void UdpMembers::OnStop(DatagramSocket& socket) {
  room_.Closing();
  roll_.ForEach([&](UdpMember& member) { SayLast(member, "the room closes"); });
  socket.Close();
  socket_ = nullptr;
  // Nobody is left to fall silent while other members take their last lines.
  expiry_.Cancel();
  for (UdpMember* member; (member = roll_.Oldest()) != nullptr;) {
    ++stats_.left;
    roll_.Remove(*member);
  }
}

}  // namespace sluice::chat
