// Half-open connections on demand, for a listener inside a private namespace and nowhere else.
//
//   auto injector = SynInjector::Create(ns, {.target_address = "127.0.0.1", .target_port = port,
//                                            .rate_per_second = 5000, .count_max = 20000,
//                                            .duration_max = std::chrono::seconds(4)});
//   auto sent = injector->Run();
#ifndef SLUICE_TOOLS_NETLAB_SYN_INJECTOR_H_
#define SLUICE_TOOLS_NETLAB_SYN_INJECTOR_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "tools/netlab/private_namespace.h"
#include "tools/netlab/syn_segment.h"
#include "tools/netlab/unique_fd.h"

namespace sluice::netlab {

struct SynInjectorOptions {
  std::string target_address;  // IPv4, local to the namespace, e.g. "127.0.0.1"
  uint16_t target_port = 0;
  uint32_t rate_per_second = 1000;                                  // 1 to kRateMax
  uint64_t count_max = 1000;                                        // 1 to kCountMax
  std::chrono::nanoseconds duration_max = std::chrono::seconds(1);  // above 0, to kDurationMax
  // Of source ports and sequence numbers. The same seed gives the same sources, so that a second
  // run in the same namespace adds no half-open connection: give it another seed.
  uint64_t seed = 1;
};

// Sends SYNs from made-up sources in kBlackholeNetwork, whose SYN-ACKs meet silence (see
// private_namespace.h). No two sources of a run are the same address and port. Bounded by rate,
// count and time. Its raw socket is bound to `lo`, so nothing leaves the namespace even so.
class SynInjector {
 public:
  static constexpr uint32_t kRateMax = 200'000;
  static constexpr uint64_t kCountMax = 1'000'000;
  static constexpr std::chrono::seconds kDurationMax{60};

  // `ns` must outlive the injector. Errors: InvalidArgument for an option beyond its bounds or a
  // target that is no IPv4 address; FailedPrecondition if the caller is not inside `ns` or the
  // target is not a local address of it.
  static absl::StatusOr<SynInjector> Create(const PrivateNamespace& ns,
                                            const SynInjectorOptions& options);

  // Sends what is due `elapsed` after the start and returns how many that were, for callers with a
  // loop of their own; call it again after some milliseconds until done(elapsed). One call sends at
  // most 512. Verifies the namespace again first.
  absl::StatusOr<uint64_t> SendDue(std::chrono::nanoseconds elapsed);

  bool done(std::chrono::nanoseconds elapsed) const {
    return sent_ >= options_.count_max || elapsed >= options_.duration_max;
  }

  // Blocks until the count or the time is up; returns how many SYNs were sent in all.
  absl::StatusOr<uint64_t> Run();

  uint64_t sent() const { return sent_; }

 private:
  SynInjector(const PrivateNamespace& ns, const SynInjectorOptions& options, uint32_t target,
              UniqueFd socket)
      : ns_(&ns), options_(options), target_address_(target), socket_(std::move(socket)) {}

  SynPacket PacketOf(uint64_t index) const;
  absl::StatusOr<uint64_t> SendBatch(uint64_t count);

  const PrivateNamespace* ns_;
  SynInjectorOptions options_;
  uint32_t target_address_;  // host byte order
  UniqueFd socket_;
  uint64_t sent_ = 0;
};

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_SYN_INJECTOR_H_
