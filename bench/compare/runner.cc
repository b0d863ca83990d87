#include "bench/compare/runner.h"

#include <utility>

#include "absl/status/statusor.h"

namespace sluice::compare {

std::vector<std::string> CommandFor(const Contender& contender, const Workload& workload) {
  std::vector<std::string> command = contender.command;
  for (const std::string& flag : ServerFlagsFor(workload)) command.push_back(flag);
  return command;
}

absl::Status Runner::Start(const Contender& contender, const Workload& workload,
                           const Settings& settings) {
  absl::StatusOr<std::unique_ptr<ServerProcess>> started =
      ServerProcess::Start(CommandFor(contender, workload), {settings.server_core});
  if (!started.ok()) return started.status();
  server = *std::move(started);
  absl::StatusOr<std::unique_ptr<ClientProcess>> connected =
      ClientProcess::Start(workload, *server, settings.client_core);
  if (!connected.ok()) return connected.status();
  client = *std::move(connected);
  return absl::OkStatus();
}

void Runner::Stop() {
  client.reset();
  server.reset();
}

}  // namespace sluice::compare
