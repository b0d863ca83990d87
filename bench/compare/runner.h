// A server and the client that loads it.
#ifndef SLUICE_BENCH_COMPARE_RUNNER_H_
#define SLUICE_BENCH_COMPARE_RUNNER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "bench/compare/client_process.h"
#include "bench/compare/results.h"
#include "bench/compare/server_process.h"

namespace sluice::compare {

// How a server is loaded when it is its turn.
struct SlicePlan {
  Duration warmup{0};  // before it, unmeasured
  Duration slice{0};
};

struct Runner {
  std::unique_ptr<ServerProcess> server;
  std::unique_ptr<ClientProcess> client;  // declared last: its connections are reset first

  absl::Status Start(const Contender& contender, const Workload& workload,
                     const Settings& settings);
  void Stop();
};

// The contender's command with the flags for this work.
std::vector<std::string> CommandFor(const Contender& contender, const Workload& workload);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_RUNNER_H_
