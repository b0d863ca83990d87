#include "apps/backlog/sweep_plan.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "apps/backlog/verdict.h"

namespace sluice::backlog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Numbers = std::vector<int>;

// So many more than the rule lets through.
constexpr int64_t kBeyondRule = 64;
// A SYN is sent again after 1 s: these see one retry, and two more.
constexpr Duration kTimeout = milliseconds(1500);
constexpr Duration kSlowAcceptTimeout = milliseconds(3500);
constexpr uint32_t kSlowAcceptBurst = 500;
constexpr uint32_t kClientsAmidFlood = 20;
constexpr int kLateAckBacklog = 8;

Numbers OrElse(const Numbers& given, Numbers otherwise) {
  return given.empty() ? std::move(otherwise) : given;
}

uint32_t BurstFor(const SweepOptions& options, const CellSpec& spec) {
  if (options.burst > 0) return options.burst;
  return static_cast<uint32_t>(ExpectedOf(spec) + kBeyondRule);
}

CellGroup NobodyAccepts(const SweepOptions& options) {
  CellGroup group{CellKind::kNobodyAccepts, {}};
  const Numbers cookies = OrElse(options.syncookies, {0, 1});
  const Numbers aborts = OrElse(options.aborts_on_overflow, {0, 1});
  for (const int backlog : OrElse(options.backlogs, {0, 1, 5, 128})) {
    for (const int somaxconn : OrElse(options.somaxconns, {4096, 16})) {
      for (const int cookie : cookies) {
        for (const int abort : aborts) {
          CellSpec spec{.kind = group.kind,
                        .backlog = backlog,
                        .somaxconn = somaxconn,
                        .syncookies = cookie,
                        .abort_on_overflow = abort,
                        .timeout = options.timeout.value_or(kTimeout)};
          spec.connects = BurstFor(options, spec);
          group.cells.push_back(spec);
        }
      }
    }
  }
  return group;
}

CellGroup SlowAccept(const SweepOptions& options) {
  CellGroup group{CellKind::kSlowAccept, {}};
  if (options.accept_rate.never()) return group;
  for (const int backlog : OrElse(options.backlogs, {256, 511})) {
    group.cells.push_back({.kind = group.kind,
                           .backlog = backlog,
                           .somaxconn = OrElse(options.somaxconns, {4096}).front(),
                           .connects = options.burst > 0 ? options.burst : kSlowAcceptBurst,
                           .timeout = options.timeout.value_or(kSlowAcceptTimeout),
                           .accept_rate = options.accept_rate,
                           .service_time = options.service_time});
  }
  return group;
}

CellGroup LateAck(const SweepOptions& options) {
  CellGroup group{CellKind::kLateAck, {}};
  for (const int abort : OrElse(options.aborts_on_overflow, {0, 1})) {
    CellSpec spec{.kind = group.kind, .backlog = kLateAckBacklog, .abort_on_overflow = abort};
    spec.connects = 2 * LateAckBatch(spec);
    group.cells.push_back(spec);
  }
  return group;
}

// Once bounded by the listener's backlog, once by three quarters of tcp_max_syn_backlog.
CellGroup HalfOpen(const SweepOptions& options) {
  CellGroup group{CellKind::kHalfOpen, {}};
  if (options.syns_per_second == 0) return group;
  const std::pair<int, int64_t> bounds[] = {{128, 1024}, {1024, 128}};
  for (const auto& [backlog, max_syn_backlog] : bounds) {
    const bool brief = options.quick && backlog > max_syn_backlog;
    for (const int cookies : brief ? Numbers{0} : Numbers{0, 1, 2}) {
      group.cells.push_back({.kind = group.kind,
                             .backlog = backlog,
                             .syncookies = cookies,
                             .max_syn_backlog = max_syn_backlog,
                             .connects = kClientsAmidFlood,
                             .timeout = options.timeout.value_or(kTimeout),
                             .accept_rate = AcceptRate::Unlimited(),
                             .syns_per_second = options.syns_per_second});
    }
  }
  return group;
}

// A quick sweep leaves out what changes nothing: without a delay in the network no queue of the
// kNobodyAccepts cells is ever half-open for long, so cookies play no part.
SweepOptions Quick(SweepOptions options) {
  options.syncookies = OrElse(options.syncookies, {1});
  return options;
}

}  // namespace

absl::StatusOr<std::vector<int>> ParseNumbers(const std::vector<std::string>& texts, int low,
                                              int high) {
  std::vector<int> numbers;
  for (const std::string& text : texts) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || number < low || number > high) {
      return absl::InvalidArgumentError("\"" + text + "\" is no number from " +
                                        std::to_string(low) + " to " + std::to_string(high));
    }
    if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

std::vector<CellGroup> PlanSweep(const SweepOptions& options) {
  const SweepOptions chosen = options.quick ? Quick(options) : options;
  std::vector<CellGroup> plan;
  for (auto make : {NobodyAccepts, SlowAccept, LateAck, HalfOpen}) {
    CellGroup group = make(chosen);
    if (!group.cells.empty()) plan.push_back(std::move(group));
  }
  return plan;
}

uint64_t SocketsOf(const std::vector<CellGroup>& plan) {
  uint64_t most = 0;
  for (const CellGroup& group : plan) {
    for (const CellSpec& spec : group.cells) {
      const uint64_t accepted = spec.accept_rate.never() ? 0 : spec.connects;
      most = std::max(most, spec.connects + accepted);
    }
  }
  return most;
}

}  // namespace sluice::backlog
