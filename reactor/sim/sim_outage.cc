// SimNetwork: partitions, hosts that crash and come back, and what TCP makes of it: it repeats, and
// gives up in the end (net/ipv4/tcp_timer.c).
#include <algorithm>
#include <cerrno>

#include "reactor/sim/sim_network.h"

namespace sluice::sim {
namespace {

// net.ipv4.tcp_retries2 = 15 repetitions take 924.6 s (ip-sysctl).
constexpr uint8_t kRetries = 15;
constexpr Duration kGivesUpAfter = std::chrono::milliseconds(924'600);
constexpr Duration kLongestWait = std::chrono::seconds(120);  // TCP_RTO_MAX

uint64_t PairOf(const SimHost& a, const SimHost& b) {
  const auto [low, high] = std::minmax(a.number, b.number);
  return uint64_t{low} << 32 | high;
}

}  // namespace

void SimNetwork::Partition(const SimHost& a, const SimHost& b, bool parted) {
  if (parted) {
    partitions_.insert(PairOf(a, b));
  } else {
    partitions_.erase(PairOf(a, b));
  }
}

bool SimNetwork::Passes(const SimHost& from, const SimHost& to) const {
  if (!from.up || !to.up) return false;
  return partitions_.empty() || !partitions_.contains(PairOf(from, to));
}

// True where bytes or FIN do not get through now: they are tried again, and at last given up.
bool SimNetwork::HeldUp(Stream& sender, const Stream& receiver, Kind kind, uint32_t number) {
  if (Passes(*sender.host, *receiver.host)) {
    sender.held_since = TimePoint();
    return false;
  }
  if (sender.held_since == TimePoint()) sender.held_since = events_.now();
  if (events_.now() - sender.held_since >= kGivesUpAfter) {
    EndWith(sender, ETIMEDOUT);
  } else {
    events_.Schedule(kRetransmission, *this, kind, ToSubject(receiver.self), number);
  }
  return true;
}

// The other end is gone without a word that reached this one: what is sent there is repeated until
// its host answers that it has no such connection, or for as long as TCP tries.
void SimNetwork::Probe(Stream& stream, Duration delay) {
  if (stream.probing) return;
  stream.probing = true;
  stream.tries = 0;
  events_.Schedule(delay, *this, kProbeTimer, ToSubject(stream.self));
}

void SimNetwork::ProbeTimer(StreamKey key) {
  Stream* stream = FindStream(key);
  if (stream == nullptr || stream->state != State::kEstablished) return;
  // The answer may be lost, too.
  const SimHost* other = HostOf(*stream->host, stream->remote);
  if (other != nullptr && Passes(*stream->host, *other)) AnswerWithReset(*stream);
  if (stream->tries >= kRetries) {
    EndWith(*stream, ETIMEDOUT);
    return;
  }
  ++stream->tries;
  const Duration wait =
      std::min<Duration>(kRetransmission * (int64_t{1} << stream->tries), kLongestWait);
  events_.Schedule(wait, *this, kProbeTimer, ToSubject(key));
}

}  // namespace sluice::sim
