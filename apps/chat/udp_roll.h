// Who hears the room through datagrams, and how much each may be sent. Knows no socket and no clock
// but the times it is told.
//
// A datagram's source address can be forged: then somebody who never asked would get what the room
// says. So what is sent to a member who has not proved that it receives is bounded:
//
//   - each datagram of its own grants it so many datagrams and bytes; grants do not add up;
//   - all unproved members of one address together are sent so many bytes a second;
//   - an address has so many unproved members.
//
// The last two do not hold for loopback addresses, which nobody elsewhere can forge (the kernel
// drops packets that come in from outside with one). An IPv6 address stands for its /64 prefix: who
// has one has all of it.
#ifndef SLUICE_APPS_CHAT_UDP_ROLL_H_
#define SLUICE_APPS_CHAT_UDP_ROLL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "apps/chat/pace.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/list.h"
#include "reactor/base/time.h"

namespace sluice::chat {

struct UdpLimits {
  size_t grant_datagrams = 1000;
  size_t grant_bytes = 64 << 10;
  Rate unproved_bytes{.per_second = 16 << 10, .burst = 64 << 10};  // of one address
  size_t per_address_max = 64;                                     // unproved members
  Duration expire = std::chrono::minutes(10);                      // without a datagram
  Rate speech{.per_second = 50, .burst = 1000};                    // datagrams of one member
};

// The members of one address. Outlives the last of them until what it was sent is long enough ago:
// else whoever makes its members come and go would have it sent a burst each time.
struct UdpAddress : base::ListNode<struct IdleByAge> {
  UdpAddress(std::string_view k, const Rate& rate, TimePoint now) : key(k), bytes(rate, now) {}

  std::string key;
  size_t members = 0;
  size_t unproved = 0;
  Pace bytes;
};

// An address and port.
struct UdpMember : base::ListNode<struct ByAge>, base::ListNode<struct UnprovedByAge> {
  UdpMember(const Endpoint& e, const UdpLimits& limits, TimePoint now)
      : endpoint(e), speech(limits.speech, now) {}

  Endpoint endpoint;
  std::string name;
  uint64_t token = 0;  // to be sent back as a proof
  bool proved = false;
  bool told = false;  // that its grant is used up
  size_t datagrams_left = 0;
  size_t bytes_left = 0;
  TimePoint last_heard;
  TimePoint last_proved;  // where `proved`
  Pace speech;
  UdpAddress* address = nullptr;  // nullptr: loopback
};

class UdpRoll {
 public:
  // What the room itself may say to one whose grant is used up is kept back from it.
  static constexpr size_t kLastWordBytes = 128;

  // Our programs prove themselves every 15 s. One that has not for longer may have gone, and its
  // address belong to somebody else: what it is sent is bounded again by what it last granted.
  // Other datagrams of its do not count, for they can be forged.
  static constexpr Duration kProofHolds = std::chrono::seconds(60);

  // Addresses without members that are remembered, the latest. To have one of them forgotten takes
  // a datagram from each of as many others: more than the burst that brings.
  static constexpr size_t kIdleAddressesMax = 16 << 10;

  explicit UdpRoll(const UdpLimits& limits) : limits_(limits) {}

  UdpMember* Find(const Endpoint& endpoint);
  bool AddressFull(const Endpoint& endpoint) const;
  // Not a member yet.
  UdpMember& Add(const Endpoint& endpoint, TimePoint now);
  // It sent something: its silence begins anew, and so does its grant.
  void Heard(UdpMember& member, TimePoint now);
  // It sent back its token.
  void Proved(UdpMember& member, TimePoint now);
  void Remove(UdpMember& member);

  enum class Send : uint8_t { kYes, kNoGrant, kAddressBusy };
  // Whether `bytes` may go to it; takes them from what it has left.
  Send MaySend(UdpMember& member, size_t bytes, TimePoint now);
  // The same for one last word of the room, out of what is kept back for it.
  bool MaySendLastWord(UdpMember& member, size_t bytes, TimePoint now);
  // Whether what it says is to be passed on.
  bool MaySpeak(UdpMember& member, TimePoint now) {
    return member.speech.Take(limits_.speech, 1, now);
  }

  // The member silent for the longest time, of all or of the unproved; nullptr: there is none.
  UdpMember* Oldest() { return by_age_.empty() ? nullptr : &by_age_.front(); }
  UdpMember* OldestUnproved() { return unproved_.empty() ? nullptr : &unproved_.front(); }

  size_t count() const { return members_.size(); }
  size_t idle_addresses() const { return idle_count_; }
  const UdpLimits& limits() const { return limits_; }
  // The visitor adds and removes nobody.
  template <class Visit>
  void ForEach(Visit visit) const {
    for (const auto& [endpoint, member] : members_) visit(*member);
  }

 private:
  static bool Trusted(const UdpMember& member, TimePoint now) {
    return member.proved && now - member.last_proved < kProofHolds;
  }
  UdpAddress& AddressOf(const std::string& key, TimePoint now);
  void ForgetIdle(TimePoint now);
  bool TakeFromAddress(UdpMember& member, size_t bytes, TimePoint now);

  const UdpLimits limits_;
  absl::flat_hash_map<std::string, std::unique_ptr<UdpAddress>> addresses_;
  absl::flat_hash_map<Endpoint, std::unique_ptr<UdpMember>> members_;
  base::List<UdpMember, ByAge> by_age_;  // least recently heard first
  base::List<UdpMember, UnprovedByAge> unproved_;
  base::List<UdpAddress, IdleByAge> idle_;  // without members, the longest first
  size_t idle_count_ = 0;
};

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_UDP_ROLL_H_
