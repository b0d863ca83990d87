// How many files and sockets this process may have open (getrlimit(2), RLIMIT_NOFILE).
#ifndef SLUICE_TOOLS_CLI_DESCRIPTORS_H_
#define SLUICE_TOOLS_CLI_DESCRIPTORS_H_

#include <cstdint>

#include "absl/status/status.h"

namespace sluice::cli {

// Raises the soft limit to the hard one and returns it.
uint64_t RaiseDescriptorLimit();

// As RaiseDescriptorLimit. ResourceExhausted when `sockets`, and some more for the program itself,
// do not fit; says both numbers and what to do.
absl::Status EnsureDescriptors(uint64_t sockets);

}  // namespace sluice::cli

#endif  // SLUICE_TOOLS_CLI_DESCRIPTORS_H_
