#include "tools/cli/loop_flags.h"

#include <string>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "reactor/backend/backend.h"

namespace sluice::cli {

// A flag type of its own, so that a wrong name is bad usage like any other.
struct BackendFlag {
  BackendKind kind = BackendKind::kAuto;
};

bool AbslParseFlag(absl::string_view text, BackendFlag* flag, std::string* error) {
  const absl::StatusOr<BackendKind> kind =
      ParseBackendKind(std::string_view(text.data(), text.size()));
  if (!kind.ok()) {
    *error = std::string(kind.status().message());
    return false;
  }
  flag->kind = *kind;
  return true;
}

std::string AbslUnparseFlag(const BackendFlag& flag) {
  switch (flag.kind) {
    case BackendKind::kEpoll:
      return "epoll";
    case BackendKind::kIoUring:
      return "io_uring";
    case BackendKind::kAuto:
      break;
  }
  return "auto";
}

}  // namespace sluice::cli

ABSL_FLAG(sluice::cli::BackendFlag, backend, {},
          "what moves the bytes: io_uring, epoll, or auto, which takes io_uring where it works and "
          "says which it took and why");

namespace sluice::cli {

LoopOptions LoopOptionsFromFlags() {
  LoopOptions options;
  options.backend.kind = absl::GetFlag(FLAGS_backend).kind;
  return options;
}

}  // namespace sluice::cli
