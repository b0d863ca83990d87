// The simulated packets as a capture file for Wireshark and tcpdump: classic pcap with nanoseconds,
// raw IPv4 and IPv6 (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html). Times count
// from the start of the trial, as in the trace.
//
//   absl::StatusOr<std::unique_ptr<PcapWriter>> pcap = PcapWriter::Open("echo-7.pcap");
//   RunTrial(scenario, seed, pcap->get());
//   absl::Status written = (*pcap)->Close();
//
// The simulation has no sequence numbers and acknowledges silently: both are made up here, so that
// a stream can be followed. Every packet acknowledges what the other end has sent until then. Bytes
// of one send are cut at the usual segment size. Unix-domain sockets have no packets. Loopback
// connections of different hosts look alike and are told apart by their ports alone.
#ifndef SLUICE_TOOLS_SIM_PCAP_WRITER_H_
#define SLUICE_TOOLS_SIM_PCAP_WRITER_H_

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
#include "reactor/sim/sim_trace.h"

namespace sluice::simulate {

class PcapWriter final : public sim::Tracer {
 public:
  static constexpr size_t kSegmentBytesMax = 1460;

  // Errors say which file and why.
  static absl::StatusOr<std::unique_ptr<PcapWriter>> Open(const std::string& file);
  ~PcapWriter() override;
  PcapWriter(const PcapWriter&) = delete;
  PcapWriter& operator=(const PcapWriter&) = delete;

  bool wanted() const override { return true; }
  // Whole packets only, at once: however the process ends, the file can be read.
  void OnPacket(const sim::TracedPacket& packet) override;

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

  PcapWriter(std::string file, std::FILE* out) : file_(std::move(file)), out_(out) {}

  void Tcp(const sim::TracedPacket& packet);
  // The connection a packet belongs to; `sender` is the direction it takes.
  Connection& ConnectionOf(const sim::TracedPacket& packet, size_t* sender);
  void Segment(const sim::TracedPacket& packet, uint8_t flags, uint32_t sequence,
               uint32_t acknowledged, std::string_view payload);
  void Udp(const sim::TracedPacket& packet);
  void Write(std::string_view bytes);

  const std::string file_;
  std::FILE* out_;
  int error_ = 0;  // errno of the first write that failed
  absl::flat_hash_map<Flow, Connection> connections_;
  uint32_t directions_begun_ = 0;
};

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_PCAP_WRITER_H_
