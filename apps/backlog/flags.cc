#include "apps/backlog/flags.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "apps/backlog/accept_rate.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"

namespace sluice::backlog {

// Flag types of their own, so that what cannot be read is bad usage like any other.
struct RateFlag {
  std::optional<AcceptRate> rate;  // absent: the subcommand's default
};

bool AbslParseFlag(absl::string_view text, RateFlag* flag, std::string* error) {
  flag->rate.reset();
  if (text.empty()) return true;
  const absl::StatusOr<AcceptRate> rate =
      AcceptRate::Parse(std::string_view(text.data(), text.size()));
  if (!rate.ok()) {
    *error = std::string(rate.status().message());
    return false;
  }
  flag->rate = *rate;
  return true;
}

std::string AbslUnparseFlag(const RateFlag& flag) {
  return flag.rate ? flag.rate->ToString() : "";
}

struct DurationFlag {
  std::optional<absl::Duration> duration;
};

bool AbslParseFlag(absl::string_view text, DurationFlag* flag, std::string* error) {
  flag->duration.reset();
  if (text.empty()) return true;
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration)) {
    *error = std::string(cli::kDurationWanted);
    return false;
  }
  flag->duration = duration;
  return true;
}

std::string AbslUnparseFlag(const DurationFlag& flag) {
  return flag.duration ? absl::FormatDuration(*flag.duration) : "";
}

}  // namespace sluice::backlog

using Texts = std::vector<std::string>;

// Of both.
ABSL_FLAG(sluice::backlog::RateFlag, accept_rate, {},
          "connections accepted a second: 5/s, 0.5/s, never, unlimited. serve: 1/s unless given. "
          "sweep: 5000/s, in the cells that accept at a rate; never leaves them out. Such a cell "
          "lasts until all are "
          "answered: burst / rate");
ABSL_FLAG(absl::Duration, service_time, absl::ZeroDuration(),
          "how long an accepted connection waits for its answer");
ABSL_FLAG(bool, json, false,
          "serve: one JSON object a line, each second and at the end. sweep: one JSON object");

// Of serve.
ABSL_FLAG(std::string, listen, "127.0.0.1:9999",
          "serve: HOST:PORT or [IPV6]:PORT; port 0 takes a free one");
ABSL_FLAG(int, backlog, 5, "serve: the backlog given to listen(2); -1 asks for net.core.somaxconn");
ABSL_FLAG(absl::Duration, duration, absl::ZeroDuration(), "serve: stop after so long; 0: never");

// Of sweep.
ABSL_FLAG(bool, quick, false, "sweep: fewer cells, about 7 s instead of 10");
ABSL_FLAG(Texts, backlogs, {}, "sweep: backlogs to try; 0,1,5,128 unless given, 256,511 at a rate");
ABSL_FLAG(Texts, somaxconn, {}, "sweep: values of net.core.somaxconn; 4096,16 unless given");
ABSL_FLAG(Texts, syncookies, {}, "sweep: values of tcp_syncookies; 0,1 unless given");
ABSL_FLAG(Texts, abort_on_overflow, {}, "sweep: values of tcp_abort_on_overflow; 0,1 unless given");
ABSL_FLAG(int, burst, 0,
          "sweep: connects at once; 0: 64 more than the rule lets through, 500 at a rate");
ABSL_FLAG(sluice::backlog::DurationFlag, timeout, {},
          "sweep: how long a connect may take; 1.5s unless given, 3.5s at a rate. A dropped SYN is "
          "sent again after 1 s, and each further second");
ABSL_FLAG(int, half_open, 5000,
          "sweep: SYNs a second, from made-up clients, in the half-open cells; 0 leaves them out");
ABSL_FLAG(int, cells_at_once, 8, "sweep: cells under way at a time; they mostly wait");

