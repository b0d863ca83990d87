#include "apps/drone/bad_link.h"

#include "reactor/loop.h"

namespace sluice::drone {

BadLink::BadLink(Loop& loop, const BadLinkOptions& options)
    : loop_(loop), options_(options), prng_(options.seed), timer_(loop, [this] { SendDue(); }) {}

bool BadLink::Happens(double percent) {
  constexpr uint64_t kParts = 1'000'000;
  return percent > 0 && prng_.Chance(static_cast<uint64_t>(percent / 100 * kParts), kParts);
}

void BadLink::Send(DatagramSocket& socket, const Endpoint& peer, std::string_view bytes) {
  if (Happens(options_.loss_percent)) return;
  const int copies = Happens(options_.duplicate_percent) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    if (options_.delay == Duration(0)) {
      socket.Send(peer, bytes);
    } else if (held_.size() < kHeldMax) {
      held_.push_back({loop_.now() + options_.delay, &socket, peer, std::string(bytes)});
    }
  }
  if (!held_.empty() && !timer_.armed()) timer_.ArmAt(held_.front().due);
}

void BadLink::SendDue() {
  while (!held_.empty() && held_.front().due <= loop_.now()) {
    held_.front().socket->Send(held_.front().peer, held_.front().bytes);
    held_.pop_front();
  }
  if (!held_.empty()) timer_.ArmAt(held_.front().due);
}

void BadLink::Close() {
  held_.clear();
  timer_.Cancel();
}

}  // namespace sluice::drone
