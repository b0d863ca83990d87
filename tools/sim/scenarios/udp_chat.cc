// Members on several hosts talk through a server that passes on what it hears, or straight to a
// group or to everybody: what is heard was said, whole or marked as cut; what is missing was lost
// by a fault or counted as a drop.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "reactor/loop.h"
#include "reactor/udp.h"
#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/scenarios.h"
#include "tools/sim/scenarios/visits.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;
using sim::Fault;
using sim::SimHost;

// A message begins with who says it, which of theirs it is, and its length; what follows is drawn
// from these.
struct Header {
  uint32_t speaker = 0;
  uint32_t number = 0;
  uint32_t bytes = 0;
};

std::string Message(const Header& header) {
  Prng prng(uint64_t{header.speaker} << 40 ^ uint64_t{header.number} << 20 ^ header.bytes);
  std::string message(sizeof(header), '\0');
  std::memcpy(message.data(), &header, sizeof(header));
  while (message.size() < header.bytes) {
    const uint64_t next = prng.Next();
    const size_t piece = std::min<size_t>(sizeof(next), header.bytes - message.size());
    message.append(reinterpret_cast<const char*>(&next), piece);
  }
  return message;
}

// What all sockets of a trial have in common.
struct Chat {
  explicit Chat(Trial& t) : trial(t) {
    const auto off = [&t](Fault fault) {
      return t.options.faults.ratios[static_cast<size_t>(fault)] == 0;
    };
    once = off(Fault::kDatagramDuplicate);
    all_arrive = once && off(Fault::kDatagramLoss);
    in_order = off(Fault::kDatagramReorder) && off(Fault::kSegmentDelay) &&
               t.options.network.jitter == Duration(0);
  }

  // The next message of this speaker.
  std::string Say(uint32_t speaker, uint32_t bytes) {
    if (said.size() <= speaker) said.resize(speaker + 1);
    const auto number = static_cast<uint32_t>(said[speaker].size());
    said[speaker].push_back(bytes);
    return Message({speaker, number, bytes});
  }

  // The message that a datagram is, or is the front of.
  Header Check(const Datagram& datagram) {
    Header header;
    trial.Expect(datagram.bytes.size() >= sizeof(header), "a datagram is shorter than any sent");
    std::memcpy(&header, datagram.bytes.data(), sizeof(header));
    trial.Expect(header.speaker < said.size() && header.number < said[header.speaker].size() &&
                     header.bytes == said[header.speaker][header.number],
                 "a datagram came that nobody sent");
    const std::string message = Message(header);
    trial.Expect(message.starts_with(datagram.bytes), "a datagram's bytes changed on their way");
    trial.Expect(datagram.wire_bytes == message.size(), "a datagram's length as sent is wrong");
    trial.Expect(datagram.truncated == (datagram.bytes.size() < message.size()),
                 "a datagram is cut and not marked so, or marked so and whole");
    if (datagram.truncated) ++cut;
    return header;
  }

  Trial& trial;
  std::vector<std::vector<uint32_t>> said;  // lengths, by speaker
  uint64_t cut = 0;                         // datagrams truncated
  bool once = false;                        // no datagram is doubled
  bool all_arrive = false;                  // nor lost on its way
  bool in_order = false;                    // nor overtaken
};

// Passes every whole message on to everybody it has heard of.
class ChatServer : public DatagramHandler {
 public:
  explicit ChatServer(Chat& chat) : chat_(chat) {}

  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override {
    for (const Datagram& datagram : batch) {
      chat_.Check(datagram);
      if (datagram.truncated) continue;
      if (OwedTo(*datagram.peer) == nullptr) owed_.emplace_back(*datagram.peer, 0);
      for (auto& [member, owed] : owed_) {
        if (socket.Send(member, datagram.bytes)) ++owed;
      }
    }
  }

