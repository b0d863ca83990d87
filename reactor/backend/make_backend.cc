#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "reactor/backend/backend.h"
#include "reactor/backend/epoll_backend.h"
#include "reactor/backend/uring_backend.h"

namespace sluice {
namespace {

absl::StatusOr<BackendChoice> MakeEpoll(const BackendOptions& options, std::string reason) {
  absl::StatusOr<std::unique_ptr<Backend>> backend = backend::EpollBackend::Create(options);
  if (!backend.ok()) return backend.status();
  return BackendChoice{*std::move(backend), std::move(reason)};
}

absl::Status CheckOptions(const BackendOptions& options) {
  constexpr uint32_t kBuffersMax = 32768;  // of a buffer ring (io_uring_register_buf_ring(3))
  if (options.receive_buffers == 0 || options.receive_buffers > kBuffersMax ||
      options.datagram_buffers == 0 || options.datagram_buffers > kBuffersMax) {
    return absl::InvalidArgumentError("BackendOptions: 1 to 32768 buffers");
  }
  if (options.receive_buffer_bytes < 64 || options.receive_buffer_bytes > (1u << 30)) {
    return absl::InvalidArgumentError("BackendOptions: receive_buffer_bytes must be 64 to 1 GiB");
  }
  if (options.submission_entries == 0 || options.completion_entries < options.submission_entries) {
    return absl::InvalidArgumentError(
        "BackendOptions: at least one submission entry, and as many completion entries");
  }
  if (options.nic_busy_poll < Duration(0) || options.nic_busy_poll > std::chrono::seconds(1)) {
    return absl::InvalidArgumentError("BackendOptions: nic_busy_poll must be 0 to 1 s");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BackendChoice> MakeBackend(const BackendOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  if (options.kind == BackendKind::kEpoll) return MakeEpoll(options, "epoll: asked for");
  std::string in_use;
  absl::StatusOr<std::unique_ptr<Backend>> uring = backend::UringBackend::Create(options, &in_use);
  if (uring.ok()) return BackendChoice{*std::move(uring), "io_uring: " + in_use};
  if (options.kind == BackendKind::kIoUring) return uring.status();
  return MakeEpoll(options, "epoll: " + std::string(uring.status().message()));
}

absl::StatusOr<BackendKind> ParseBackendKind(std::string_view text) {
  if (text == "auto") return BackendKind::kAuto;
  if (text == "epoll") return BackendKind::kEpoll;
  if (text == "io_uring") return BackendKind::kIoUring;
  return absl::InvalidArgumentError("unknown backend \"" + std::string(text) +
                                    "\": it is auto, epoll or io_uring");
}

}  // namespace sluice
