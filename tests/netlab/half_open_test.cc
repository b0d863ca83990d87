// The SYN injector and what a real listener holds of it, held against the kernel's rule.
#include <sched.h>

#include <chrono>
#include <string>

#include "tests/netlab/in_namespace.h"
#include "tests/netlab/plain_socket.h"
#include "tools/netlab/counters.h"
#include "tools/netlab/listen_queue.h"
#include "tools/netlab/queue_rule.h"
#include "tools/netlab/syn_injector.h"
#include "tools/netlab/sysctl.h"

namespace sluice::netlab {
namespace {

using Answer = absl::StatusOr<std::string>;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Cell {
  int backlog;
  int max_syn_backlog;
  SynCookies cookies;
};

// "held H", after twice as many SYNs as the rule lets in and some more, or what else is wrong.
Answer Inject(const PrivateNamespace& ns, const Cell& cell, int64_t expected) {
  const std::pair<const char*, int64_t> sysctls[] = {
      {"net.core.somaxconn", 4096},
      {"net.ipv4.tcp_max_syn_backlog", cell.max_syn_backlog},
      {"net.ipv4.tcp_syncookies", static_cast<int>(cell.cookies)}};
  for (const auto& [name, value] : sysctls) {
    if (absl::Status s = WriteSysctl(ns, name, value); !s.ok()) return s;
  }
  auto listener = ListenPlain(cell.backlog);
  if (!listener.ok()) return listener.status();
  auto before = CounterSnapshot::Take();
  const uint64_t count = static_cast<uint64_t>(expected) * 2 + 20;
  auto injector = SynInjector::Create(ns, {.target_address = "127.0.0.1",
                                           .target_port = listener->port,
                                           .rate_per_second = 100'000,
                                           .count_max = count});
  if (!injector.ok()) return injector.status();
  // By calls instead of by the clock: on a slow machine the kernel's timer would already prune.
  for (int turn = 1; !injector->done(milliseconds(turn)); ++turn) {
    if (auto sent = injector->SendDue(milliseconds(turn)); !sent.ok()) return sent.status();
  }
  if (injector->sent() != count) return absl::InternalError("sent too few");
  uint32_t held = 0;
  CounterSnapshot moved;
  int64_t refused = 0;
  WaitFor([&] {
    held = CountHalfOpen(listener->port).value_or(0);
    auto after = CounterSnapshot::Take();
    if (before.ok() && after.ok()) moved = after->Since(*before);
    refused = SynBacklogDrops(moved) + moved.Get("TcpExt.TCPReqQFullDrop") +
              moved.Get("TcpExt.SyncookiesSent");
    return refused + held >= static_cast<int64_t>(count);
  });
  if (refused + held != static_cast<int64_t>(count)) {
    return absl::InternalError("the counters explain " + std::to_string(refused) + " and " +
                               std::to_string(held) + " are held of " + std::to_string(count));
  }
  if (moved.Get("Tcp.OutRsts") != 0) return absl::InternalError("somebody answered with a reset");
  const bool by_backlog = SynBacklogDrops(moved) > 0;
  return "held " + std::to_string(held) + (by_backlog ? " by tcp_max_syn_backlog" : "");
}

// Kernels before January 2025 hold one less where the listener's limit decides.
int MeasureBeyondLimit() {
  const Cell cell{5, 1024, SynCookies::kOff};
  return InNamespace([&](const PrivateNamespace& ns) { return Inject(ns, cell, 6); }) == "held 5"
             ? 0
             : 1;
}

TEST(HalfOpen, HoldsWhatTheRuleSays) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const int beyond_limit = MeasureBeyondLimit();
  const Cell cells[] = {
      {0, 1024, SynCookies::kOff},     {5, 1024, SynCookies::kOff},
      {96, 128, SynCookies::kOff},     {1024, 8, SynCookies::kOff},
      {1024, 10, SynCookies::kOff},    {1024, 128, SynCookies::kOff},
      {4096, 1024, SynCookies::kOff},  {5, 8, SynCookies::kWhenFull},
      {128, 8, SynCookies::kWhenFull}, {128, 1024, SynCookies::kAlways},
  };
  for (const Cell& cell : cells) {
    const HalfOpenRule rule = HalfOpenHeld({.limit = AcceptQueueLimit(cell.backlog, 4096),
                                            .max_syn_backlog = cell.max_syn_backlog,
                                            .cookies = cell.cookies,
                                            .beyond_limit = beyond_limit});
    const bool by_backlog = rule.bound == HalfOpenBound::kSynBacklog;
    EXPECT_EQ(InNamespace([&](const PrivateNamespace& ns) { return Inject(ns, cell, rule.held); }),
              "held " + std::to_string(rule.held) + (by_backlog ? " by tcp_max_syn_backlog" : ""))
        << "listen(" << cell.backlog << "), tcp_max_syn_backlog " << cell.max_syn_backlog
        << ", cookies " << static_cast<int>(cell.cookies);
  }
}

TEST(SynInjector, RefusesAnythingOutsideTheNamespace) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const struct {
    const char* target;
    const char* reason;
  } rows[] = {
      {"198.18.0.1", "not a local address"},
      {"10.1.2.3", "not a local address"},
      {"8.8.8.8", "not a local address"},
      {"224.0.0.1", "not a local address"},
      {"255.255.255.255", "not a local"},
      {"0.0.0.0", "is no IPv4 address"},
      {"localhost", "is no IPv4 address"},
      {"::1", "is no IPv4 address"},
      {"", "is no IPv4 address"},
  };
  for (const auto& row : rows) {
    const std::string answer = InNamespace([&](const PrivateNamespace& ns) -> Answer {
      auto injector = SynInjector::Create(ns, {.target_address = row.target, .target_port = 80});
      return injector.ok() ? Answer("allowed") : injector.status();
    });
    EXPECT_NE(answer.find(row.reason), std::string::npos) << row.target << ": " << answer;
  }
}

