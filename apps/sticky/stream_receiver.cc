#include "apps/sticky/stream_receiver.h"

#include "protocols/close_text.h"

namespace sluice::sticky {

ReceiverLife::ReceiverLife(Loop& loop, Exchange& exchange)
    : loop_(loop),
      exchange_(exchange),
      distraction_(loop, exchange.settings.pause, exchange.settings.pause_after,
                   [this](bool reading) {
                     Connection* connection = loop_.Find(id_);
                     if (connection == nullptr) return;
                     reading ? connection->ResumeReading() : connection->PauseReading();
                   }) {}

void ReceiverLife::Opened(Connection& connection) {
  id_ = connection.id();
  // From here on the stream itself says when the sender is done.
  exchange_.receiver.on_sender_closed = [] {};
  exchange_.receiver.socket_buffer_bytes =
      static_cast<uint32_t>(connection.GetOption(socket_option::kReceiveBufferBytes).value_or(0));
  exchange_.receiver.on_interrupt = [this] { distraction_.End(); };
  distraction_.Start();
}

void ReceiverLife::Closed(CloseReason reason) {
  exchange_.receiver.on_interrupt = [] {};
  if (reason.code != CloseCode::kLocal && reason.code != CloseCode::kPeerEnded) {
    exchange_.receiver.status =
        absl::DataLossError("the receiver's connection ended: " + CodecCloseText(reason));
  }
  loop_.Stop(Duration(0));
}

}  // namespace sluice::sticky
