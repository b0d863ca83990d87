// A bad radio link to practise on: what is sent through it is lost, comes twice or comes late, as
// often as asked for. The same seed makes the same datagrams suffer.
#ifndef SLUICE_APPS_DRONE_BAD_LINK_H_
#define SLUICE_APPS_DRONE_BAD_LINK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "reactor/base/endpoint.h"
#include "reactor/base/prng.h"
#include "reactor/base/time.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice::drone {

struct BadLinkOptions {
  double loss_percent = 0;       // of the datagrams, each way
  double duplicate_percent = 0;  // of those that are sent
  Duration delay{0};             // of those that are sent
  uint64_t seed = 1;
};

// Belongs to the loop's thread; the socket may close before it goes.
class BadLink {
 public:
  // Datagrams held back at once; what comes beyond is lost.
  static constexpr size_t kHeldMax = 10'000;

  BadLink(Loop& loop, const BadLinkOptions& options);

  // Whether the datagram that just came was lost on its way.
  bool LosesReceived() { return Happens(options_.loss_percent); }
  void Send(DatagramSocket& socket, const Endpoint& peer, std::string_view bytes);
  // Nothing held back is sent any more: its socket goes.
  void Close();

 private:
  struct Held {
    TimePoint due;
    DatagramSocket* socket;
    Endpoint peer;
    std::string bytes;
  };

  bool Happens(double percent);
  void SendDue();

  Loop& loop_;
  const BadLinkOptions options_;
  Prng prng_;
  std::deque<Held> held_;  // in the order of their times: the delay is the same for all
  Timer timer_;
};

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_BAD_LINK_H_
