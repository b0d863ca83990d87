#include "tools/probe/capture.h"

namespace sluice::probe {

absl::StatusOr<std::unique_ptr<Capture>> Capture::Open(const std::string& file, LinkKind kind) {
  absl::StatusOr<std::unique_ptr<pcap::PacketFile>> opened = pcap::PacketFile::Open(file);
  if (!opened.ok()) return opened.status();
  return std::unique_ptr<Capture>(new Capture(*std::move(opened), kind));
}

void Capture::Out(const Event& event, std::string_view packet) {
  file_->Add({.time = event.time,
              .kind = packet,
              .from = &event.local,
              .to = &event.remote,
              .payload = event.bytes});
}

void Capture::In(const Event& event, std::string_view packet) {
  file_->Add({.time = event.time,
              .kind = packet,
              .from = &event.remote,
              .to = &event.local,
              .payload = event.bytes});
}

void Capture::Handshake(const Event& event) {
  if (kind_ == LinkKind::kTcp) {
    Out(event, "SYN");
    In(event, "SYN-ACK");
    Out(event, "ACK");
  } else {
    In(event, "SYN");
    Out(event, "SYN-ACK");
    In(event, "ACK");
  }
}

void Capture::Closed(const Event& event) {
  const bool peer_ended = ended_.erase(event.peer) > 0;
  if (event.code == CloseCode::kPeerReset) return In(event, "RST");
  if (event.code == CloseCode::kAborted || event.code == CloseCode::kLoopStopped) {
    return Out(event, "RST");
  }
  Out(event, "FIN");
  In(event, peer_ended ? "ACK" : "FIN");
  if (!peer_ended) Out(event, "ACK");
}

void Capture::OnEvent(const Event& event) {
  if (event.peer == 0 && event.chunk == 0) return;
  const bool stream = kind_ == LinkKind::kTcp || kind_ == LinkKind::kTcpListen;
  switch (event.kind) {
    case EventKind::kOpened:
      return stream ? Handshake(event) : void();
    case EventKind::kReceived:
      In(event, stream ? "DATA" : "UDP");
      return stream ? Out(event, "ACK") : void();
    case EventKind::kSent:
      Out(event, stream ? "DATA" : "UDP");
      return stream ? In(event, "ACK") : void();
    case EventKind::kPeerEnded:
      ended_.insert(event.peer);
      In(event, "FIN");
      return Out(event, "ACK");
    case EventKind::kClosed:
      if (!stream) return;
      Closed(event);
      return file_->Forget(event.local, event.remote);
    default:
      return;
  }
}

}  // namespace sluice::probe
