// The command line of sluice-backlog.
#ifndef SLUICE_APPS_BACKLOG_FLAGS_H_
#define SLUICE_APPS_BACKLOG_FLAGS_H_

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "apps/backlog/serve.h"
#include "apps/backlog/sweep_plan.h"

namespace sluice::backlog {

// Each ends the program as bad usage where its flags have no meaning, or where a flag of the other
// subcommand is set.
absl::StatusOr<ServeOptions> ServeOptionsFromFlags();  // an error: the host cannot be found
SweepOptions SweepOptionsFromFlags();

size_t CellsAtOnceFromFlags();
bool JsonFromFlags();

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_FLAGS_H_
