// A load client in a process of its own, pinned to a core: each server has one, so that none needs
// more descriptors than one server's connections. It sleeps except while it has its slice.
#ifndef SLUICE_BENCH_COMPARE_CLIENT_PROCESS_H_
#define SLUICE_BENCH_COMPARE_CLIENT_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/compare/server_process.h"
#include "bench/compare/slice.h"
#include "bench/compare/workload.h"

namespace sluice::compare {

class ClientProcess {
 public:
  // Connects to the server.
  static absl::StatusOr<std::unique_ptr<ClientProcess>> Start(const Workload& workload,
                                                              const ServerProcess& server,
                                                              int core);
  ~ClientProcess();
  ClientProcess(const ClientProcess&) = delete;
  ClientProcess& operator=(const ClientProcess&) = delete;

  // Loads the server for `warmup` to fill its caches anew, then for `duration`, with the server's
  // CPU time read while it is idle before and after.
  absl::StatusOr<Slice> Run(Duration warmup, Duration duration);

  // Without warming up and without the server's CPU time, in two calls: for several at once.
  absl::Status Begin(Duration duration);
  absl::StatusOr<Slice> Finish();

  // As LoadClient's.
  absl::Status Pour(size_t bytes);
  absl::Status Drain();

 private:
  ClientProcess(pid_t pid, int channel) : pid_(pid), channel_(channel) {}
  absl::Status Command(const std::string& command);
  absl::StatusOr<std::string> ReadReply();

  pid_t pid_;
  int channel_;
  std::string received_;
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_CLIENT_PROCESS_H_