TEST(SynInjector, RefusesOnceTheNamespaceIsLeft) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const std::string reason =
      "the current network namespace is not the private one this token stands for";
  EXPECT_EQ(InNamespace([](const PrivateNamespace& ns) -> Answer {
              const SynInjectorOptions options{.target_address = "127.0.0.1", .target_port = 80};
              auto injector = SynInjector::Create(ns, options);
              if (!injector.ok()) return injector.status();
              if (unshare(CLONE_NEWNET) != 0) return ErrnoStatus(errno, "unshare");
              auto sent = injector->SendDue(milliseconds(10));
              auto again = SynInjector::Create(ns, options);
              auto run = injector->Run();
              return std::to_string(injector->sent()) + " sent\n" +
                     std::string(sent.status().message()) + "\n" +
                     std::string(run.status().message()) + "\n" +
                     std::string(again.status().message());
            }),
            "0 sent\n" + reason + "\n" + reason + "\n" + reason);
}

TEST(SynInjector, RefusesWhatIsBeyondItsBounds) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const SynInjectorOptions good{.target_address = "127.0.0.1", .target_port = 80};
  SynInjectorOptions rows[9] = {good, good, good, good, good, good, good, good, good};
  rows[1].target_port = 0;
  rows[2].rate_per_second = 0;
  rows[3].rate_per_second = SynInjector::kRateMax + 1;
  rows[4].count_max = 0;
  rows[5].count_max = SynInjector::kCountMax + 1;
  rows[6].duration_max = seconds(0);
  rows[7].duration_max = SynInjector::kDurationMax + milliseconds(1);
  rows[8].duration_max = seconds(-1);
  EXPECT_EQ(InNamespace([&](const PrivateNamespace& ns) -> Answer {
              std::string verdicts;
              for (const SynInjectorOptions& row : rows) {
                const auto code = SynInjector::Create(ns, row).status().code();
                verdicts += code == absl::StatusCode::kOk                ? 'y'
                            : code == absl::StatusCode::kInvalidArgument ? 'n'
                                                                         : '?';
              }
              return verdicts;
            }),
            "ynnnnnnnn");
}

TEST(SynInjector, StopsAtItsCountAndAtItsTime) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  EXPECT_EQ(InNamespace([](const PrivateNamespace& ns) -> Answer {
              auto by_count = SynInjector::Create(ns, {.target_address = "127.0.0.1",
                                                       .target_port = 80,
                                                       .rate_per_second = 100'000,
                                                       .count_max = 300});
              auto by_time = SynInjector::Create(ns, {.target_address = "127.0.0.1",
                                                      .target_port = 80,
                                                      .rate_per_second = 1000,
                                                      .duration_max = milliseconds(100)});
              if (!by_count.ok()) return by_count.status();
              if (!by_time.ok()) return by_time.status();
              auto counted = by_count->Run();
              if (!counted.ok()) return counted.status();
              // At 1000 a second, 50 ms make 50 and the first; after 100 ms there are no more.
              auto timed = by_time->SendDue(milliseconds(50));
              auto late = by_time->SendDue(milliseconds(100));
              if (!timed.ok() || !late.ok()) return absl::InternalError("SendDue");
              return std::to_string(*counted) + " " + std::to_string(*timed) + " " +
                     std::to_string(*late) + (by_time->done(milliseconds(100)) ? " done" : "");
            }),
            "300 51 0 done");
}

// A SYN from an address and port that are half-open already is a repeat and adds nothing.
TEST(SynInjector, TheSeedDecidesTheSources) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  EXPECT_EQ(InNamespace([](const PrivateNamespace& ns) -> Answer {
              auto listener = ListenPlain(1024);
              if (!listener.ok()) return listener.status();
              std::string text;
              const std::pair<uint64_t, uint32_t> runs[] = {{7, 100}, {7, 100}, {8, 200}};
              for (const auto& [seed, expected] : runs) {
                auto injector = SynInjector::Create(ns, {.target_address = "127.0.0.1",
                                                         .target_port = listener->port,
                                                         .rate_per_second = 100'000,
                                                         .count_max = 100,
                                                         .seed = seed});
                if (!injector.ok()) return injector.status();
                if (auto sent = injector->Run(); !sent.ok()) return sent.status();
                uint32_t held = 0;
                WaitFor([&] {
                  held = CountHalfOpen(listener->port).value_or(0);
                  return held >= expected;
                });
                text += std::to_string(held) + " ";
              }
              return text;
            }),
            "100 100 200 ");
}

}  // namespace
}  // namespace sluice::netlab
