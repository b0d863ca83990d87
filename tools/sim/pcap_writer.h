// The simulated packets as a capture file for Wireshark and tcpdump (tools/pcap/packet_file.h).
// Times count from the start of the trial, as in the trace.
//
//   absl::StatusOr<std::unique_ptr<PcapWriter>> pcap = PcapWriter::Open("echo-7.pcap");
//   RunTrial(scenario, seed, pcap->get());
//   absl::Status written = (*pcap)->Close();
#ifndef SLUICE_TOOLS_SIM_PCAP_WRITER_H_
#define SLUICE_TOOLS_SIM_PCAP_WRITER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/sim/sim_events.h"
#include "reactor/sim/sim_trace.h"
#include "tools/pcap/packet_file.h"

namespace sluice::simulate {

class PcapWriter final : public sim::Tracer {
 public:
  static constexpr size_t kSegmentBytesMax = pcap::PacketFile::kSegmentBytesMax;

  // Errors say which file and why.
  static absl::StatusOr<std::unique_ptr<PcapWriter>> Open(const std::string& file) {
    absl::StatusOr<std::unique_ptr<pcap::PacketFile>> opened = pcap::PacketFile::Open(file);
    if (!opened.ok()) return opened.status();
    return std::unique_ptr<PcapWriter>(new PcapWriter(*std::move(opened)));
  }

  bool wanted() const override { return true; }
  void OnPacket(const sim::TracedPacket& packet) override {
    file_->Add({.time = packet.time - sim::EventQueue::kStart,
                .kind = packet.kind,
                .from = packet.from,
                .to = packet.to,
                .payload = packet.payload});
  }

  // The first error there was.
  absl::Status Close() { return file_->Close(); }

 private:
  explicit PcapWriter(std::unique_ptr<pcap::PacketFile> file) : file_(std::move(file)) {}

  std::unique_ptr<pcap::PacketFile> file_;
};

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_PCAP_WRITER_H_
