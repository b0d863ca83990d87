// sluice-drone: a simulated drone that takes text commands over UDP, and a console to fly one.
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "apps/drone/fly.h"
#include "apps/drone/simulate.h"
#include "tools/cli/command.h"

ABSL_FLAG(int, speedup, 1,
          "so many seconds of flight pass in one; give fly what the simulator has");
ABSL_FLAG(int, state_port, 8890,
          "where the state goes: of simulate's controllers, of fly's own host; 0: no state");

namespace sluice::drone {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-drone",
    .purpose = "simulates a drone that takes text commands over UDP, and flies one.",
    .usage = "sluice-drone simulate [FLAGS] | fly HOST:PORT [FLAGS]",
    .subcommands =
        "  simulate  a drone with a model of its flight, its battery and a bad link\n"
        "  fly       a console for it, or for a real one\n",
    .notes =
        "fly lands what it took off before it leaves: at `end`, at the end of a script, at its "
        "first error, at Ctrl-C. A second Ctrl-C leaves at once. Exit code: 0; 1 on failure, and "
        "of a "
        "script that met an error; 2 for bad usage.\n",
    .examples =
        "  sluice-drone simulate            # 127.0.0.1:8889, as the real one\n"
        "  sluice-drone fly 127.0.0.1:8889\n"
        "  sluice-drone simulate --speedup=10 --log\n"
        "  sluice-drone simulate --loss=20 --delay=300ms --duplicate=20 --seed=7\n"
        "  sluice-drone fly 127.0.0.1:8889 --script=square.txt --json\n",
    .positional_count_max = 2};

int Main(const std::vector<std::string>& arguments) {
  const bool alone = arguments.size() == 1;
  if (arguments[0] == "simulate" && alone) return Simulate();
  if (arguments[0] == "simulate") cli::ExitUsage("simulate takes flags alone: see --listen");
  if (arguments[0] == "fly" && !alone) return Fly(arguments[1]);
  if (arguments[0] == "fly") cli::ExitUsage("fly what? Give a HOST:PORT, such as 127.0.0.1:8889");
  cli::ExitUsage("there is no subcommand \"" + arguments[0] + "\": there are simulate and fly");
}

}  // namespace
}  // namespace sluice::drone

int main(int argc, char** argv) {
  return sluice::drone::Main(sluice::cli::Start(argc, argv, sluice::drone::kCommand));
}
