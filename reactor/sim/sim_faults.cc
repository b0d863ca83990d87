#include "reactor/sim/sim_faults.h"

namespace sluice::sim {

std::string_view FaultName(Fault fault) {
  static constexpr std::array<std::string_view, kFaults> kNames = {
      "partial_receive",     "short_send",          "zero_copy_send",
      "late_receive",        "late_send",           "late_accept",
      "late_connect",        "late_close",          "late_end",
      "delivery_after_stop", "accept_after_stop",   "done_despite_close",
      "no_buffers",          "small_batch",         "empty_poll",
      "late_poll",           "accept_out_of_files", "socket_out_of_files",
      "peer_reset",          "timed_out",           "send_failed",
      "connect_refused",     "segment_delay",       "handshake_loss",
      "datagram_loss",       "datagram_duplicate",  "datagram_reorder",
      "datagram_overflow",   "send_to_refused",     "descriptor_reuse",
      "receive_burst",       "send_at_once",        "retain_refused",
  };
  return kNames[static_cast<size_t>(fault)];
}

FaultKnobs FaultKnobs::Draw(Prng& prng) {
  FaultKnobs knobs;
  for (size_t i = 0; i < kFaults; ++i) {
    const auto fault = static_cast<Fault>(i);
    const bool fatal = fault == Fault::kPeerReset || fault == Fault::kTimedOut ||
                       fault == Fault::kSendFailed || fault == Fault::kConnectRefused ||
                       fault == Fault::kSocketOutOfFiles;
    // At most 3/4, so that everything gets through in the end.
    const uint32_t most = fatal                            ? 4
                          : fault == Fault::kHandshakeLoss ? kDenominator / 4
                                                           : kDenominator * 3 / 4;
    if (prng.Chance(1, 2)) knobs.ratios[i] = static_cast<uint32_t>(prng.Between(1, most));
  }
  return knobs;
}

}  // namespace sluice::sim
