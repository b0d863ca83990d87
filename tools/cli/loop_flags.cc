#include "tools/cli/loop_flags.h"

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
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

struct SpinFlag {
  int64_t microseconds = 0;
};

bool AbslParseFlag(absl::string_view text, SpinFlag* flag, std::string* error) {
  constexpr int64_t kMicrosecondsMax = 1'000'000;
  if (absl::SimpleAtoi(text, &flag->microseconds) && flag->microseconds >= 0 &&
      flag->microseconds <= kMicrosecondsMax) {
    return true;
  }
  *error = "it is 0 to 1000000 microseconds";
  return false;
}

std::string AbslUnparseFlag(const SpinFlag& flag) {
  return std::to_string(flag.microseconds);
}

}  // namespace sluice::cli

ABSL_FLAG(sluice::cli::BackendFlag, backend, {},
          "what moves the bytes: io_uring, epoll, or auto, which takes io_uring where it works and "
          "says which it took and why");

ABSL_FLAG(sluice::cli::SpinFlag, spin_us, {},
          "microseconds a loop goes on asking for the next event before it sleeps, 0 to 1000000: "
          "less latency, at the price of a busy core");

namespace sluice::cli {

LoopOptions LoopOptionsFromFlags() {
  LoopOptions options;
  options.spin = std::chrono::microseconds(absl::GetFlag(FLAGS_spin_us).microseconds);
  options.backend.kind = absl::GetFlag(FLAGS_backend).kind;
  return options;
}

}  // namespace sluice::cli
