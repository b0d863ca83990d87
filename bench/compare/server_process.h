// One server under comparison: a process pinned to its cores, which ends with this object.
#ifndef SLUICE_BENCH_COMPARE_SERVER_PROCESS_H_
#define SLUICE_BENCH_COMPARE_SERVER_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::compare {

class ServerProcess {
 public:
  // Waits until it printed "ready PORT [LIBRARY]". The error is what it printed instead.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(
      const std::vector<std::string>& command, const std::vector<int>& cores);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  pid_t pid() const { return pid_; }
  uint16_t port() const { return port_; }
  const std::string& library() const { return library_; }  // "libuv 1.44.2", or empty

  // Resident memory, from /proc/PID/smaps_rollup (proc(5)).
  absl::StatusOr<uint64_t> ResidentBytes() const;
  // The most of it since StartPeak (VmHWM in /proc/PID/status, written anew by clear_refs).
  absl::Status StartPeak() const;
  absl::StatusOr<uint64_t> PeakResidentBytes() const;

 private:
  explicit ServerProcess(pid_t pid) : pid_(pid) {}
  std::string ProcFile(const char* name) const;

  pid_t pid_;
  uint16_t port_ = 0;
  std::string library_;
};

// The calling process runs on no other cores from now on, where these are usable.
void PinToCores(const std::vector<int>& cores);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_SERVER_PROCESS_H_
