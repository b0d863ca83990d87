// Every option of TCP, UDP and unix-domain sockets that Linux has: number, kind of value, meaning.
// The numbers are those of asm-generic/socket.h, linux/tcp.h, linux/in.h, linux/in6.h and
// linux/udp.h up to Linux 6.18, so that a newer kernel shows its options to a program built with
// older headers.
#ifndef SLUICE_TOOLS_PROBE_SOCKOPT_TABLE_H_
#define SLUICE_TOOLS_PROBE_SOCKOPT_TABLE_H_

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"

namespace sluice::probe {

enum class ValueKind : uint8_t {
  kFlag,
  kNumber,
  kBytes,
  kSeconds,
  kMilliseconds,
  kMicroseconds,
  kHex,  // a number better read in hexadecimal
  kName,
  kLinger,
  kTime,                   // struct timeval
  kRate,                   // bytes a second
  kInterface,              // an index
  kInterfaceNetworkOrder,  // of IP_UNICAST_IF and IPV6_UNICAST_IF (ip(7))
  kIpv4,
  kSocketType,
  kFamily,
  kProtocol,
  kErrno,
  kPathMtu,  // IP_PMTUDISC_*
  kCredentials,
  kMemory,  // SO_MEMINFO
  kTcpInfo,
  kGroup4,  // struct ip_mreqn
  kGroup6,  // struct ipv6_mreq
  kBlob,
};

enum class Access : uint8_t {
  kBoth,
  kGet,
  kSet,
  kTake,  // read only, and reading takes it from the socket: not done to other programs' sockets
};

// Which sockets have it.
enum Where : uint8_t { kTcp = 1, kUdp = 2, kUnix = 4, kInet = kTcp | kUdp, kAny = 7 };

struct OptionRow {
  int number;
  std::string_view name;
  ValueKind kind;
  std::string_view meaning;
  Access access = Access::kBoth;
  uint8_t where = kAny;
};

struct OptionLevel {
  int level;
  std::string_view name;  // "SOL_SOCKET"
  absl::Span<const OptionRow> rows;
};

absl::Span<const OptionRow> SocketRows();
absl::Span<const OptionRow> TcpRows();
absl::Span<const OptionRow> UdpRows();
absl::Span<const OptionRow> IpRows();
absl::Span<const OptionRow> Ipv6Rows();

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_SOCKOPT_TABLE_H_
