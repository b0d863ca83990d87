#include "tools/cli/descriptors.h"

#include <sys/resource.h>

#include <string>

namespace sluice::cli {
namespace {

// Standard streams, rings, event descriptors and the like of a program with a few loops.
constexpr uint64_t kOwnDescriptors = 64;

}  // namespace

uint64_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t soft = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : soft;
}

absl::Status EnsureDescriptors(uint64_t sockets) {
  const uint64_t limit = RaiseDescriptorLimit();
  const uint64_t needed = sockets + kOwnDescriptors;
  if (limit >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      std::to_string(sockets) + " sockets need " + std::to_string(needed) +
      " descriptors, but this process may have " + std::to_string(limit) +
      ": raise the limit (ulimit -Hn " + std::to_string(needed) + " as root) or ask for fewer");
}

}  // namespace sluice::cli
