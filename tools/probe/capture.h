// The probe's own traffic as a capture file: packets as they would have been, one for each chunk.
// What the wire really carried (segments, acknowledgements, repeats) is not known here.
#ifndef SLUICE_TOOLS_PROBE_CAPTURE_H_
#define SLUICE_TOOLS_PROBE_CAPTURE_H_

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "tools/pcap/packet_file.h"
#include "tools/probe/event.h"
#include "tools/probe/link.h"

namespace sluice::probe {

class Capture : public EventSink {
 public:
  // Errors say which file and why.
  static absl::StatusOr<std::unique_ptr<Capture>> Open(const std::string& file, LinkKind kind);

  void OnEvent(const Event& event) override;
  // The first error there was.
  absl::Status Close() { return file_->Close(); }

 private:
  Capture(std::unique_ptr<pcap::PacketFile> file, LinkKind kind)
      : file_(std::move(file)), kind_(kind) {}

  void Out(const Event& event, std::string_view packet);
  void In(const Event& event, std::string_view packet);
  void Handshake(const Event& event);
  void Closed(const Event& event);

  std::unique_ptr<pcap::PacketFile> file_;
  const LinkKind kind_;
  std::set<int> ended_;  // peers whose FIN is in the file
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_CAPTURE_H_
