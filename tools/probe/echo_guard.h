// Keeps an echo from answering an echo.
#ifndef SLUICE_TOOLS_PROBE_ECHO_GUARD_H_
#define SLUICE_TOOLS_PROBE_ECHO_GUARD_H_

#include <cstddef>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "reactor/base/time.h"

namespace sluice::probe {

// Of one peer. What comes back as it was just sent is not sent again: that ends a loop in one
// exchange, and asks of an honest client only that it does not repeat itself so soon.
class EchoGuard {
 public:
  static constexpr Duration kWindow = std::chrono::milliseconds(500);
  // Different datagrams echoed within it; more may be a loop of something that is no echo.
  static constexpr size_t kEchoesMax = 1024;

  bool MayEcho(std::string_view bytes, TimePoint now) {
    if (now - begun_ >= kWindow) {
      echoed_ = {};
      begun_ = now;
    }
    return echoed_.size() < kEchoesMax && echoed_.insert(absl::HashOf(bytes)).second;
  }

 private:
  absl::flat_hash_set<size_t> echoed_;  // hashes of what was
  TimePoint begun_{};
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_ECHO_GUARD_H_
