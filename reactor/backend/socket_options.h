// Typed socket options: each constant says which kernel option it is and which type it takes, so
// that a wrong value does not compile.
//
//   SocketOptions options;
//   options.Set(socket_option::kNoDelay, true).Set(socket_option::kKeepAliveIdle, 30s);
//
// They are applied in order, before bind(2) and listen(2), so that accepted sockets inherit them
// (tcp(7)). A refused option fails the set-up and names itself, except those marked Try, which ask
// for what some kernels have.
#ifndef SLUICE_REACTOR_BACKEND_SOCKET_OPTIONS_H_
#define SLUICE_REACTOR_BACKEND_SOCKET_OPTIONS_H_

#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice {

// The name of an option of value type T: bool, int, std::chrono::seconds, milliseconds or
// microseconds, std::string (a name, as TCP_CONGESTION takes), or a struct the kernel defines.
template <class T>
struct SocketOption {
  int level;
  int name;
  const char* label;  // as the man pages call it
};

// One option with its value as setsockopt(2) takes it.
struct RawSocketOption {
  int level = 0;
  int name = 0;
  const char* label = "";
  std::string value;
  bool required = true;
  std::string about{};  // what a refusal says beside the label: "group 239.1.2.3 on interface 2"
};

namespace socket_option_internal {

template <class T>
constexpr bool kIsCount = std::is_same_v<T, bool> || std::is_same_v<T, int>;
template <class T>
struct IsDuration : std::false_type {};
template <class Rep, class Period>
struct IsDuration<std::chrono::duration<Rep, Period>> : std::true_type {};

template <class T>
std::string ToBytes(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (kIsCount<T> || IsDuration<T>::value) {
    int number = 0;
    if constexpr (IsDuration<T>::value) {
      number = static_cast<int>(value.count());
    } else {
      number = static_cast<int>(value);
    }
    return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
  } else {
    static_assert(std::is_trivially_copyable_v<T>, "setsockopt copies plain structs only");
    return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
  }
}

template <class T>
T FromBytes(const std::string& bytes) {
  if constexpr (std::is_same_v<T, std::string>) {
    return std::string(bytes.c_str());
  } else if constexpr (kIsCount<T> || IsDuration<T>::value) {
    int number = 0;
    std::memcpy(&number, bytes.data(),
                bytes.size() < sizeof(number) ? bytes.size() : sizeof(number));
    return T(number);
  } else {
    T value{};
    std::memcpy(&value, bytes.data(), bytes.size() < sizeof(value) ? bytes.size() : sizeof(value));
    return value;
  }
}

}  // namespace socket_option_internal

// What GetOption of a backend takes: the option with as many bytes as its type needs.
template <class T>
RawSocketOption RawSocketOptionFor(SocketOption<T> option) {
  std::string room = std::is_same_v<T, std::string> ? std::string(256, '\0')
                                                    : socket_option_internal::ToBytes<T>(T{});
  return {option.level, option.name, option.label, std::move(room)};
}

// Typed options for an open socket. Derived has
//   absl::Status SetRawOption(const RawSocketOption& option);
//   absl::StatusOr<std::string> GetRawOption(const RawSocketOption& option) const;
// and may keep them to itself and this class.
template <class Derived>
class OpenSocketOptions {
 public:
  template <class T>
  absl::Status SetOption(SocketOption<T> option, std::type_identity_t<T> value) {
    return static_cast<Derived*>(this)->SetRawOption(
        {option.level, option.name, option.label, socket_option_internal::ToBytes<T>(value)});
  }
  template <class T>
  absl::StatusOr<T> GetOption(SocketOption<T> option) const {
    absl::StatusOr<std::string> value =
        static_cast<const Derived*>(this)->GetRawOption(RawSocketOptionFor(option));
    if (!value.ok()) return value.status();
    return socket_option_internal::FromBytes<T>(*value);
  }

 private:
  friend Derived;
  OpenSocketOptions() = default;
};

class SocketOptions {
 public:
  template <class T>
  SocketOptions& Set(SocketOption<T> option, std::type_identity_t<T> value) {
    return Add(option, value, /*required=*/true);
  }

  // As Set, but a kernel that refuses it is no error.
  template <class T>
  SocketOptions& Try(SocketOption<T> option, std::type_identity_t<T> value) {
    return Add(option, value, /*required=*/false);
  }

  // As Set, for options made elsewhere.
  SocketOptions& SetRaw(RawSocketOption option) {
    entries_.push_back(std::move(option));
    return *this;
  }

  // Those of `others` after ours: where both set one, theirs holds.
  SocketOptions& Append(const SocketOptions& others) {
    entries_.insert(entries_.end(), others.entries_.begin(), others.entries_.end());
    return *this;
  }

  const std::vector<RawSocketOption>& entries() const { return entries_; }

 private:
  template <class T>
  SocketOptions& Add(SocketOption<T> option, const T& value, bool required) {
    entries_.push_back({option.level, option.name, option.label,
                        socket_option_internal::ToBytes<T>(value), required});
    return *this;
  }

  std::vector<RawSocketOption> entries_;
};