  // How many messages were passed on to it; nullptr: never heard of.
  uint64_t* OwedTo(const Endpoint& member) {
    for (auto& [known, owed] : owed_) {
      if (known == member) return &owed;
    }
    return nullptr;
  }

 private:
  Chat& chat_;
  std::vector<std::pair<Endpoint, uint64_t>> owed_;
};

// Says its messages at times of its own to one endpoint, and listens, with pauses.
class Member : public DatagramHandler {
 public:
  Member(Chat& chat, Loop& loop, uint32_t number, const Endpoint& to)
      : chat_(chat),
        draw_(chat.trial.draw()),
        number_(number),
        to_(to),
        left_(draw_.Between(1, 10)),
        speak_(loop, [this] { Speak(); }),
        listen_(loop, [this] { socket_->ResumeReading(); }) {}

  void Begin(DatagramSocket& socket) {
    socket_ = &socket;
    speak_.ArmAfter(Duration(draw_.Between(1, 50'000'000)));
  }
  bool done() const { return left_ == 0 && !listen_.armed(); }
  uint64_t heard() const { return heard_; }

  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override {
    Trial& trial = chat_.trial;
    for (const Datagram& datagram : batch) {
      const Header header = chat_.Check(datagram);
      ++heard_;
      const auto [last, is_first] = last_.try_emplace(header.speaker, header.number);
      if (!is_first && chat_.in_order) {
        trial.Expect(header.number > last->second || (!chat_.once && header.number == last->second),
                     "a datagram was overtaken, or came twice, on a network that does neither");
        last->second = header.number;
      }
      if (chat_.once) {
        const uint64_t key = uint64_t{header.speaker} << 32 | header.number;
        trial.Expect(seen_.emplace(key, true).second, "a datagram came twice");
      }
    }
    if (draw_.Chance(1, 16) && left_ > 0) {
      socket.PauseReading();
      listen_.ArmAfter(Duration(draw_.Between(1, 200'000'000)));
    }
  }

 private:
  void Speak() {
    --left_;
    // More at once than leaves in one batch, now and then.
    const uint64_t burst_max = draw_.Chance(1, 64) ? 2 * Backend::kSendDatagramsMax : 3;
    for (uint64_t burst = draw_.Between(1, burst_max); burst > 0; --burst) {
      const uint64_t most = draw_.Chance(1, 16) ? 9000 : 300;
      socket_->Send(to_, chat_.Say(number_, static_cast<uint32_t>(draw_.Between(12, most))));
    }
    if (left_ > 0) speak_.ArmAfter(Duration(draw_.Between(1, 50'000'000)));
  }

  Chat& chat_;
  Prng& draw_;
  const uint32_t number_;
  const Endpoint to_;
  uint64_t left_;
  Timer speak_, listen_;
  DatagramSocket* socket_ = nullptr;
  uint64_t heard_ = 0;
  absl::flat_hash_map<uint32_t, uint32_t> last_;  // message, by speaker
  absl::flat_hash_map<uint64_t, bool> seen_;
};

struct Place {  // a socket, and what the network knows it by
  DatagramSocket* socket = nullptr;
  sim::DatagramKey key;
  bool listens = true;  // to the group
};

