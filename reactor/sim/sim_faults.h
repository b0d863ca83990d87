// The faults a simulated kernel injects: each a named knob with an exact ratio, each counted. A run
// draws its own knobs from its seed (swarm testing: Groce et al., 2012), so that runs differ in
// which faults they have, and how often.
#ifndef SLUICE_REACTOR_SIM_SIM_FAULTS_H_
#define SLUICE_REACTOR_SIM_SIM_FAULTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reactor/base/prng.h"
#include "reactor/sim/sim_events.h"
#include "reactor/sim/sim_trace.h"

namespace sluice::sim {

enum class Fault : uint8_t {
  kPartialReceive,     // fewer bytes than have arrived
  kShortSend,          // fewer bytes taken than offered
  kZeroCopySend,       // what a send took is read for a while after its completion
  kLateReceive,        // bytes that have arrived are told of later
  kLateSend,           // a finished send is told of later
  kLateAccept,         // a finished handshake is told of later
  kLateConnect,        // an established connection is told of later
  kLateClose,          // the descriptor is gone, the completion comes later
  kLateEnd,            // the peer's FIN is told of later
  kDeliveryAfterStop,  // one more delivery, or the end, although receiving was stopped
  kAcceptAfterStop,    // one more connection although accepting was stopped, or the listener closed
  kDoneDespiteClose,   // what was outstanding at Close ends with its result, not with ECANCELED
  kNoBuffers,          // every receive buffer is taken for a while
  kSmallBatch,         // one Poll gives one completion, the others wait
  kEmptyPoll,          // a Poll returns although nothing happened
  kLatePoll,           // the process does not run for a while; then much has happened at once
  kAcceptOutOfFiles,   // accept: EMFILE, ENFILE, ENOBUFS or ENOMEM
  kSocketOutOfFiles,   // an outbound socket: EMFILE
  kPeerReset,          // the connection is reset from outside
  kTimedOut,           // the connection ends with ETIMEDOUT
  kSendFailed,         // a send: ENOBUFS, ENOMEM or EPIPE
  kConnectRefused,     // a connect meets ECONNREFUSED, EHOSTUNREACH or ENETUNREACH
  kSegmentDelay,       // a segment takes longer, as a retransmitted one does
  kHandshakeLoss,      // a SYN, SYN-ACK or the ACK that ends the handshake is lost
  kDatagramLoss,
  kDatagramDuplicate,
  kDatagramReorder,
  kDatagramOverflow,  // the receive buffer is full; by its size, not by a ratio
  kSendToRefused,     // one datagram of a batch: ENOBUFS, EPERM
  kDescriptorReuse,   // the number closed last is given to the next socket at once
  kReceiveBurst,      // one Poll gives one more delivery of the same socket
  kSendAtOnce,        // a send is done before Send returns, and no completion follows
  kRetainRefused,     // a receive buffer cannot be kept beyond its completion
};
inline constexpr size_t kFaults = static_cast<size_t>(Fault::kRetainRefused) + 1;

// "partial_receive": as knobs are named on a command line and in a report.
std::string_view FaultName(Fault fault);

// How often each fault happens, as a numerator over kDenominator; 0: never.
struct FaultKnobs {
  static constexpr uint32_t kDenominator = 1024;
  std::array<uint32_t, kFaults> ratios{};

  static FaultKnobs None() { return {}; }
  // Each fault is off in half of all draws, and of any frequency in the others. Faults that end
  // connections stay rare, so that something is left to be tested.
  static FaultKnobs Draw(Prng& prng);
};

// Draws faults and counts those that happened.
class FaultInjector {
 public:
  FaultInjector(Prng& prng, const FaultKnobs& knobs, const EventQueue& clock, Tracer& tracer)
      : prng_(prng), knobs_(knobs), clock_(clock), tracer_(tracer) {}

  bool Happens(Fault fault) {
    const uint32_t ratio = knobs_.ratios[static_cast<size_t>(fault)];
    // Without a draw where it is off: a knob turned off leaves the rest of a run as it was.
    if (ratio == 0 || !prng_.Chance(ratio, FaultKnobs::kDenominator)) return false;
    Count(fault);
    return true;
  }
  void Count(Fault fault) {
    ++counts_[static_cast<size_t>(fault)];
    if (tracer_.wanted()) tracer_.OnFault(clock_.now(), FaultName(fault));
  }

  Prng& prng() { return prng_; }
  const FaultKnobs& knobs() const { return knobs_; }
  const std::array<uint64_t, kFaults>& counts() const { return counts_; }

 private:
  Prng& prng_;
  const FaultKnobs knobs_;
  const EventQueue& clock_;
  Tracer& tracer_;
  std::array<uint64_t, kFaults> counts_{};
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_FAULTS_H_
