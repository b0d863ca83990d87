#include "apps/backlog/serve.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "apps/backlog/live_view.h"
#include "nlohmann/json.hpp"
#include "tools/cli/command.h"
#include "tools/cli/descriptors.h"
#include "tools/cli/server.h"
#include "tools/report/format.h"

namespace sluice::backlog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kRedraw = milliseconds(200);
constexpr Duration kLineEvery = seconds(1);
constexpr Duration kDrain = seconds(2);

class ServeRun {
 public:
  ServeRun(const ServeOptions& options, std::unique_ptr<Loop> loop)
      : options_(options),
        live_(!options.json && LiveBlock::Possible()),
        loop_(std::move(loop)),
        show_(*loop_, [this] { Show(); }),
        end_(*loop_, [this] { End(); }) {}

  absl::Status Run() {
    absl::StatusOr<std::unique_ptr<SlowServer>> server =
        SlowServer::Start(*loop_, options_.server, counts_);
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    absl::StatusOr<std::unique_ptr<QueueWatch>> watch = QueueWatch::Start(
        *loop_, server_->listener(), {.half_open = live_ ? kRedraw : milliseconds(500)});
    if (!watch.ok()) return watch.status();
    watch_ = *std::move(watch);
    for (const int signal : {SIGINT, SIGTERM}) loop_->OnSignal(signal, [this] { End(); });
    start_ = loop_->now();
    PrintOpening();
    ArmShow();
    if (options_.duration > Duration(0)) end_.ArmAt(start_ + options_.duration);
    loop_->Run();
    return absl::OkStatus();
  }

 private:
  void PrintOpening() const {
    const Endpoint& endpoint = server_->listener().endpoint();
    if (options_.json) {
      const nlohmann::json opening = {{"event", "listening"},
                                      {"address", endpoint.ToString()},
                                      {"port", endpoint.port()},
                                      {"backlog", options_.server.backlog},
                                      {"backend", std::string(loop_->backend_name())},
                                      {"backend_reason", loop_->backend_reason()}};
      Print(opening.dump() + "\n");
      return;
    }
    std::fprintf(stderr, "backend %s\n", loop_->backend_reason().c_str());
    cli::PrintListening(cli::StreamTransport(endpoint), endpoint, loop_->backend_name(), 1,
                        options_.server.backlog);
  }

  std::string Title() const {
    const std::string accepts = options_.server.accept_rate.never()
                                    ? "never accepts"
                                    : "accepts " + options_.server.accept_rate.ToString();
    const std::string serves =
        options_.server.service_time == Duration(0)
            ? "answers at once"
            : "answers after " + report::FormatDuration(options_.server.service_time);
    return "listen(" + std::to_string(options_.server.backlog) + "), " + accepts + ", " + serves;
  }

  ServeSnapshot Snapshot() {
    ServeSnapshot snapshot;
    snapshot.seconds = std::chrono::duration<double>(loop_->now() - start_).count();
    snapshot.reading = watch_->Read();
    snapshot.counts = counts_;
    if (const absl::StatusOr<netlab::CounterSnapshot> moved = watch_->Since(); moved.ok()) {
      snapshot.counters = MovedOf(*moved);
    }
    return snapshot;
  }

  void ArmShow() { show_.ArmAfter(live_ ? kRedraw : kLineEvery); }

  void Show() {
    const ServeSnapshot snapshot = Snapshot();
    if (options_.json) {
      Print(SnapshotAsJson(snapshot, "sample").dump() + "\n");
    } else if (live_) {
      block_.Draw(SnapshotBlock(snapshot, Title(), /*colour=*/true));
    } else {
      Print(SnapshotLine(snapshot));
    }
    ArmShow();
  }

  // Asked again it stops at once.
  void End() {
    if (!loop_->stopping()) {
      show_.Cancel();
      if (live_) block_.Clear();
      const ServeSnapshot snapshot = Snapshot();
      Print(options_.json ? SnapshotAsJson(snapshot, "summary").dump() + "\n"
                          : SnapshotSummary(snapshot));
      server_->Stop();
      watch_.reset();
    }
    loop_->Stop(kDrain);
  }

  // Whoever read it may have gone: there is nothing left to show then.
  void Print(const std::string& text) const {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
    if (std::ferror(stdout) != 0) loop_->Stop(kDrain);
  }

  const ServeOptions& options_;
  bool live_;
  ServerCounts counts_;
  LiveBlock block_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<SlowServer> server_;
  std::unique_ptr<QueueWatch> watch_;
  TimePoint start_;
  Timer show_;
  Timer end_;
};

}  // namespace

int Serve(const ServeOptions& options, const LoopOptions& loop_options) {
  cli::RaiseDescriptorLimit();
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(loop_options);
  if (!loop.ok()) return cli::Fail(loop.status());
  const absl::Status status = ServeRun(options, *std::move(loop)).Run();
  return status.ok() ? 0 : cli::Fail(status);
}

}  // namespace sluice::backlog