namespace socket_option {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// socket(7)
inline constexpr SocketOption<bool> kReuseAddress{SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"};
inline constexpr SocketOption<bool> kReusePort{SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT"};
inline constexpr SocketOption<bool> kKeepAlive{SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE"};
inline constexpr SocketOption<bool> kBroadcast{SOL_SOCKET, SO_BROADCAST, "SO_BROADCAST"};
inline constexpr SocketOption<bool> kDontRoute{SOL_SOCKET, SO_DONTROUTE, "SO_DONTROUTE"};
inline constexpr SocketOption<bool> kOutOfBandInline{SOL_SOCKET, SO_OOBINLINE, "SO_OOBINLINE"};
inline constexpr SocketOption<linger> kLinger{SOL_SOCKET, SO_LINGER, "SO_LINGER"};
inline constexpr SocketOption<int> kReceiveBufferBytes{SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF"};
inline constexpr SocketOption<int> kSendBufferBytes{SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF"};
inline constexpr SocketOption<int> kReceiveBufferBytesForce{SOL_SOCKET, SO_RCVBUFFORCE,
                                                            "SO_RCVBUFFORCE"};
inline constexpr SocketOption<int> kSendBufferBytesForce{SOL_SOCKET, SO_SNDBUFFORCE,
                                                         "SO_SNDBUFFORCE"};
inline constexpr SocketOption<int> kReceiveLowWater{SOL_SOCKET, SO_RCVLOWAT, "SO_RCVLOWAT"};
inline constexpr SocketOption<int> kPriority{SOL_SOCKET, SO_PRIORITY, "SO_PRIORITY"};
inline constexpr SocketOption<int> kMark{SOL_SOCKET, SO_MARK, "SO_MARK"};
inline constexpr SocketOption<int> kIncomingCpu{SOL_SOCKET, SO_INCOMING_CPU, "SO_INCOMING_CPU"};
inline constexpr SocketOption<microseconds> kBusyPoll{SOL_SOCKET, SO_BUSY_POLL, "SO_BUSY_POLL"};
inline constexpr SocketOption<bool> kReceiveOverflowCount{SOL_SOCKET, SO_RXQ_OVFL, "SO_RXQ_OVFL"};
inline constexpr SocketOption<sock_txtime> kTransmitTime{SOL_SOCKET, SO_TXTIME, "SO_TXTIME"};
inline constexpr SocketOption<bool> kZeroCopy{SOL_SOCKET, SO_ZEROCOPY, "SO_ZEROCOPY"};
inline constexpr SocketOption<std::string> kBindToDevice{SOL_SOCKET, SO_BINDTODEVICE,
                                                         "SO_BINDTODEVICE"};
// Read only.
inline constexpr SocketOption<int> kError{SOL_SOCKET, SO_ERROR, "SO_ERROR"};
inline constexpr SocketOption<int> kType{SOL_SOCKET, SO_TYPE, "SO_TYPE"};
inline constexpr SocketOption<bool> kAccepting{SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN"};
// The kernel's counters of one socket; [8] is the drops (linux/sock_diag.h, SK_MEMINFO_DROPS).
struct MemoryInfo {
  uint32_t values[9];
};
inline constexpr SocketOption<MemoryInfo> kMemoryInfo{SOL_SOCKET, SO_MEMINFO, "SO_MEMINFO"};

// tcp(7)
inline constexpr SocketOption<bool> kNoDelay{IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY"};
inline constexpr SocketOption<bool> kCork{IPPROTO_TCP, TCP_CORK, "TCP_CORK"};
inline constexpr SocketOption<bool> kQuickAck{IPPROTO_TCP, TCP_QUICKACK, "TCP_QUICKACK"};
inline constexpr SocketOption<seconds> kDeferAccept{IPPROTO_TCP, TCP_DEFER_ACCEPT,
                                                    "TCP_DEFER_ACCEPT"};
inline constexpr SocketOption<int> kFastOpenQueue{IPPROTO_TCP, TCP_FASTOPEN, "TCP_FASTOPEN"};
inline constexpr SocketOption<bool> kFastOpenConnect{IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
                                                     "TCP_FASTOPEN_CONNECT"};
inline constexpr SocketOption<seconds> kKeepAliveIdle{IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE"};
inline constexpr SocketOption<seconds> kKeepAliveInterval{IPPROTO_TCP, TCP_KEEPINTVL,
                                                          "TCP_KEEPINTVL"};
inline constexpr SocketOption<int> kKeepAliveProbes{IPPROTO_TCP, TCP_KEEPCNT, "TCP_KEEPCNT"};
inline constexpr SocketOption<int> kSynRetries{IPPROTO_TCP, TCP_SYNCNT, "TCP_SYNCNT"};
inline constexpr SocketOption<milliseconds> kUserTimeout{IPPROTO_TCP, TCP_USER_TIMEOUT,
                                                         "TCP_USER_TIMEOUT"};
inline constexpr SocketOption<int> kNotSentLowWater{IPPROTO_TCP, TCP_NOTSENT_LOWAT,
                                                    "TCP_NOTSENT_LOWAT"};
inline constexpr SocketOption<seconds> kFinWait2{IPPROTO_TCP, TCP_LINGER2, "TCP_LINGER2"};
inline constexpr SocketOption<int> kMaxSegment{IPPROTO_TCP, TCP_MAXSEG, "TCP_MAXSEG"};
inline constexpr SocketOption<int> kWindowClamp{IPPROTO_TCP, TCP_WINDOW_CLAMP, "TCP_WINDOW_CLAMP"};
inline constexpr SocketOption<std::string> kCongestion{IPPROTO_TCP, TCP_CONGESTION,
                                                       "TCP_CONGESTION"};
inline constexpr SocketOption<tcp_info> kTcpInfo{IPPROTO_TCP, TCP_INFO, "TCP_INFO"};  // read only

// udp(7)
inline constexpr SocketOption<int> kUdpSegment{IPPROTO_UDP, UDP_SEGMENT, "UDP_SEGMENT"};
inline constexpr SocketOption<bool> kUdpGro{IPPROTO_UDP, UDP_GRO, "UDP_GRO"};
inline constexpr SocketOption<bool> kUdpCork{IPPROTO_UDP, UDP_CORK, "UDP_CORK"};

// ip(7)
inline constexpr SocketOption<int> kTtl{IPPROTO_IP, IP_TTL, "IP_TTL"};
inline constexpr SocketOption<int> kTypeOfService{IPPROTO_IP, IP_TOS, "IP_TOS"};
inline constexpr SocketOption<int> kMtuDiscover{IPPROTO_IP, IP_MTU_DISCOVER, "IP_MTU_DISCOVER"};
inline constexpr SocketOption<bool> kFreeBind{IPPROTO_IP, IP_FREEBIND, "IP_FREEBIND"};
inline constexpr SocketOption<bool> kTransparent{IPPROTO_IP, IP_TRANSPARENT, "IP_TRANSPARENT"};
inline constexpr SocketOption<bool> kBindAddressNoPort{IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT,
                                                       "IP_BIND_ADDRESS_NO_PORT"};
inline constexpr SocketOption<int> kMulticastTtl{IPPROTO_IP, IP_MULTICAST_TTL, "IP_MULTICAST_TTL"};
inline constexpr SocketOption<bool> kMulticastLoop{IPPROTO_IP, IP_MULTICAST_LOOP,
                                                   "IP_MULTICAST_LOOP"};
// Off in datagram sockets of a loop (reactor/udp.h).
inline constexpr SocketOption<bool> kMulticastAll{IPPROTO_IP, IP_MULTICAST_ALL, "IP_MULTICAST_ALL"};
inline constexpr SocketOption<ip_mreqn> kMulticastInterface{IPPROTO_IP, IP_MULTICAST_IF,
                                                            "IP_MULTICAST_IF"};
inline constexpr SocketOption<ip_mreqn> kMulticastJoin{IPPROTO_IP, IP_ADD_MEMBERSHIP,
                                                       "IP_ADD_MEMBERSHIP"};
inline constexpr SocketOption<ip_mreqn> kMulticastLeave{IPPROTO_IP, IP_DROP_MEMBERSHIP,
                                                        "IP_DROP_MEMBERSHIP"};
inline constexpr SocketOption<ip_mreq_source> kMulticastJoinSource{
    IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, "IP_ADD_SOURCE_MEMBERSHIP"};

// ipv6(7)
inline constexpr SocketOption<bool> kIpv6Only{IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY"};
inline constexpr SocketOption<int> kIpv6MtuDiscover{IPPROTO_IPV6, IPV6_MTU_DISCOVER,
                                                    "IPV6_MTU_DISCOVER"};
inline constexpr SocketOption<int> kIpv6HopLimit{IPPROTO_IPV6, IPV6_UNICAST_HOPS,
                                                 "IPV6_UNICAST_HOPS"};
inline constexpr SocketOption<int> kIpv6MulticastHops{IPPROTO_IPV6, IPV6_MULTICAST_HOPS,
                                                      "IPV6_MULTICAST_HOPS"};
inline constexpr SocketOption<bool> kIpv6MulticastLoop{IPPROTO_IPV6, IPV6_MULTICAST_LOOP,
                                                       "IPV6_MULTICAST_LOOP"};
// Linux 4.20; 29 in linux/in6.h, which cannot be included beside netinet/in.h.
inline constexpr SocketOption<bool> kIpv6MulticastAll{IPPROTO_IPV6, 29, "IPV6_MULTICAST_ALL"};
inline constexpr SocketOption<int> kIpv6MulticastInterface{IPPROTO_IPV6, IPV6_MULTICAST_IF,
                                                           "IPV6_MULTICAST_IF"};
inline constexpr SocketOption<ipv6_mreq> kIpv6MulticastJoin{IPPROTO_IPV6, IPV6_JOIN_GROUP,
                                                            "IPV6_JOIN_GROUP"};

}  // namespace socket_option
}  // namespace sluice

#endif  // SLUICE_REACTOR_BACKEND_SOCKET_OPTIONS_H_
