#include "tools/netlab/namespace_pool.h"

#include <poll.h>

#include <cerrno>
#include <list>
#include <utility>
#include <vector>

#include "tools/netlab/errno_status.h"
#include "tools/netlab/namespace_child.h"

namespace sluice::netlab {
namespace {

constexpr int kNewsMs = 250;

struct Running {
  size_t index;
  NamespaceChild child;
};

// Waits a moment for children that have something to say, and takes their answers.
absl::Status Collect(
    std::list<Running>& running,
    absl::FunctionRef<absl::Status(size_t, absl::StatusOr<std::string>)> on_answer) {
  std::vector<pollfd> polled;
  for (const Running& one : running) polled.push_back({one.child.fd(), POLLIN, 0});
  if (poll(polled.data(), polled.size(), kNewsMs) < 0 && errno != EINTR) {
    return ErrnoStatus(errno, "cannot wait for the children");
  }
  size_t i = 0;
  for (auto next = running.begin(); next != running.end(); ++i) {
    const auto at = next++;
    if (polled[i].revents == 0) continue;
    if (absl::Status status = on_answer(at->index, at->child.Wait()); !status.ok()) return status;
    running.erase(at);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunInPrivateNamespaces(
    size_t count, size_t at_once,
    absl::FunctionRef<absl::StatusOr<std::string>(const PrivateNamespace&, size_t index)> body,
    absl::FunctionRef<absl::Status(size_t index, absl::StatusOr<std::string> answer)> on_answer,
    absl::FunctionRef<bool(size_t answered)> on_news) {
  std::list<Running> running;
  size_t next = 0;
  while (next < count || !running.empty()) {
    while (next < count && running.size() < at_once) {
      absl::StatusOr<NamespaceChild> child =
          NamespaceChild::Start([&](const PrivateNamespace& ns) { return body(ns, next); });
      if (!child.ok()) return child.status();
      running.push_back({next++, *std::move(child)});
    }
    if (absl::Status status = Collect(running, on_answer); !status.ok()) return status;
    if (!on_news(next - running.size())) break;
  }
  return absl::OkStatus();
}

}  // namespace sluice::netlab
