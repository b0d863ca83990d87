#include "tools/probe/sockopt_value.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "reactor/backend/socket_util.h"
#include "tools/probe/escapes.h"
#include "tools/probe/tcp_info.h"
#include "tools/report/format.h"

namespace sluice::probe {
namespace {

struct Named {
  int64_t value;
  std::string_view name;
};
constexpr Named kSocketTypes[] = {
    {SOCK_STREAM, "stream"}, {SOCK_DGRAM, "datagram"}, {SOCK_SEQPACKET, "packets"}};
constexpr Named kFamilies[] = {{AF_INET, "IPv4"}, {AF_INET6, "IPv6"}, {AF_UNIX, "unix"}};
constexpr Named kProtocols[] = {
    {0, "none"}, {IPPROTO_TCP, "TCP"}, {IPPROTO_UDP, "UDP"}, {IPPROTO_MPTCP, "MPTCP"}};
constexpr Named kPathMtus[] = {{0, "DONT"},  {1, "WANT"},      {2, "DO"},
                               {3, "PROBE"}, {4, "INTERFACE"}, {5, "OMIT"}};

std::string NameOf(absl::Span<const Named> names, int64_t value) {
  for (const Named& named : names) {
    if (named.value == value) return std::string(named.name) + " (" + std::to_string(value) + ")";
  }
  return std::to_string(value);
}

template <class T>
std::optional<T> As(std::string_view bytes) {
  T value{};
  if (bytes.size() < sizeof(T)) return std::nullopt;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

std::string HexText(int64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string LingerText(std::string_view bytes) {
  const std::optional<linger> value = As<linger>(bytes);
  if (!value) return "?";
  return value->l_onoff == 0 ? "off" : std::to_string(value->l_linger) + " s";
}

std::string TimeText(std::string_view bytes) {
  const std::optional<timeval> value = As<timeval>(bytes);
  if (!value) return "?";
  if (value->tv_sec == 0 && value->tv_usec == 0) return "never";
  return report::FormatDuration(std::chrono::seconds(value->tv_sec) +
                                std::chrono::microseconds(value->tv_usec));
}

std::string InterfaceText(int64_t index) {
  char name[IF_NAMESIZE];
  if (index == 0) return "any";
  const char* found = if_indextoname(static_cast<unsigned>(index), name);
  return found == nullptr ? std::to_string(index) : std::string(found);
}

std::string Ipv4Text(std::string_view bytes) {
  char text[INET_ADDRSTRLEN] = "?";
  const std::optional<in_addr> address = As<in_addr>(bytes);
  if (!address) return "?";
  if (address->s_addr == 0) return "any";
  return inet_ntop(AF_INET, &*address, text, sizeof(text));
}

std::string CredentialsText(std::string_view bytes) {
  const std::optional<ucred> value = As<ucred>(bytes);
  if (!value || value->pid == 0) return "nobody";
  return "pid " + std::to_string(value->pid) + ", uid " + std::to_string(value->uid);
}

std::string BlobText(std::string_view bytes) {
  constexpr size_t kShown = 4;
  if (bytes.empty()) return "(empty)";
  const std::string size = std::to_string(bytes.size()) + " bytes";
  if (bytes.find_first_not_of('\0') == std::string_view::npos) return size + ", zero";
  return HexOf(bytes.substr(0, kShown)) + (bytes.size() > kShown ? ".." : "");
}

std::string NumberText(ValueKind kind, int64_t number) {
  switch (kind) {
    case ValueKind::kFlag:
      return number == 0 ? "off" : number == 1 ? "on" : std::to_string(number);
    case ValueKind::kBytes:
      return number < 0 ? std::to_string(number)
                        : report::FormatExact(static_cast<uint64_t>(number)) + " B";
    case ValueKind::kSeconds:
      return std::to_string(number) + " s";
    case ValueKind::kMilliseconds:
      return std::to_string(number) + " ms";
    case ValueKind::kMicroseconds:
      return std::to_string(number) + " us";
    case ValueKind::kHex:
      return HexText(number);
    case ValueKind::kRate:
      return number == -1 || number == UINT32_MAX
                 ? "no limit"
                 : report::FormatExact(static_cast<uint64_t>(number)) + " B/s";
    case ValueKind::kInterface:
    case ValueKind::kInterfaceNetworkOrder:
      return InterfaceText(number);
    case ValueKind::kSocketType:
      return NameOf(kSocketTypes, number);
    case ValueKind::kFamily:
      return NameOf(kFamilies, number);
    case ValueKind::kProtocol:
      return NameOf(kProtocols, number);
    case ValueKind::kPathMtu:
      return NameOf(kPathMtus, number);
    case ValueKind::kErrno:
      return number == 0 ? "none" : backend::ErrnoText(static_cast<int>(number));
    default:
      return std::to_string(number);
  }
}

std::vector<Field> MemoryFields(std::string_view bytes) {
  // linux/sock_diag.h, SK_MEMINFO_*.
  constexpr std::string_view kFields[][2] = {
      {"rmem_alloc", "received, not read"},   {"rcvbuf", "limit of that"},
      {"wmem_alloc", "on its way out"},       {"sndbuf", "limit of that"},
      {"fwd_alloc", "reserved ahead"},        {"wmem_queued", "unsent or unacknowledged"},
      {"optmem", "of options and filters"},   {"backlog", "came while it was busy"},
      {"drops", "packets or SYNs it dropped"}};
  std::vector<Field> fields;
  for (size_t i = 0; i < std::size(kFields) && (i + 1) * sizeof(uint32_t) <= bytes.size(); ++i) {
    const uint32_t value = *As<uint32_t>(bytes.substr(i * sizeof(uint32_t)));
    const std::string unit = kFields[i][0] == "drops" ? "" : " B";
    fields.push_back({std::string(kFields[i][0]), report::FormatExact(value) + unit,
                      std::string(kFields[i][1])});
  }
  return fields;
}

}  // namespace

std::optional<int64_t> NumberOf(ValueKind kind, std::string_view bytes) {
  switch (kind) {
    case ValueKind::kName:
    case ValueKind::kLinger:
    case ValueKind::kTime:
    case ValueKind::kIpv4:
    case ValueKind::kCredentials:
    case ValueKind::kMemory:
    case ValueKind::kTcpInfo:
    case ValueKind::kGroup4:
    case ValueKind::kGroup6:
    case ValueKind::kBlob:
      return std::nullopt;
    default:
      break;
  }
  if (kind == ValueKind::kInterfaceNetworkOrder) {
    const auto index = As<uint32_t>(bytes);
    return index ? std::optional<int64_t>(ntohl(*index)) : std::nullopt;
  }
  if (const auto wide = As<int64_t>(bytes)) return wide;
  if (kind == ValueKind::kHex || kind == ValueKind::kRate) return As<uint32_t>(bytes);
  if (const auto number = As<int32_t>(bytes)) return number;
  return bytes.empty() ? std::nullopt : std::optional<int64_t>(static_cast<uint8_t>(bytes[0]));
}

std::string ValueText(ValueKind kind, std::string_view bytes) {
  if (const std::optional<int64_t> number = NumberOf(kind, bytes)) return NumberText(kind, *number);
  switch (kind) {
    case ValueKind::kName:
      bytes = bytes.substr(0, bytes.find('\0'));
      return bytes.empty() ? "none" : Escape(bytes);
    case ValueKind::kLinger:
      return LingerText(bytes);
    case ValueKind::kTime:
      return TimeText(bytes);
    case ValueKind::kIpv4:
      return Ipv4Text(bytes);
    case ValueKind::kCredentials:
      return CredentialsText(bytes);
    case ValueKind::kMemory:
    case ValueKind::kTcpInfo:
      return "see below";
    default:
      return BlobText(bytes);
  }
}

std::vector<Field> FieldsOf(ValueKind kind, std::string_view bytes) {
  if (kind == ValueKind::kMemory) return MemoryFields(bytes);
  if (kind == ValueKind::kTcpInfo) return TcpInfoFields(bytes);
  return {};
}

}  // namespace sluice::probe
