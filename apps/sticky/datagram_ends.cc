#include "apps/sticky/datagram_ends.h"

#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "reactor/backend/socket_options.h"

namespace sluice::sticky {
namespace {

constexpr std::string_view kAnyPort = "127.0.0.1:0";

// SO_MEMINFO: the drops of this socket (linux/sock_diag.h, SK_MEMINFO_DROPS).
constexpr size_t kMemoryInfoDrops = 8;

}  // namespace

DatagramSender::DatagramSender(Loop& loop, Exchange& exchange)
    : loop_(loop),
      exchange_(exchange),
      pace_(exchange.settings, exchange.mode),
      message_(exchange.plan.bytes_max(), '\0'),
      timer_(loop, [this] { Pump(); }) {}

void DatagramSender::Start(DatagramSocket& socket) {
  socket_ = &socket;
  pace_.Start(loop_.now());
  exchange_.sender.on_interrupt = [this] {
    pace_.End();
    Pump();
  };
  timer_.ArmAt(loop_.now());
}

void DatagramSender::Pump() {
  const TimePoint now = loop_.now();
  if (pace_.Finished(now)) {
    socket_->Close();
    return;
  }
  if (pace_.Due(now) && socket_->unsent_bytes() == 0) {
    const uint64_t number = pace_.sent() + 1;
    exchange_.plan.Write(number, now, message_.data());
    socket_->Send(exchange_.receiver.endpoint,
                  std::string_view(message_.data(), exchange_.plan.SizeOf(number)));
    pace_.Sent(now);
  }
  timer_.ArmAt(pace_.next());
}

void DatagramSender::OnError(DatagramSocket&, int error) {
  exchange_.sender.status =
      absl::UnavailableError(std::string("the datagrams' way was closed: ") + std::strerror(error));
}

void DatagramSender::OnClose(DatagramSocket&) {
  timer_.Cancel();
  exchange_.sender.on_interrupt = [] {};
  exchange_.sender.sent = pace_.sent();
  exchange_.sender.sends = loop_.stats().sends;
  exchange_.SenderClosed();
  loop_.Stop(Duration(0));
}

DatagramReceiver::DatagramReceiver(Loop& loop, Exchange& exchange)
    : loop_(loop),
      exchange_(exchange),
      judge_(exchange.plan, exchange.receiver.tally, exchange.receiver.sketch),
      distraction_(
          loop, exchange.settings.pause, exchange.settings.pause_after,
          [this](bool reading) { reading ? socket_->ResumeReading() : socket_->PauseReading(); }),
      quiet_(loop, [this] { Quiet(); }) {}

void DatagramReceiver::Start(DatagramSocket& socket) {
  socket_ = &socket;
  exchange_.receiver.socket_buffer_bytes =
      static_cast<uint32_t>(socket.GetOption(socket_option::kReceiveBufferBytes).value_or(0));
  exchange_.receiver.on_sender_closed = [this] {
    sender_closed_ = true;
    quiet_.ArmAfter(kQuiet);
  };
  exchange_.receiver.on_interrupt = [this] { distraction_.End(); };
  distraction_.Start();
}

void DatagramReceiver::OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) {
  for (const Datagram& datagram : batch) {
    judge_.BeginReceive(datagram.bytes.size());
    judge_.Unit(datagram.bytes, datagram.truncated, loop_.now());
    judge_.EndReceive(0);
  }
  distraction_.Received();
  if (sender_closed_) quiet_.ArmAfter(kQuiet);
}

void DatagramReceiver::Quiet() {
  if (distraction_.away()) {
    quiet_.ArmAfter(kQuiet);
    return;
  }
  const auto memory = socket_->GetOption(socket_option::kMemoryInfo);
  exchange_.receiver.kernel_drops =
      memory.ok() ? memory->values[kMemoryInfoDrops] : socket_->stats().kernel_drops;
  socket_->Close();
}

void DatagramReceiver::OnClose(DatagramSocket&) {
  exchange_.receiver.on_interrupt = [] {};
  loop_.Stop(Duration(0));
}

absl::Status StartDatagramReceiver(Loop& loop, Exchange& exchange) {
  DatagramSocketOptions options;
  options.receive_bytes_max = exchange.settings.receive_bytes;
  if (exchange.settings.receive_buffer_bytes > 0) {
    options.socket.Set(socket_option::kReceiveBufferBytes, exchange.settings.receive_buffer_bytes);
  }
  auto handler = std::make_unique<DatagramReceiver>(loop, exchange);
  DatagramReceiver& receiver = *handler;
  absl::StatusOr<DatagramSocket*> socket =
      loop.Bind(Endpoint::Parse(kAnyPort).value(), std::move(options), std::move(handler));
  if (!socket.ok()) return socket.status();
  exchange.receiver.endpoint = (*socket)->endpoint();
  receiver.Start(**socket);
  return absl::OkStatus();
}

absl::Status StartDatagramSender(Loop& loop, Exchange& exchange) {
  auto handler = std::make_unique<DatagramSender>(loop, exchange);
  DatagramSender& sender = *handler;
  absl::StatusOr<DatagramSocket*> socket =
      loop.Bind(Endpoint::Parse(kAnyPort).value(), {}, std::move(handler));
  if (!socket.ok()) return socket.status();
  sender.Start(**socket);
  return absl::OkStatus();
}

}  // namespace sluice::sticky
