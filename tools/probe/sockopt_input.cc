// Text into values of socket options.
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "tools/probe/sockopt_value.h"

namespace sluice::probe {
namespace {

template <class T>
std::string BytesOf(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

absl::Status Wanted(std::string_view what) {
  return absl::InvalidArgumentError("wanted: " + std::string(what));
}

absl::StatusOr<std::string> NumberFrom(ValueKind kind, const std::string& text) {
  int64_t number = 0;
  if (kind == ValueKind::kFlag && (text == "on" || text == "off")) {
    return BytesOf<int>(text == "on");
  }
  const bool is_number = text.rfind("0x", 0) == 0 ? absl::SimpleHexAtoi(text, &number)
                                                  : absl::SimpleAtoi(text, &number);
  if (!is_number) return Wanted(kind == ValueKind::kFlag ? "1, 0, on or off" : "a number");
  if (kind == ValueKind::kRate) return BytesOf(number);
  if (number < INT32_MIN || number > UINT32_MAX) return Wanted("a number of 32 bits");
  return BytesOf(static_cast<int>(number));
}

absl::StatusOr<std::string> LingerFrom(const std::string& text) {
  linger value{};
  if (text == "off") return BytesOf(value);
  value.l_onoff = 1;
  if (!absl::SimpleAtoi(text, &value.l_linger) || value.l_linger < 0) {
    return Wanted("seconds, or off; 0 makes close() reset the connection");
  }
  return BytesOf(value);
}

absl::StatusOr<std::string> TimeFrom(const std::string& text) {
  constexpr double kMicroseconds = 1e6;
  double seconds = 0;
  if (!absl::SimpleAtod(text, &seconds) || !(seconds >= 0) || seconds > 1e9) {
    return Wanted("seconds, such as 1.5; 0 for never");
  }
  timeval value{};
  value.tv_sec = static_cast<time_t>(seconds);
  value.tv_usec =
      static_cast<suseconds_t>(std::lround((seconds - std::floor(seconds)) * kMicroseconds)) %
      1'000'000;
  return BytesOf(value);
}

absl::StatusOr<std::string> Ipv4From(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) return Wanted("an IPv4 address");
  return BytesOf(address);
}

absl::StatusOr<unsigned> InterfaceFrom(const std::string& name) {
  unsigned index = 0;
  if (name.empty() || absl::SimpleAtoi(name, &index)) return index;
  index = if_nametoindex(name.c_str());
  if (index == 0) return Wanted("an interface; there is no \"" + name + "\"");
  return index;
}

// "GROUP@INTERFACE"
std::pair<std::string, std::string> SplitGroup(const std::string& text) {
  const size_t at = std::min(text.find('@'), text.size());
  return {text.substr(0, at), text.substr(std::min(at + 1, text.size()))};
}

absl::StatusOr<std::string> Group4From(const std::string& text) {
  const auto [group, interface] = SplitGroup(text);
  ip_mreqn value{};
  if (inet_pton(AF_INET, group.c_str(), &value.imr_multiaddr) != 1) {
    return Wanted("a group, such as 239.1.2.3 or 239.1.2.3@eth0");
  }
  if (inet_pton(AF_INET, interface.c_str(), &value.imr_address) == 1) return BytesOf(value);
  const absl::StatusOr<unsigned> index = InterfaceFrom(interface);
  if (!index.ok()) return index.status();
  value.imr_ifindex = static_cast<int>(*index);
  return BytesOf(value);
}

absl::StatusOr<std::string> Group6From(const std::string& text) {
  const auto [group, interface] = SplitGroup(text);
  ipv6_mreq value{};
  if (inet_pton(AF_INET6, group.c_str(), &value.ipv6mr_multiaddr) != 1) {
    return Wanted("a group, such as ff02::1 or ff02::1@eth0");
  }
  const absl::StatusOr<unsigned> index = InterfaceFrom(interface);
  if (!index.ok()) return index.status();
  value.ipv6mr_interface = *index;
  return BytesOf(value);
}

}  // namespace

absl::StatusOr<std::string> ValueFrom(ValueKind kind, const std::string& text) {
  switch (kind) {
    case ValueKind::kName:
      return text;
    case ValueKind::kLinger:
      return LingerFrom(text);
    case ValueKind::kTime:
      return TimeFrom(text);
    case ValueKind::kIpv4:
      return Ipv4From(text);
    case ValueKind::kGroup4:
      return Group4From(text);
    case ValueKind::kGroup6:
      return Group6From(text);
    case ValueKind::kInterface:
    case ValueKind::kInterfaceNetworkOrder: {
      const absl::StatusOr<unsigned> index = InterfaceFrom(text);
      if (!index.ok()) return index.status();
      return BytesOf(kind == ValueKind::kInterface ? *index : htonl(*index));
    }
    case ValueKind::kCredentials:
    case ValueKind::kMemory:
    case ValueKind::kTcpInfo:
    case ValueKind::kBlob:
      return absl::UnimplementedError("its value is a struct, which cannot be given here");
    default:
      return NumberFrom(kind, text);
  }
}

}  // namespace sluice::probe
