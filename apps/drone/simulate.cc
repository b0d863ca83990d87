#include "apps/drone/simulate.h"

#include <memory>
#include <string>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "apps/drone/simulator.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"
#include "tools/cli/loop_flags.h"
#include "tools/cli/server.h"

ABSL_FLAG(
    std::string, listen, "127.0.0.1:8889",
    "simulate: where commands come: HOST:PORT, [IPV6]:PORT or :PORT; port 0 picks a free one");
ABSL_FLAG(bool, each, false,
          "simulate: a drone for each controller, instead of one that belongs to the first");
ABSL_FLAG(int, drones, 1000, "simulate: at most so many controllers at once, with --each");
ABSL_FLAG(double, battery, 100, "simulate: how full a new drone's battery is, in per cent");
ABSL_FLAG(
    absl::Duration, silence, absl::Seconds(15),
    "simulate: a drone that hears nothing for so long lands; its controller is forgotten after "
    "twice as long");
ABSL_FLAG(bool, remote_state, false,
          "simulate: send the state to other hosts, too. Whoever can forge addresses can then have "
          "it sent to somebody else");
ABSL_FLAG(bool, log, false, "simulate: a line on standard error for all that comes and goes");
ABSL_FLAG(double, loss, 0, "simulate: lose so many per cent of all datagrams, each way");
ABSL_FLAG(double, duplicate, 0, "simulate: send so many per cent of the answers and states twice");
ABSL_FLAG(absl::Duration, delay, absl::ZeroDuration(),
          "simulate: what is sent leaves so much later");
ABSL_FLAG(uint64_t, seed, 1, "simulate: which datagrams are lost or sent twice follows from it");
ABSL_DECLARE_FLAG(int, speedup);
ABSL_DECLARE_FLAG(int, state_port);

namespace sluice::drone {
namespace {

void RequirePercent(const char* flag, double value) {
  if (value >= 0 && value <= 100) return;
  cli::ExitUsage("--" + std::string(flag) + " must be from 0 to 100 per cent");
}

SimulatorOptions SimulatorOptionsFromFlags() {
  for (const char* flag : {"script", "json", "bind", "timeout", "tries", "keep_alive"}) {
    cli::RefuseFlag(flag, "with simulate");
  }
  cli::RequireRange("drones", absl::GetFlag(FLAGS_drones), 1, 100'000);
  cli::RequireRange("speedup", absl::GetFlag(FLAGS_speedup), 1, kSpeedupMax);
  cli::RequireRange("silence", absl::GetFlag(FLAGS_silence), absl::Milliseconds(100),
                    absl::Hours(1));
  cli::RequireRange("delay", absl::GetFlag(FLAGS_delay), absl::ZeroDuration(), absl::Minutes(1));
  cli::RequireRange("state_port", absl::GetFlag(FLAGS_state_port), 0, UINT16_MAX);
  RequirePercent("battery", absl::GetFlag(FLAGS_battery));
  RequirePercent("loss", absl::GetFlag(FLAGS_loss));
  RequirePercent("duplicate", absl::GetFlag(FLAGS_duplicate));
  if (!absl::GetFlag(FLAGS_each)) cli::RefuseFlag("drones", "without --each");
  return {.drones_max =
              absl::GetFlag(FLAGS_each) ? static_cast<size_t>(absl::GetFlag(FLAGS_drones)) : 1,
          .battery = absl::GetFlag(FLAGS_battery),
          .speedup = absl::GetFlag(FLAGS_speedup),
          .silence = cli::ToDuration(absl::GetFlag(FLAGS_silence)),
          .state_port = static_cast<uint16_t>(absl::GetFlag(FLAGS_state_port)),
          .remote_state = absl::GetFlag(FLAGS_remote_state),
          .log = absl::GetFlag(FLAGS_log),
          .link = {.loss_percent = absl::GetFlag(FLAGS_loss),
                   .duplicate_percent = absl::GetFlag(FLAGS_duplicate),
                   .delay = cli::ToDuration(absl::GetFlag(FLAGS_delay)),
                   .seed = absl::GetFlag(FLAGS_seed)}};
}

}  // namespace

int Simulate() {
  const SimulatorOptions options = SimulatorOptionsFromFlags();
  const LoopOptions loop_options = cli::LoopOptionsFromFlags();
  const auto endpoint = cli::EndpointFromFlag("listen", absl::GetFlag(FLAGS_listen));
  if (!endpoint.ok()) return cli::Fail(endpoint.status());
  if (!endpoint->is_ip()) cli::ExitUsage("--listen: a drone has a HOST:PORT");
  cli::Server server(GroupOptions{.threads = 1, .loop = loop_options});
  DatagramSocketOptions socket_options;
  // Hundreds of controllers may speak at once; the kernel gives as much as it may.
  socket_options.socket.Set(socket_option::kReceiveBufferBytes, 1 << 20);
  server.AddDatagram({*endpoint, socket_options,
                      [&](Loop& loop, int) { return std::make_unique<Simulator>(loop, options); }});
  return server.Run();
}

}  // namespace sluice::drone
