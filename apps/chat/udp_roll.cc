#include "apps/chat/udp_roll.h"

#include <netinet/in.h>

#include <cstring>

namespace sluice::chat {
namespace {

constexpr size_t kPrefixBytes = 8;  // a /64

// What counts as one address; empty: loopback.
std::string AddressKey(const Endpoint& endpoint) {
  if (endpoint.family() == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, endpoint.address(), sizeof(v4));
    if (ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET) return "";
    return std::string(reinterpret_cast<const char*>(&v4.sin_addr), sizeof(v4.sin_addr));
  }
  if (endpoint.family() == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, endpoint.address(), sizeof(v6));
    if (IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr)) return "";
    const auto* bytes = reinterpret_cast<const char*>(&v6.sin6_addr);
    // An IPv4 address on an IPv6 socket has all it says in its last bytes.
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      return bytes[12] == IN_LOOPBACKNET ? "" : std::string(bytes + 12, 4);
    }
    return std::string(bytes, kPrefixBytes);
  }
  return "";  // unix-domain: the kernel vouches for it
}

}  // namespace

UdpMember* UdpRoll::Find(const Endpoint& endpoint) {
  const auto found = members_.find(endpoint);
  return found == members_.end() ? nullptr : found->second.get();
}

bool UdpRoll::AddressFull(const Endpoint& endpoint) const {
  const auto found = addresses_.find(AddressKey(endpoint));
  return found != addresses_.end() && found->second->unproved >= limits_.per_address_max;
}

UdpMember& UdpRoll::Add(const Endpoint& endpoint, TimePoint now) {
  auto& member = members_[endpoint];
  member = std::make_unique<UdpMember>(endpoint, limits_, now);
  if (const std::string key = AddressKey(endpoint); !key.empty()) {
    UdpAddress& address = AddressOf(key, now);
    ++address.members;
    ++address.unproved;
    member->address = &address;
  }
  by_age_.PushBack(*member);
  unproved_.PushBack(*member);
  Heard(*member, now);
  return *member;
}

UdpAddress& UdpRoll::AddressOf(const std::string& key, TimePoint now) {
  ForgetIdle(now);
  std::unique_ptr<UdpAddress>& address = addresses_[key];
  if (address == nullptr) {
    address = std::make_unique<UdpAddress>(key, limits_.unproved_bytes, now);
  } else if (address->members == 0) {
    address->Unlink();
    --idle_count_;
  }
  return *address;
}

void UdpRoll::ForgetIdle(TimePoint now) {
  while (idle_count_ > kIdleAddressesMax ||
         (idle_count_ > 0 && idle_.front().bytes.Full(limits_.unproved_bytes, now))) {
    addresses_.erase(std::string(idle_.front().key));
    --idle_count_;
  }
}

void UdpRoll::Heard(UdpMember& member, TimePoint now) {
  member.last_heard = now;
  member.datagrams_left = limits_.grant_datagrams;
  member.bytes_left = limits_.grant_bytes;
  member.told = false;
  member.base::ListNode<ByAge>::Unlink();
  by_age_.PushBack(member);
  if (member.proved) return;
  member.base::ListNode<UnprovedByAge>::Unlink();
  unproved_.PushBack(member);
}

void UdpRoll::Proved(UdpMember& member, TimePoint now) {
  member.last_proved = now;
  if (member.proved) return;
  member.proved = true;
  member.base::ListNode<UnprovedByAge>::Unlink();
  if (member.address != nullptr) --member.address->unproved;
}

void UdpRoll::Remove(UdpMember& member) {
  if (UdpAddress* address = member.address; address != nullptr) {
    if (!member.proved) --address->unproved;
    if (--address->members == 0) {
      idle_.PushBack(*address);
      ++idle_count_;
    }
  }
  members_.erase(Endpoint(member.endpoint));
}

bool UdpRoll::TakeFromAddress(UdpMember& member, size_t bytes, TimePoint now) {
  if (member.address == nullptr) return true;
  return member.address->bytes.Take(limits_.unproved_bytes, static_cast<double>(bytes), now);
}

UdpRoll::Send UdpRoll::MaySend(UdpMember& member, size_t bytes, TimePoint now) {
  if (Trusted(member, now)) return Send::kYes;
  if (member.datagrams_left <= 1 || member.bytes_left < bytes + kLastWordBytes) {
    return Send::kNoGrant;
  }
  if (!TakeFromAddress(member, bytes, now)) return Send::kAddressBusy;
  --member.datagrams_left;
  member.bytes_left -= bytes;
  return Send::kYes;
}

bool UdpRoll::MaySendLastWord(UdpMember& member, size_t bytes, TimePoint now) {
  if (Trusted(member, now)) return true;
  if (member.datagrams_left == 0 || member.bytes_left < bytes) return false;
  if (!TakeFromAddress(member, bytes, now)) return false;
  member.datagrams_left = 0;
  return true;
}

}  // namespace sluice::chat
