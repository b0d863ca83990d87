// Sends the messages over TCP, each encoded by a codec into the connection's output.
#ifndef SLUICE_APPS_STICKY_STREAM_SENDER_H_
#define SLUICE_APPS_STICKY_STREAM_SENDER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "apps/sticky/exchange.h"
#include "apps/sticky/pace.h"
#include "reactor/base/check.h"
#include "reactor/connection.h"
#include "reactor/handler.h"
#include "reactor/loop.h"
#include "reactor/timer.h"

namespace sluice::sticky {

enum class Gather {
  kNothing,  // a send a message, the next only after the kernel took it: as sock.send(message)
  kTurn,     // Sluice's way: what a turn produced leaves together
};

template <class Codec>
class StreamSender final : public Handler {
 public:
  // `exchange` outlives the loop.
  StreamSender(Loop& loop, Exchange& exchange, Codec codec, Gather gather)
      : loop_(loop),
        exchange_(exchange),
        codec_(std::move(codec)),
        unsent_bytes_max_(gather == Gather::kNothing ? 0 : kGatheredBytesMax),
        pace_(exchange.settings, exchange.mode),
        message_(exchange.plan.bytes_max(), '\0'),
        timer_(loop, [this] {
          if (Connection* connection = loop_.Find(id_)) Pump(*connection);
        }) {}

  void OnOpen(Connection& connection) override {
    id_ = connection.id();
    ConnectionLimits limits = connection.limits();
    // OnDrain comes when output fell to the low mark having been above the high one, which Pump
    // always leaves it.
    limits.output_high_water_bytes = static_cast<uint32_t>(unsent_bytes_max_);
    limits.output_low_water_bytes = static_cast<uint32_t>(unsent_bytes_max_ / 4);
    // A receiver that looks away is no reason to give up.
    limits.linger_timeout = std::chrono::hours(1);
    limits.stall_timeout = Duration(0);
    connection.SetLimits(limits);
    pace_.Start(loop_.now());
    exchange_.sender.on_interrupt = [this] {
      pace_.End();
      if (Connection* found = loop_.Find(id_)) Pump(*found);
    };
    Pump(connection);
  }

  // The receiver never sends.
  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }

  void OnDrain(Connection& connection) override { Pump(connection); }

  void OnClose(Connection&, CloseReason reason) override {
    SenderPart& part = exchange_.sender;
    part.on_interrupt = [] {};
    part.sent = pace_.sent();
    part.sends = loop_.stats().sends;
    if (reason.code != CloseCode::kLocal) {
      part.status = absl::UnavailableError("the sender's connection ended: " + reason.ToString());
    }
    exchange_.SenderClosed();
    loop_.Stop(Duration(0));
  }

 private:
  static constexpr size_t kGatheredBytesMax = 256 << 10;

  void Pump(Connection& connection) {
    while (connection.is_open() && connection.unsent_bytes() <= unsent_bytes_max_) {
      const TimePoint now = loop_.now();
      if (pace_.Finished(now)) {
        connection.Close();
      } else if (!pace_.Due(now)) {
        timer_.ArmAt(pace_.next());
        return;
      } else {
        SendOne(connection, now);
      }
    }
  }

  void SendOne(Connection& connection, TimePoint now) {
    const uint64_t number = pace_.sent() + 1;
    exchange_.plan.Write(number, now, message_.data());
    const std::string_view message(message_.data(), exchange_.plan.SizeOf(number));
    const CodecError error = codec_.Encode(message, connection);
    SLUICE_CHECK(error == CodecError::kNone, "the codec was made for these messages");
    pace_.Sent(now);
  }

  Loop& loop_;
  Exchange& exchange_;
  Codec codec_;
  size_t unsent_bytes_max_;
  Pace pace_;
  std::string message_;
  ConnectionId id_;
  Timer timer_;
};

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_STREAM_SENDER_H_
