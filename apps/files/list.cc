// sluice-files list; get --protocol=bare and --protocol=marker.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/time/time.h"
#include "apps/files/commands.h"
#include "apps/files/lister.h"
#include "apps/files/names.h"
#include "apps/files/plain.h"
#include "apps/files/progress_bar.h"
#include "tools/cli/command.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/loop_flags.h"
#include "tools/report/format.h"
#include "tools/report/progress.h"
#include "tools/report/table.h"
#include "tools/text/harmless.h"

namespace sluice::files {
namespace {

std::string LocalTime(int64_t ns) {
  return absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixNanos(ns), absl::LocalTimeZone());
}

void PrintTable(const Listing& listing) {
  report::Table table({{"size", report::Table::Align::kRight}, {"changed"}, {"name"}}, 0);
  for (const Frame& entry : listing.entries) {
    table.AddRow({entry.flag ? "-" : report::FormatBytes(static_cast<double>(entry.size)),
                  LocalTime(entry.modified_ns),
                  text::Harmless(entry.name) + (entry.flag ? "/" : "")});
  }
  std::fputs(table.ToString().c_str(), stdout);
}

void PrintJson(const Listing& listing) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Frame& entry : listing.entries) {
    json.push_back({{"name", entry.name},
                    {"directory", entry.flag},
                    {"size", entry.size},
                    {"mode", entry.mode},
                    {"modified_ns", entry.modified_ns}});
  }
  PrintAsJson(json);
}

// Runs a loop with this one connection until it is over.
absl::Status RunOne(const Endpoint& server, const ConnectionLimits& limits, Loop& loop,
                    std::unique_ptr<Handler> handler) {
  const cli::InterruptWatch interrupt(loop, [&loop] { loop.Stop(Duration(0)); });
  ConnectOptions options;
  options.limits = limits;
  loop.Connect(server, std::move(options), std::move(handler));
  loop.Run();
  return cli::Interrupted() ? absl::AbortedError("interrupted") : absl::OkStatus();
}

}  // namespace

int PrintList(const Endpoint& server, const std::string& directory) {
  cli::CatchInterrupts();
  const absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(cli::LoopOptionsFromFlags());
  if (!loop.ok()) return cli::Fail(loop.status());
  const Duration idle = IdleTimeoutFromFlag();
  Disk disk(**loop, nullptr);
  Listing listing;
  const absl::Status status = RunOne(server, ChannelLimits(idle, idle), **loop,
                                     std::make_unique<Lister>(disk, directory, listing));
  if (!status.ok()) return cli::Fail(status);
  if (!listing.error.empty()) {
    return cli::Fail(absl::UnavailableError("list " + text::Harmless(directory) +
                                            (directory.empty() ? "" : ": ") + listing.error));
  }
  JsonFromFlag() ? PrintJson(listing) : PrintTable(listing);
  if (listing.more) cli::Warn("there is more: the server tells no more of one directory");
  return 0;
}

int RunPlainGet(Protocol protocol, const Endpoint& server, const std::vector<std::string>& names,
                const std::string& output) {
  const bool bare = protocol == Protocol::kBare;
  if (names.size() > (bare ? 1 : 0)) {
    cli::ExitUsage(bare ? "--protocol=bare gets one file"
                        : "--protocol=marker: the server chooses "
                          "the file");
  }
  if (bare) cli::RefuseFlag("pause", "with get --protocol=bare");
  PlainFetch fetch;
  fetch.pause = PauseFromFlag();
  fetch.local_path = output;
  fetch.decode_name = NameDecoderFromFlag();
  const ConvertName encode = NameEncoderFromFlag();
  if (bare) fetch.name = encode ? encode(names.front()) : names.front();
  cli::CatchInterrupts();
  const absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(cli::LoopOptionsFromFlags());
  if (!loop.ok()) return cli::Fail(loop.status());

  ConnectionLimits limits;
  limits.idle_timeout = IdleTimeoutFromFlag();
  report::Progress progress;
  ProgressBar bar;
  Timer timer(**loop, [&] {
    if (progress.is_live())
      progress.Update(bar.Line("", fetch.bytes, 0, fetch.bytes, (*loop)->now()));
    timer.ArmAfter(std::chrono::milliseconds(100));
  });
  timer.ArmAfter(std::chrono::milliseconds(100));
  const absl::Status status =
      RunOne(server, limits, **loop, bare ? MakeBareClient(fetch) : MakeMarkerClient(fetch));
  progress.Finish();
  if (!status.ok()) return cli::Fail(status);
  const std::string name = text::Harmless(bare ? names.front() : fetch.local_path);
  if (!fetch.error.empty()) {
    return cli::Fail(absl::UnavailableError("get " + name + (name.empty() ? "" : ": ") +
                                            text::Harmless(fetch.error)));
  }
  std::printf("%s: %s\n", name.c_str(),
              report::FormatBytes(static_cast<double>(fetch.bytes)).c_str());
  return 0;
}

}  // namespace sluice::files
