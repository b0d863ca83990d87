#include "apps/sticky/run.h"

#include <memory>
#include <utility>

#include "apps/sticky/datagram_ends.h"
#include "apps/sticky/exchange.h"
#include "apps/sticky/stream_receiver.h"
#include "apps/sticky/stream_sender.h"
#include "protocols/length_prefix.h"
#include "protocols/line.h"
#include "protocols/raw.h"
#include "reactor/group.h"
#include "tools/cli/interrupt.h"

namespace sluice::sticky {
namespace {

// The kernel picks a port for each run.
constexpr std::string_view kAnyPort = "127.0.0.1:0";

absl::Status StartStreamReceiver(Loop& loop, Exchange& exchange, HandlerFactory factory) {
  ListenerOptions options;
  options.socket.Set(socket_option::kNoDelay, exchange.settings.no_delay);
  if (exchange.settings.receive_buffer_bytes > 0) {
    options.socket.Set(socket_option::kReceiveBufferBytes, exchange.settings.receive_buffer_bytes);
  }
  options.connections_max = 1;
  absl::StatusOr<Listener*> listener =
      loop.Listen(Endpoint::Parse(kAnyPort).value(), std::move(options), std::move(factory));
  if (!listener.ok()) return listener.status();
  exchange.receiver.endpoint = (*listener)->endpoint();
  // A sender that never got through closes all the same.
  exchange.receiver.on_sender_closed = [&loop] { loop.Stop(Duration(0)); };
  return absl::OkStatus();
}

void StartStreamSender(Loop& loop, Exchange& exchange, std::unique_ptr<Handler> sender) {
  ConnectOptions options;
  options.socket.Set(socket_option::kNoDelay, exchange.settings.no_delay);
  loop.Connect(exchange.receiver.endpoint, std::move(options), std::move(sender));
}

absl::Status StartNaive(Loop& loop, int index, Exchange& exchange) {
  if (index == 0) {
    return StartStreamReceiver(loop, exchange, [&loop, &exchange] {
      return std::make_unique<NaiveReceiver>(loop, exchange);
    });
  }
  using Sender = StreamSender<RawCodec>;
  const RawCodec codec(exchange.settings.message_bytes_max);
  StartStreamSender(loop, exchange,
                    std::make_unique<Sender>(loop, exchange, codec, Gather::kNothing));
  return absl::OkStatus();
}

template <class Codec>
absl::Status StartFramed(Loop& loop, int index, Exchange& exchange, absl::StatusOr<Codec> codec) {
  if (!codec.ok()) return codec.status();
  if (index == 0) {
    return StartStreamReceiver(loop, exchange, [&loop, &exchange, codec = *codec] {
      return std::make_unique<FramedReceiver<Codec>>(loop, exchange, codec);
    });
  }
  using Sender = StreamSender<Codec>;
  StartStreamSender(loop, exchange,
                    std::make_unique<Sender>(loop, exchange, *codec, Gather::kTurn));
  return absl::OkStatus();
}

absl::Status StartMode(Loop& loop, int index, Exchange& exchange) {
  const Settings& settings = exchange.settings;
  switch (exchange.mode) {
    case Mode::kNaive:
    case Mode::kInterval:
      return StartNaive(loop, index, exchange);
    case Mode::kDelimiter:
      return StartFramed(loop, index, exchange,
                         LineCodec::Create({.terminator = settings.terminator,
                                            .message_bytes_max = settings.message_bytes_max}));
    case Mode::kLengthPrefix:
      return StartFramed(
          loop, index, exchange,
          LengthPrefixCodec::Create({.message_bytes_max = settings.message_bytes_max}));
    case Mode::kUdp:
      return index == 0 ? StartDatagramReceiver(loop, exchange)
                        : StartDatagramSender(loop, exchange);
  }
  return absl::InternalError("no such mode");
}

}  // namespace

absl::StatusOr<Result> RunMode(const Settings& settings, Mode mode) {
  Exchange exchange(settings, mode);
  exchange.receiver.sketch =
      Sketch(settings.show, IsFramed(mode) ? Sketch::Until::kFirst : Sketch::Until::kTrouble);
  Result result;
  result.mode = mode;
  std::vector<std::unique_ptr<cli::InterruptWatch>> watches;  // one a loop
  GroupOptions options{.threads = 2, .loop = settings.loop};
  absl::StatusOr<std::unique_ptr<Group>> group =
      Group::Start(options, [&exchange, &result, &watches](Loop& loop, int index) {
        if (index == 0) {
          exchange.receiver.loop = &loop;
          result.backend = std::string(loop.backend_name());
          result.backend_reason = loop.backend_reason();
        }
        watches.push_back(std::make_unique<cli::InterruptWatch>(loop, [&exchange, index] {
          index == 0 ? exchange.receiver.on_interrupt() : exchange.sender.on_interrupt();
        }));
        return StartMode(loop, index, exchange);
      });
  if (!group.ok()) return group.status();
  (*group)->Join();

  result.tally = std::move(exchange.receiver.tally);
  result.sketch = std::move(exchange.receiver.sketch);
  result.sent = exchange.sender.sent;
  result.sends = exchange.sender.sends;
  result.kernel_drops = exchange.receiver.kernel_drops;
  result.socket_buffer_bytes = exchange.receiver.socket_buffer_bytes;
  result.status = exchange.sender.status;
  result.status.Update(exchange.receiver.status);
  result.interrupted = cli::Interrupted();
  return result;
}

}  // namespace sluice::sticky
