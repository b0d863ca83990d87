#include "tools/pcap/packet_file.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <utility>

#include "reactor/backend/socket_util.h"

namespace sluice::pcap {
namespace {

constexpr uint32_t kMagicNanoseconds = 0xa1b23c4d;
constexpr uint32_t kLinkTypeRaw = 101;  // the packet begins with its IP header
constexpr uint32_t kSnapshotBytes = 262144;
constexpr uint8_t kHops = 64;
constexpr uint16_t kWindow = 65535;

// Numbers of packets are big-endian (RFC 791, appendix B).
void Add16(std::string& bytes, uint32_t number) {
  bytes += static_cast<char>(number >> 8);
  bytes += static_cast<char>(number);
}
void Add32(std::string& bytes, uint32_t number) {
  Add16(bytes, number >> 16);
  Add16(bytes, number & 0xffff);
}
void Put16(std::string& bytes, size_t at, uint32_t number) {
  bytes[at] = static_cast<char>(number >> 8);
  bytes[at + 1] = static_cast<char>(number);
}
// Numbers of the file are in the order of the machine that wrote it; readers look at the magic.
void AddNative(std::string& bytes, uint32_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

// The bytes of an IP address, in network order.
std::string_view AddressOf(const Endpoint& endpoint) {
  if (endpoint.family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(endpoint.address());
    return {reinterpret_cast<const char*>(&v4->sin_addr), sizeof(v4->sin_addr)};
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(endpoint.address());
  return {reinterpret_cast<const char*>(&v6->sin6_addr), sizeof(v6->sin6_addr)};
}

// The Internet checksum (RFC 1071).
uint16_t Checksum(std::string_view bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    sum += i % 2 == 0 ? uint32_t{byte} << 8 : byte;
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<uint16_t>(~sum);
}

// A packet around a TCP segment or UDP datagram, whose checksum goes to `checksum_at`.
std::string IpPacket(const Endpoint& from, const Endpoint& to, uint8_t protocol,
                     std::string content, size_t checksum_at) {
  const std::string addresses = std::string(AddressOf(from)) + std::string(AddressOf(to));
  std::string pseudo_header = addresses;  // RFC 9293, 3.1; RFC 8200, 8.1
  Add32(pseudo_header, static_cast<uint32_t>(content.size()));
  Add32(pseudo_header, protocol);
  uint16_t checksum = Checksum(pseudo_header + content);
  if (protocol == IPPROTO_UDP && checksum == 0) checksum = 0xffff;  // 0 says there is none
  Put16(content, checksum_at, checksum);
  std::string packet;
  if (from.family() == AF_INET6) {
    Add32(packet, 6u << 28);
    Add16(packet, static_cast<uint32_t>(content.size()));
    packet += static_cast<char>(protocol);
    packet += static_cast<char>(kHops);
    return packet + addresses + content;
  }
  constexpr size_t kHeaderBytes = 20;
  constexpr uint32_t kDontFragment = 0x4000;
  Add16(packet, 0x4500);  // version 4, 5 words of header
  Add16(packet, static_cast<uint32_t>(kHeaderBytes + content.size()));
  Add16(packet, 0);  // identification: means nothing in a packet that is not to be cut (RFC 6864)
  Add16(packet, kDontFragment);
  packet += static_cast<char>(kHops);
  packet += static_cast<char>(protocol);
  Add16(packet, 0);
  packet += addresses;
  Put16(packet, 10, Checksum(packet));
  return packet + content;
}

std::string Record(Duration time, std::string_view packet) {
  std::string record;
  AddNative(record, static_cast<uint32_t>(time.count() / 1'000'000'000));
  AddNative(record, static_cast<uint32_t>(time.count() % 1'000'000'000));
  AddNative(record, static_cast<uint32_t>(packet.size()));
  AddNative(record, static_cast<uint32_t>(packet.size()));
  record += packet;
  return record;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PacketFile>> PacketFile::Open(const std::string& file) {
  std::FILE* out = std::fopen(file.c_str(), "wbe");
  if (out == nullptr) return backend::ErrnoStatus(errno, "cannot write " + file);
  std::setvbuf(out, nullptr, _IONBF, 0);
  std::unique_ptr<PacketFile> writer(new PacketFile(file, out));
  constexpr uint32_t kVersion = 2 | 4 << 16;  // two 16-bit numbers: 2.4
  std::string header;
  for (const uint32_t number :
       {kMagicNanoseconds, kVersion, 0u, 0u, kSnapshotBytes, kLinkTypeRaw}) {
    AddNative(header, number);
  }
  writer->Write(header);
  return writer;
}

PacketFile::~PacketFile() {
  if (out_ != nullptr) std::fclose(out_);
}

absl::Status PacketFile::Close() {
  if (out_ != nullptr && std::fclose(out_) != 0 && error_ == 0) error_ = errno;
  out_ = nullptr;
  if (error_ == 0) return absl::OkStatus();
  return backend::ErrnoStatus(error_, "cannot write " + file_);
}

void PacketFile::Write(std::string_view bytes) {
  if (error_ != 0) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), out_) != bytes.size()) error_ = errno;
}

void PacketFile::Add(const Packet& packet) {
  if (!packet.from->is_ip() || packet.from->family() != packet.to->family()) return;
  if (packet.kind == "UDP") {
    Udp(packet);
  } else {
    Tcp(packet);
  }
}

void PacketFile::Udp(const Packet& packet) {
  constexpr size_t kHeaderBytes = 8;
  std::string datagram;
  Add16(datagram, packet.from->port());
  Add16(datagram, packet.to->port());
  Add16(datagram, static_cast<uint32_t>(kHeaderBytes + packet.payload.size()));
  Add16(datagram, 0);
  datagram += packet.payload;
  constexpr size_t kChecksumAt = 6;
  Write(Record(packet.time,
               IpPacket(*packet.from, *packet.to, IPPROTO_UDP, std::move(datagram), kChecksumAt)));
}

void PacketFile::Forget(const Endpoint& one, const Endpoint& other) {
  connections_.erase(Flow(one, other));
  connections_.erase(Flow(other, one));
}

PacketFile::Connection& PacketFile::ConnectionOf(const Packet& packet, size_t* sender) {
  auto found = connections_.find(Flow(*packet.from, *packet.to));
  *sender = 0;
  if (found == connections_.end()) {
    found = connections_.find(Flow(*packet.to, *packet.from));
    *sender = 1;
  }
  const bool known = found != connections_.end();
  if (known && !(packet.kind == "SYN" && found->second.answered)) return found->second;
  if (known) connections_.erase(found);  // the port is used again
  *sender = 0;
  return connections_[Flow(*packet.from, *packet.to)];
}

void PacketFile::Tcp(const Packet& packet) {
  size_t sender = 0;
  Connection& connection = ConnectionOf(packet, &sender);
  Direction& own = connection.directions[sender];
  const Direction& other = connection.directions[1 - sender];
  const bool syn = packet.kind == "SYN";
  if (syn || packet.kind == "SYN-ACK") {
    if (!own.begun) {
      // Apart from each other: a port that is used again has other numbers.
      own.first = ++directions_begun_ << 20;
      own.next = own.first + 1;
      own.begun = true;
    }
    Segment(packet, syn ? TH_SYN : TH_SYN | TH_ACK, own.first, syn ? 0 : other.first + 1, {});
    return;
  }
  connection.answered = true;
  if (packet.kind == "FIN") {
    Segment(packet, TH_FIN | TH_ACK, own.next++, other.next, {});
  } else if (packet.kind == "DATA") {
    std::string_view rest = packet.payload;
    while (!rest.empty()) {
      const std::string_view piece = rest.substr(0, kSegmentBytesMax);
      rest.remove_prefix(piece.size());
      Segment(packet, rest.empty() ? TH_PUSH | TH_ACK : TH_ACK, own.next, other.next, piece);
      own.next += static_cast<uint32_t>(piece.size());
    }
  } else {
    Segment(packet, packet.kind == "RST" ? TH_RST | TH_ACK : TH_ACK, own.next, other.next, {});
  }
}

void PacketFile::Segment(const Packet& packet, uint8_t flags, uint32_t sequence,
                         uint32_t acknowledged, std::string_view payload) {
  // Maximum segment size; window scale, so that what is under way always fits the window.
  constexpr std::string_view kSynOptions("\x02\x04\x05\xb4\x01\x03\x03\x0e", 8);
  const std::string_view options = flags & TH_SYN ? kSynOptions : std::string_view();
  constexpr size_t kHeaderWords = 5;
  std::string segment;
  Add16(segment, packet.from->port());
  Add16(segment, packet.to->port());
  Add32(segment, sequence);
  Add32(segment, acknowledged);
  segment += static_cast<char>((kHeaderWords + options.size() / 4) << 4);
  segment += static_cast<char>(flags);
  Add16(segment, kWindow);
  Add32(segment, 0);  // checksum, urgent pointer
  segment += options;
  segment += payload;
  constexpr size_t kChecksumAt = 16;
  Write(Record(packet.time,
               IpPacket(*packet.from, *packet.to, IPPROTO_TCP, std::move(segment), kChecksumAt)));
}

}  // namespace sluice::pcap
