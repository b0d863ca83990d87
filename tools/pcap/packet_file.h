// Packets as a capture file for Wireshark and tcpdump: classic pcap with nanoseconds, raw IPv4 and
// IPv6 (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html). For who knows what was
// sent and received but has no packets: a simulation, or a program that writes down its own
// traffic.
//
//   absl::StatusOr<std::unique_ptr<PacketFile>> file = PacketFile::Open("echo.pcap");
//   (*file)->Add({.time = now, .kind = "DATA", .from = &client, .to = &server, .payload = bytes});
//   absl::Status written = (*file)->Close();
//
// Sequence numbers and acknowledgements are made up here, so that a stream can be followed. Every
// packet acknowledges what the other end has sent until then. Bytes of one send are cut at the
// usual segment size. Unix-domain sockets have no packets. Loopback connections of different hosts
// look alike and are told apart by their ports alone.
#ifndef SLUICE_TOOLS_PCAP_PACKET_FILE_H_
#define SLUICE_TOOLS_PCAP_PACKET_FILE_H_

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"

namespace sluice::pcap {

struct Packet {
  Duration time{0};       // since 1970, or since whatever the capture counts from
  std::string_view kind;  // SYN, SYN-ACK, ACK, DATA, FIN, RST, UDP
  const Endpoint* from = nullptr;
  const Endpoint* to = nullptr;
  std::string_view payload{};
};

class PacketFile {
 public:
  static constexpr size_t kSegmentBytesMax = 1460;

  // Errors say which file and why.
  static absl::StatusOr<std::unique_ptr<PacketFile>> Open(const std::string& file);
  ~PacketFile();
  PacketFile(const PacketFile&) = delete;
  PacketFile& operator=(const PacketFile&) = delete;

  // Whole packets only, at once: however the process ends, the file can be read.
  void Add(const Packet& packet);

  // A connection that is over: both ways.
  void Forget(const Endpoint& one, const Endpoint& other);

  // The first error there was.
  absl::Status Close();

 private:
  struct Direction {
    bool begun = false;  // its SYN was sent
    uint32_t first = 0;  // sequence number of its SYN
    uint32_t next = 0;   // of what it sends next
  };
  struct Connection {
    std::array<Direction, 2> directions;  // of whoever sent the first packet, and the other
    bool answered = false;  // more was sent than a SYN and its answer: another SYN begins anew
  };
  using Flow = std::pair<Endpoint, Endpoint>;

  PacketFile(std::string file, std::FILE* out) : file_(std::move(file)), out_(out) {}

  void Tcp(const Packet& packet);
  // The connection a packet belongs to; `sender` is the direction it takes.
  Connection& ConnectionOf(const Packet& packet, size_t* sender);
  void Segment(const Packet& packet, uint8_t flags, uint32_t sequence, uint32_t acknowledged,
               std::string_view payload);
  void Udp(const Packet& packet);
  void Write(std::string_view bytes);

  const std::string file_;
  std::FILE* out_;
  int error_ = 0;  // errno of the first write that failed
  absl::flat_hash_map<Flow, Connection> connections_;
  uint32_t directions_begun_ = 0;
};

}  // namespace sluice::pcap

#endif  // SLUICE_TOOLS_PCAP_PACKET_FILE_H_