DatagramSocketOptions DrawOptions(Prng& draw) {
  DatagramSocketOptions options;
  if (draw.Chance(1, 4)) options.receive_bytes_max = draw.Between(sizeof(Header), 400);
  if (draw.Chance(1, 4)) options.send_queue_bytes_max = draw.Between(500, 20'000);
  if (draw.Chance(1, 3)) {
    options.socket.Set(socket_option::kReceiveBufferBytes, static_cast<int>(draw.Between(1, 6000)));
  }
  return options;
}

class ChatTrial {
 public:
  explicit ChatTrial(Trial& trial) : trial_(trial), chat_(trial) {}

  void ThroughServer() {
    SimHost& host = AddHost();
    auto handler = std::make_unique<ChatServer>(chat_);
    ChatServer& server = *handler;
    Endpoint endpoint = host.address();
    endpoint.set_port(9);
    Bind(host, *loops_.back(), endpoint, {}, std::move(handler));
    for (uint64_t hosts = trial_.draw().Between(1, 4); hosts > 0; --hosts) {
      SimHost& home = AddHost();
      for (uint64_t here = trial_.draw().Between(1, 3); here > 0; --here) {
        AddMember(home, home.address(), endpoint, DrawOptions(trial_.draw()));
      }
    }
    Converse();
    if (Count(Fault::kDatagramDuplicate) + lost() == 0) {
      for (size_t i = 0; i < members_.size(); ++i) {
        const uint64_t* owed = server.OwedTo(places_[i + 1].socket->endpoint());
        trial_.Expect(members_[i]->heard() == (owed == nullptr ? 0 : *owed),
                      "a member did not get all that was passed on to it");
      }
      trial_.Tally("chats in which nothing was lost");
    }
  }

  // One member a host, who all have the same port; what one says reaches all of them.
  void ToAll(bool broadcast) {
    const Endpoint to = *Endpoint::Parse(broadcast ? "255.255.255.255:5000" : "239.1.2.3:5000");
    for (uint64_t hosts = trial_.draw().Between(1, 6); hosts > 0; --hosts) {
      DatagramSocketOptions options = DrawOptions(trial_.draw());
      const bool listens = broadcast || !chat_.all_arrive || trial_.draw().Chance(3, 4);
      if (broadcast) {
        options.socket.Set(socket_option::kBroadcast, true);
      } else if (listens) {
        ip_mreqn join{};
        join.imr_multiaddr.s_addr = htonl(0xef010203);
        options.socket.Set(socket_option::kMulticastJoin, join);
      }
      AddMember(AddHost(), *Endpoint::Parse(":5000"), to, std::move(options));
      places_.back().listens = listens;
    }
    copies_ = static_cast<uint64_t>(std::count_if(
        places_.begin(), places_.end(), [](const Place& place) { return place.listens; }));
    Converse();
    for (size_t i = 0; i < members_.size(); ++i) {
      trial_.Expect(places_[i].listens || members_[i]->heard() == 0,
                    "a member heard a group it had not joined");
    }
  }

 private:
  SimHost& AddHost() {
    SimHost& host = trial_.world().AddHost();
    BackendOptions options = SmallBuffers();
    options.datagram_buffers = trial_.draw().Chance(1, 2) ? 1 : 4;
    loops_.push_back(&trial_.run().AddLoop(host, options));
    return host;
  }

  void Bind(SimHost& host, Loop& loop, const Endpoint& endpoint, DatagramSocketOptions options,
            std::unique_ptr<DatagramHandler> handler) {
    auto socket = loop.Bind(endpoint, std::move(options), std::move(handler));
    trial_.Expect(socket.ok(), "a datagram socket could not be bound");
    places_.push_back({*socket, host.datagram_sockets.back()});
  }

  void AddMember(SimHost& host, const Endpoint& at, const Endpoint& to,
                 DatagramSocketOptions options) {
    const auto number = static_cast<uint32_t>(members_.size());
    auto member = std::make_unique<Member>(chat_, *loops_.back(), number, to);
    members_.push_back(member.get());
    Bind(host, *loops_.back(), at, std::move(options), std::move(member));
    members_.back()->Begin(*places_.back().socket);
  }

  uint64_t Count(Fault fault) const { return FaultCount(trial_, fault); }
  template <class What>
  uint64_t SumOf(What what) const {
    uint64_t sum = 0;
    for (const Place& place : places_) sum += what(place.socket->stats());
    return sum;
  }
  uint64_t received() const {
    return SumOf([](const DatagramStats& stats) { return stats.received; });
  }
  uint64_t lost() const {
    return Count(Fault::kDatagramLoss) + Count(Fault::kDatagramOverflow) +
           Count(Fault::kSendToRefused) +
           SumOf([](const DatagramStats& stats) { return stats.queue_drops; });
  }
  // Every datagram sent is received, or lost by a fault, or dropped at a full socket.
  bool Settled() const {
    const uint64_t sent = SumOf([](const DatagramStats& stats) { return stats.sent; });
    return received() + Count(Fault::kDatagramOverflow) + Count(Fault::kDatagramLoss) ==
           sent * copies_ + Count(Fault::kDatagramDuplicate);
  }

  void Converse() {
    trial_.RunUntil(
        [&] {
          return std::all_of(members_.begin(), members_.end(),
                             [](const Member* member) { return member->done(); });
        },
        1h, "a member never came to its end");
    trial_.RunUntil([&] { return Unsent() == 0 && Settled(); }, 1h,
                    "datagrams went missing and nothing counted them");
    trial_.run().For(1min);
    trial_.Expect(Settled(), "datagrams came that nobody sent");
    CheckStats();
    LearnDrops();
  }

  uint64_t Unsent() const {
    uint64_t unsent = 0;
    for (const Place& place : places_) {
      unsent += place.socket->unsent_bytes();
    }
    return unsent;
  }

  void CheckStats() {
    uint64_t drops = 0;
    for (const Place& place : places_) {
      const uint32_t dropped = trial_.world().network().DatagramDrops(place.key);
      drops += dropped;
      trial_.Expect(place.socket->stats().kernel_drops <= dropped, "more drops told than happened");
    }
    trial_.Expect(drops == Count(Fault::kDatagramOverflow), "a drop was counted at no socket");
    const auto refused = [](const DatagramStats& stats) { return stats.refused; };
    trial_.Expect(SumOf(refused) == Count(Fault::kSendToRefused),
                  "a refused datagram was not counted, or one that was not refused");
    const auto truncated = [](const DatagramStats& stats) { return stats.truncated; };
    trial_.Expect(SumOf(truncated) == chat_.cut, "a datagram was cut and not counted");
    uint64_t heard = 0;
    for (const Member* member : members_) heard += member->heard();
    trial_.Expect(heard <= received(), "a handler got what its socket did not receive");
    trial_.Tally("datagrams received", received());
    trial_.Tally("datagrams received cut", SumOf(truncated));
    trial_.Tally("datagrams dropped at a full socket", drops);
    trial_.Tally("datagrams dropped at a full send queue",
                 SumOf([](const DatagramStats& stats) { return stats.queue_drops; }));
  }

  // A socket learns of its drops with the next datagram (SO_RXQ_OVFL): one that comes through.
  void LearnDrops() {
    for (const Place& place : places_) {
      const uint32_t dropped = trial_.world().network().DatagramDrops(place.key);
      if (!place.listens) continue;
      const auto learnt = [&] { return place.socket->stats().kernel_drops == dropped; };
      constexpr int kTries = 1000;
      for (int i = 0; i < kTries && !learnt(); ++i) {
        Endpoint to = place.socket->endpoint();
        if (to == *Endpoint::Parse(":5000")) to = *Endpoint::Parse("127.0.0.1:5000");
        place.socket->Send(to, chat_.Say(0, sizeof(Header)));
        trial_.run().For(2s);
      }
      trial_.Expect(learnt(), "a socket was never told of its drops");
    }
  }

  Trial& trial_;
  Chat chat_;
  std::vector<Loop*> loops_;
  std::vector<Place> places_;
  std::vector<Member*> members_;  // handlers of the last of them
  uint64_t copies_ = 1;           // that one datagram becomes
};

}  // namespace

void UdpChat(Trial& trial) {
  trial.Start();
  ChatTrial chat(trial);
  const uint64_t way = trial.draw().Between(0, 5);
  if (way > 1) {
    chat.ThroughServer();
  } else {
    chat.ToAll(/*broadcast=*/way == 0);
  }
  trial.End();
}

}  // namespace sluice::simulate
