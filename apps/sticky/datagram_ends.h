// The two ends of the UDP mode: a datagram a message, and a receive a datagram.
#ifndef SLUICE_APPS_STICKY_DATAGRAM_ENDS_H_
#define SLUICE_APPS_STICKY_DATAGRAM_ENDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "apps/sticky/distraction.h"
#include "apps/sticky/exchange.h"
#include "apps/sticky/pace.h"
#include "apps/sticky/unit_judge.h"
#include "reactor/loop.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice::sticky {

// One datagram a turn of the loop, as a sendto loop does it. Nothing slows it down when the
// receiver falls behind: UDP tells nobody.
class DatagramSender final : public DatagramHandler {
 public:
  // `exchange` outlives the loop.
  DatagramSender(Loop& loop, Exchange& exchange);

  void Start(DatagramSocket& socket);
  void OnDatagrams(DatagramSocket&, absl::Span<const Datagram>) override {}
  // The receiver's socket is there for as long as this one: an error is the network's to explain.
  void OnError(DatagramSocket& socket, int error) override;
  void OnClose(DatagramSocket& socket) override;

 private:
  void Pump();

  Loop& loop_;
  Exchange& exchange_;
  DatagramSocket* socket_ = nullptr;
  Pace pace_;
  std::string message_;
  Timer timer_;
};

class DatagramReceiver final : public DatagramHandler {
 public:
  // `exchange` outlives the loop.
  DatagramReceiver(Loop& loop, Exchange& exchange);

  void Start(DatagramSocket& socket);
  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override;
  void OnClose(DatagramSocket& socket) override;

 private:
  // A datagram has no end of stream: the end is that the sender is done and nothing came for this
  // long while the receiver was looking.
  static constexpr Duration kQuiet = std::chrono::milliseconds(100);

  void Quiet();

  Loop& loop_;
  Exchange& exchange_;
  DatagramSocket* socket_ = nullptr;
  UnitJudge judge_;
  Distraction distraction_;
  bool sender_closed_ = false;
  Timer quiet_;
};

absl::Status StartDatagramReceiver(Loop& loop, Exchange& exchange);
absl::Status StartDatagramSender(Loop& loop, Exchange& exchange);

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_DATAGRAM_ENDS_H_
