// The command line of the probe's links.
#ifndef SLUICE_TOOLS_PROBE_FLAGS_H_
#define SLUICE_TOOLS_PROBE_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/probe/probe.h"

namespace sluice::probe {

// Bad usage ends the program.
absl::StatusOr<ProbeOptions> ProbeOptionsFromFlags(LinkKind kind, const std::string& command,
                                                   const std::string& address);

// Ends the program where a flag of the links was given to a command that has none of them.
void RefuseLinkFlags(std::string_view command);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_FLAGS_H_