namespace sluice::backlog {
namespace {

constexpr int kBacklogMax = 65535;
constexpr int kSomaxconnMax = 65535;
constexpr int kBurstMax = 20000;  // a namespace has 28,232 ports for clients
constexpr int kSynsPerSecondMax = 50000;

void RefuseFlags(std::initializer_list<std::string_view> flags, const char* of,
                 const char* not_of) {
  for (const std::string_view name : flags) {
    if (!cli::FlagGiven(name)) continue;
    std::string written(name);
    std::replace(written.begin(), written.end(), '_', '-');
    cli::ExitUsage("--" + written + " is a flag of " + of + ", not of " + not_of + " (see --help)");
  }
}

std::vector<int> NumbersOf(const char* name, const absl::Flag<Texts>& flag, int low, int high) {
  absl::StatusOr<std::vector<int>> numbers = ParseNumbers(absl::GetFlag(flag), low, high);
  if (!numbers.ok()) {
    cli::ExitUsage("--" + std::string(name) + ": " + std::string(numbers.status().message()));
  }
  return *std::move(numbers);
}

Duration ServiceTime() {
  const absl::Duration time = absl::GetFlag(FLAGS_service_time);
  cli::RequireRange("service_time", time, absl::ZeroDuration(), absl::Hours(1));
  return cli::ToDuration(time);
}

}  // namespace

absl::StatusOr<ServeOptions> ServeOptionsFromFlags() {
  RefuseFlags({"quick", "backlogs", "somaxconn", "syncookies", "abort_on_overflow", "burst",
               "timeout", "half_open", "cells_at_once"},
              "sweep", "serve");
  ServeOptions options;
  const absl::Duration duration = absl::GetFlag(FLAGS_duration);
  cli::RequireRange("duration", duration, absl::ZeroDuration(), absl::Hours(24 * 365));
  cli::RequireRange("backlog", absl::GetFlag(FLAGS_backlog), -1, kBacklogMax);
  options.duration = cli::ToDuration(duration);
  options.json = JsonFromFlags();
  options.server.backlog = absl::GetFlag(FLAGS_backlog);
  options.server.accept_rate =
      absl::GetFlag(FLAGS_accept_rate).rate.value_or(AcceptRate::PerSecond(1));
  options.server.service_time = ServiceTime();
  const absl::StatusOr<Endpoint> endpoint =
      cli::EndpointFromFlag("listen", absl::GetFlag(FLAGS_listen));
  if (!endpoint.ok()) return endpoint.status();
  if (!endpoint->is_ip()) cli::ExitUsage("--listen: these queues are TCP's: give HOST:PORT");
  options.server.endpoint = *endpoint;
  return options;
}

SweepOptions SweepOptionsFromFlags() {
  RefuseFlags({"listen", "backlog", "duration"}, "serve", "sweep");
  SweepOptions options;
  options.quick = absl::GetFlag(FLAGS_quick);
  options.backlogs = NumbersOf("backlogs", FLAGS_backlogs, -1, kBacklogMax);
  options.somaxconns = NumbersOf("somaxconn", FLAGS_somaxconn, 1, kSomaxconnMax);
  options.syncookies = NumbersOf("syncookies", FLAGS_syncookies, 0, 2);
  options.aborts_on_overflow = NumbersOf("abort-on-overflow", FLAGS_abort_on_overflow, 0, 1);
  cli::RequireRange("burst", absl::GetFlag(FLAGS_burst), 0, kBurstMax);
  options.burst = static_cast<uint32_t>(absl::GetFlag(FLAGS_burst));
  options.accept_rate = absl::GetFlag(FLAGS_accept_rate).rate.value_or(AcceptRate::PerSecond(5000));
  options.service_time = ServiceTime();
  if (const auto timeout = absl::GetFlag(FLAGS_timeout).duration) {
    cli::RequireRange("timeout", *timeout, absl::Milliseconds(10), absl::Seconds(50));
    options.timeout = cli::ToDuration(*timeout);
  }
  cli::RequireRange("half_open", absl::GetFlag(FLAGS_half_open), 0, kSynsPerSecondMax);
  options.syns_per_second = static_cast<uint32_t>(absl::GetFlag(FLAGS_half_open));
  return options;
}

size_t CellsAtOnceFromFlags() {
  cli::RequireRange("cells_at_once", absl::GetFlag(FLAGS_cells_at_once), 1, 32);
  return static_cast<size_t>(absl::GetFlag(FLAGS_cells_at_once));
}

bool JsonFromFlags() {
  return absl::GetFlag(FLAGS_json);
}

}  // namespace sluice::backlog
