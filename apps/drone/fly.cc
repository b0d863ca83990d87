#include "apps/drone/fly.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "apps/drone/console.h"
#include "apps/drone/drone_model.h"
#include "apps/drone/script.h"
#include "apps/drone/script_run.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/loop_flags.h"

ABSL_FLAG(std::string, script, "", "fly: a file of commands to fly by, instead of the keyboard");
ABSL_FLAG(bool, json, false, "fly: with --script: print what happened as one JSON object");
ABSL_FLAG(std::string, bind, "",
          "fly: address that commands are sent from, such as :9000; without it any");
ABSL_FLAG(absl::Duration, timeout, absl::Seconds(1),
          "fly: how long an answer may take, beyond the time that a motion takes");
ABSL_FLAG(int, tries, 5, "fly: how often that is sent which is safe to repeat");
ABSL_FLAG(bool, keep_alive, true,
          "fly: ask for the battery after 5 s without a command, so that the drone does not land");
ABSL_DECLARE_FLAG(int, speedup);
ABSL_DECLARE_FLAG(int, state_port);

namespace sluice::drone {
namespace {

// Ends the program where it is none.
absl::StatusOr<Endpoint> DroneEndpoint(const std::string& text) {
  absl::StatusOr<Endpoint> endpoint = ResolveEndpoint(text);
  if (absl::IsInvalidArgument(endpoint.status())) {
    cli::ExitUsage("fly: " + std::string(endpoint.status().message()));
  }
  if (endpoint.ok() && (!endpoint->is_ip() || endpoint->port() == 0)) {
    cli::ExitUsage("fly: \"" + text + "\" is no HOST:PORT of a drone");
  }
  return endpoint;
}

absl::StatusOr<Endpoint> LocalEndpoint(const Endpoint& drone) {
  std::string local = absl::GetFlag(FLAGS_bind);
  if (local.empty()) local = drone.family() == AF_INET6 ? "[::]:0" : ":0";
  absl::StatusOr<Endpoint> endpoint = cli::EndpointFromFlag("bind", local);
  if (endpoint.ok() && endpoint->family() != drone.family()) {
    cli::ExitUsage("--bind: from " + local + " there is no way to " + drone.ToString());
  }
  return endpoint;
}

absl::StatusOr<FlightOptions> OptionsFromFlags(const std::string& text) {
  for (const char* flag : {"listen", "each", "drones", "battery", "silence", "remote_state", "log",
                           "loss", "duplicate", "delay", "seed"}) {
    cli::RefuseFlag(flag, "with fly");
  }
  cli::RequireRange("speedup", absl::GetFlag(FLAGS_speedup), 1, kSpeedupMax);
  cli::RequireRange("state_port", absl::GetFlag(FLAGS_state_port), 0, UINT16_MAX);
  cli::RequireRange("timeout", absl::GetFlag(FLAGS_timeout), absl::Milliseconds(1),
                    absl::Minutes(1));
  cli::RequireRange("tries", absl::GetFlag(FLAGS_tries), 1, 100);
  const absl::StatusOr<Endpoint> drone = DroneEndpoint(text);
  if (!drone.ok()) return drone.status();
  const absl::StatusOr<Endpoint> local = LocalEndpoint(*drone);
  if (!local.ok()) return local.status();
  FlightOptions options{.drone = *drone, .local = *local};
  options.state_port = static_cast<uint16_t>(absl::GetFlag(FLAGS_state_port));
  options.radio.timeout = cli::ToDuration(absl::GetFlag(FLAGS_timeout));
  options.radio.speedup = absl::GetFlag(FLAGS_speedup);
  options.radio.tries = absl::GetFlag(FLAGS_tries);
  if (!absl::GetFlag(FLAGS_keep_alive)) options.keep_alive = Duration(0);
  return options;
}

absl::StatusOr<std::vector<Step>> ReadScript(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kScriptBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (!file.is_open() || file.bad()) return absl::NotFoundError(path + " cannot be read");
  if (text.size() > kScriptBytesMax) return absl::ResourceExhaustedError(path + " is above 1 MiB");
  absl::StatusOr<std::vector<Step>> steps = ParseScript(text);
  if (steps.ok()) return steps;
  return absl::InvalidArgumentError(path + ": " + std::string(steps.status().message()));
}

int FlyScript(Loop& loop, const FlightOptions& options, std::vector<Step> steps) {
  const bool json = absl::GetFlag(FLAGS_json);
  ScriptRun run(loop, options, std::move(steps), json, [&loop] { loop.Stop(); });
  if (absl::Status status = run.Start(); !status.ok()) return cli::Fail(status);
  cli::InterruptWatch watch(loop, [&run] { run.Interrupt(); });
  loop.Run();
  if (json) std::fputs(run.ToJson().c_str(), stdout);
  return run.ok() ? 0 : cli::Fail(absl::AbortedError(run.error()));
}

int FlyByHand(Loop& loop, const FlightOptions& options) {
  Console console(loop, options, [&loop] { loop.Stop(); });
  if (absl::Status status = console.Start(); !status.ok()) return cli::Fail(status);
  cli::InterruptWatch watch(loop, [&console] { console.Leave(); });
  loop.Run();
  return console.status().ok() ? 0 : cli::Fail(console.status());
}

}  // namespace

int Fly(const std::string& drone) {
  const std::string script = absl::GetFlag(FLAGS_script);
  const LoopOptions loop_options = cli::LoopOptionsFromFlags();
  const absl::StatusOr<FlightOptions> options = OptionsFromFlags(drone);
  if (!options.ok()) return cli::Fail(options.status());
  absl::StatusOr<std::vector<Step>> steps = std::vector<Step>();
  if (script.empty()) {
    cli::RefuseFlag("json", "without --script");
  } else {
    steps = ReadScript(script);
    if (!steps.ok()) return cli::Fail(steps.status());
  }
  cli::CatchInterrupts();
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(loop_options);
  if (!loop.ok()) return cli::Fail(loop.status());
  return script.empty() ? FlyByHand(**loop, *options)
                        : FlyScript(**loop, *options, *std::move(steps));
}

}  // namespace sluice::drone
