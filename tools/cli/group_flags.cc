#include "tools/cli/group_flags.h"

#include <sched.h>

#include "absl/flags/flag.h"
#include "tools/cli/command.h"
#include "tools/cli/loop_flags.h"

ABSL_FLAG(int, threads, 1, "loops, one a thread; 0: one for each core this process may use");

namespace sluice::cli {
namespace {

constexpr int kThreadsMax = 1024;

int UsableCores() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof(cores), &cores) != 0) return 1;
  return CPU_COUNT(&cores);
}

}  // namespace

GroupOptions GroupOptionsFromFlags() {
  GroupOptions options;
  options.threads = absl::GetFlag(FLAGS_threads);
  RequireRange("threads", options.threads, 0, kThreadsMax);
  if (options.threads == 0) options.threads = UsableCores();
  options.loop = LoopOptionsFromFlags();
  return options;
}

}  // namespace sluice::cli
