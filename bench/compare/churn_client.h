// Load by connections that live for one message: connect, send, receive the answer, close, anew.
#ifndef SLUICE_BENCH_COMPARE_CHURN_CLIENT_H_
#define SLUICE_BENCH_COMPARE_CHURN_CLIENT_H_

#include <array>
#include <vector>

#include "bench/compare/load_client.h"
#include "bench/compare/pattern.h"

namespace sluice::compare {

class ChurnClient : public LoadClient {
 public:
  ChurnClient(const Workload& workload, uint16_t port);
  ~ChurnClient() override;
  absl::StatusOr<Slice> Run(Duration duration) override;

 private:
  // One connection after the other.
  struct Slot {
    int fd = -1;
    uint32_t messages = 0;
    size_t sent = 0;
    size_t received = 0;
    TimePoint begun;
  };

  absl::Status Begin(Slot& slot, uint32_t index);
  absl::Status Serve(Slot& slot, uint32_t index);

  const Workload workload_;
  const uint16_t port_;
  const Pattern pattern_;
  std::vector<Slot> slots_;
  std::array<char, Pattern::kChunkMax> buffer_;
  int epoll_;
  uint32_t connects_ = 0;
  Slice slice_;
  uint32_t open_ = 0;
  bool stopping_ = false;
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_CHURN_CLIENT_H_
