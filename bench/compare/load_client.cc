#include "bench/compare/load_client.h"

#include "bench/compare/churn_client.h"
#include "bench/compare/echo_client.h"

namespace sluice::compare {

absl::Status LoadClient::Pour(size_t) {
  return absl::UnimplementedError("this load does not come in bursts");
}

absl::Status LoadClient::Drain() {
  return absl::UnimplementedError("this load does not come in bursts");
}

absl::StatusOr<std::unique_ptr<LoadClient>> LoadClient::Open(const Workload& workload,
                                                             uint16_t port) {
  if (workload.kind == WorkKind::kChurn) return std::make_unique<ChurnClient>(workload, port);
  auto client = std::make_unique<EchoClient>(workload);
  if (absl::Status status = client->Connect(port); !status.ok()) return status;
  return client;
}

}  // namespace sluice::compare
