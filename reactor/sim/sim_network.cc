#include "reactor/sim/sim_network.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "reactor/base/check.h"

namespace sluice::sim {
namespace {

uint64_t Pack(base::SlabKey key) {
  return uint64_t{key.generation} << 32 | key.index;
}

base::SlabKey Unpack(uint64_t packed) {
  return {static_cast<uint32_t>(packed), static_cast<uint32_t>(packed >> 32)};
}

}  // namespace

SimNetwork::SimNetwork(EventQueue& events, FaultInjector& faults, Tracer& tracer,
                       const NetworkOptions& options)
    : events_(events), faults_(faults), tracer_(tracer), options_(options) {}

SimHost& SimNetwork::AddHost(const HostOptions& options) {
  SimHost& host = *hosts_.emplace_back(std::make_unique<SimHost>(hosts_.size(), options));
  host_of_address_.emplace(host.address(), &host);
  return host;
}

void SimNetwork::SetLink(const SimHost& a, const SimHost& b, const LinkOptions& options) {
  LinkBetween(a, b).options = options;
  LinkBetween(b, a).options = options;
}

SimNetwork::Link& SimNetwork::LinkBetween(const SimHost& from, const SimHost& to) {
  const auto [link, made] = links_.try_emplace(uint64_t{from.number} << 32 | to.number);
  if (made) link->second.options = options_;
  return link->second;
}

// One way to the stream's peer, or where that is not known any more, as links are in general.
Duration SimNetwork::Latency(const Stream& stream) {
  const SimHost* other = HostOf(*stream.host, stream.remote);
  if (other == stream.host) return options_.loopback_latency;
  return other == nullptr ? options_.latency : LinkBetween(*stream.host, *other).options.latency;
}

// How long a packet takes that leaves now.
Duration SimNetwork::Delay(const SimHost& from, const SimHost& to, size_t bytes) {
  Duration delay = options_.loopback_latency;
  if (&from != &to) {
    Link& link = LinkBetween(from, to);
    delay = link.options.latency;
    if (link.options.jitter > Duration(0)) {
      const auto jitter = static_cast<uint64_t>(link.options.jitter.count());
      delay += Duration(faults_.prng().Between(0, jitter));
    }
    if (link.options.bytes_per_second > 0) {
      link.free = std::max(link.free, events_.now()) +
                  Duration(bytes * 1'000'000'000 / link.options.bytes_per_second);
      delay += link.free - events_.now();
    }
  }
  if (faults_.Happens(Fault::kSegmentDelay)) {
    delay += kRetransmission * faults_.prng().Between(1, 4);
  }
  return delay;
}

void SimNetwork::SendHandshake(const SimHost& from, const SimHost& to, Kind kind,
                               base::SlabKey subject, uint32_t number) {
  constexpr size_t kPacketBytes = 60;
  const Duration delay = Delay(from, to, kPacketBytes);
  if (&from == &to && delay == options_.loopback_latency) {
    OnEvent({events_.now(), this, kind, number, ToSubject(subject)});
  } else {
    events_.Schedule(delay, *this, kind, ToSubject(subject), number);
  }
}

// The host that has the address, seen from `from`; nullptr: no route.
SimHost* SimNetwork::HostOf(const SimHost& from, const Endpoint& to) {
  if (from.Has(to)) return hosts_[from.number].get();
  Endpoint address = to;
  address.set_port(0);
  const auto found = host_of_address_.find(address);
  return found == host_of_address_.end() ? nullptr : found->second;
}

void SimNetwork::Trace(std::string_view what, const Endpoint& from, const Endpoint& to,
                       std::string_view payload) {
  if (tracer_.wanted()) tracer_.OnPacket({events_.now(), what, &from, &to, payload});
}

void SimNetwork::OnEvent(const Event& event) {
  const base::SlabKey subject = Unpack(event.subject);
  switch (static_cast<Kind>(event.kind)) {
    case kSynArrives:
      if (Stream* client = FindStream(subject)) {
        SynArrives(subject, *hosts_[event.number], client->remote);
      }
      return;
    case kSynAckArrives:
      return SynAckArrives(subject, event.number);
    case kAckArrives:
      return AckArrives(subject);
    case kRefusedArrives:
      return Refuse(subject, static_cast<int>(event.number));
    case kSynTimer:
      return SynTimer(subject);
    case kSynAckTimer:
      return SynAckTimer(subject, event.number);
    case kAckTimer:
      return AckTimer(subject);
    case kBytesArrive:
      return BytesArrive(subject, event.number);
    case kFinArrives:
      return FinArrives(subject);
    case kResetArrives:
      return ResetArrives(subject, event.number);
    case kSpaceArrives:
      return SpaceArrives(subject);
    case kProbeTimer:
      return ProbeTimer(subject);
    case kMayForget:
      return ForgetIfDone(subject);
    case kDatagramArrives:
      return DatagramArrives(event.subject);
  }
}

uint64_t SimNetwork::ToSubject(base::SlabKey key) {
  return Pack(key);
}

}  // namespace sluice::sim
