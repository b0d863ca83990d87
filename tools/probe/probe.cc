#include "tools/probe/probe.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tools/cli/command.h"
#include "tools/cli/server.h"
#include "tools/probe/capture.h"
#include "tools/probe/console.h"
#include "tools/probe/output.h"
#include "tools/probe/plain_ui.h"
#include "tools/probe/quiet_end.h"
#include "tools/probe/screen.h"
#include "tools/probe/script_runner.h"

namespace sluice::probe {
namespace {

constexpr Duration kDrain = std::chrono::seconds(1);

// Keeps the first error, for the last line.
class FirstError : public EventSink {
 public:
  void OnEvent(const Event& event) override {
    if (event.kind == EventKind::kError && text_.empty()) text_ = std::string(event.text);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Ends what nobody reads any more, as in `sluice-probe ... | head -1`.
class ReaderGone : public EventSink {
 public:
  explicit ReaderGone(std::function<void()> on_gone) : on_gone_(std::move(on_gone)) {}
  void OnEvent(const Event&) override {
    if (OutputBroken()) on_gone_();
  }

 private:
  const std::function<void()> on_gone_;
};

// The line all servers print once they listen.
class ListeningLine : public EventSink {
 public:
  ListeningLine(const LinkOptions& link, std::string_view backend)
      : link_(link), backend_(backend) {}
  void OnEvent(const Event& event) override {
    if (event.kind != EventKind::kListening) return;
    const bool datagrams = link_.kind == LinkKind::kUdpListen;
    cli::PrintListening(datagrams ? "udp" : cli::StreamTransport(event.local), event.local,
                        backend_, 1, datagrams ? -1 : link_.backlog);
  }

 private:
  const LinkOptions& link_;
  const std::string_view backend_;
};

class Probe {
 public:
  explicit Probe(const ProbeOptions& options) : options_(options) {}

  int Run();

 private:
  absl::Status SetUp();
  std::unique_ptr<Ui> MakeUi() const;
  absl::Status Begin();
  void ConnectionOver();
  void AllSent();
  void InputEnded();
  // A second Stop would not wait for what the first lets leave.
  void Stop() {
    if (!loop_->stopping()) loop_->Stop(kDrain);
  }
  // Not at once: what is being told is told to everybody first.
  void StopSoon() {
    if (loop_ != nullptr && !loop_->stopping()) loop_->Post([this] { Stop(); });
  }
  bool reads_input() const { return !options_.plan && options_.script_file.empty(); }
  Characters NewCharacters() const { return *Characters::Create(options_.encoding); }
  absl::Status Finish();

  const ProbeOptions& options_;
  Journal journal_;
  FirstError error_;
  ReaderGone reader_gone_{[this] { StopSoon(); }};
  std::optional<ListeningLine> listening_line_;
  std::unique_ptr<Capture> capture_;
  std::unique_ptr<Link> link_;
  std::unique_ptr<Sender> sender_;
  std::unique_ptr<Console> console_;
  std::unique_ptr<ScriptRunner> script_;
  std::unique_ptr<QuietEnd> quiet_end_;
  std::unique_ptr<Ui> ui_;
  std::unique_ptr<Loop> loop_;  // goes first
};

std::unique_ptr<Ui> Probe::MakeUi() const {
  switch (options_.face) {
    case Face::kScreen:
      return std::make_unique<Screen>(options_.title, LogPane(NewCharacters(), options_.view));
    case Face::kPlain:
      return std::make_unique<PlainUi>(
          std::make_unique<PlainOutput>(NewCharacters(), options_.view), reads_input());
    case Face::kJson:
      break;
  }
  return std::make_unique<PlainUi>(std::make_unique<JsonOutput>(NewCharacters()), reads_input());
}

absl::Status Probe::SetUp() {
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(options_.loop);
  if (!loop.ok()) return loop.status();
  loop_ = *std::move(loop);
  link_ = MakeLink(*loop_, journal_, options_.link);
  sender_ = std::make_unique<Sender>(*loop_, *link_, journal_);
  console_ =
      std::make_unique<Console>(*link_, *sender_, journal_, NewCharacters(), options_.line_ending);
  console_->OnQuit([this] { Stop(); });
  quiet_end_ = std::make_unique<QuietEnd>(*loop_, options_.quiet_end);
  ui_ = MakeUi();
  journal_.AddSink(error_);
  journal_.AddSink(*ui_);
  journal_.AddSink(reader_gone_);
  if (!options_.capture_file.empty()) {
    absl::StatusOr<std::unique_ptr<Capture>> capture =
        Capture::Open(options_.capture_file, options_.link.kind);
    if (!capture.ok()) return capture.status();
    capture_ = *std::move(capture);
    journal_.AddSink(*capture_);
  }
  journal_.AddSink(*quiet_end_);
  if (!options_.script_file.empty()) {
    script_ = std::make_unique<ScriptRunner>(*loop_, *link_, journal_, options_.script_file,
                                             options_.script);
    journal_.AddSink(*script_);
  }
  return absl::OkStatus();
}

absl::Status Probe::Begin() {
  loop_->StopOnSignals(kDrain);
  link_->OnOver([this] { ConnectionOver(); });
  if (options_.face == Face::kPlain && IsServer(options_.link.kind)) {
    listening_line_.emplace(options_.link, loop_->backend_name());
    journal_.AddSink(*listening_line_);
  }
  if (absl::Status status = link_->Start(); !status.ok()) return status;
  UiContext context{*loop_, *link_, *console_, journal_, [this] { InputEnded(); }};
  if (absl::Status status = ui_->Start(std::move(context)); !status.ok()) return status;
  if (options_.plan) return sender_->Start(*options_.plan, [this] { AllSent(); });
  if (script_ != nullptr) script_->Begin([this] { Stop(); });
  return absl::OkStatus();
}

void Probe::ConnectionOver() {
  // A script may have more to say of what came before; a reader wants to see the end.
  if (script_ != nullptr && !journal_.failed()) return;
  if (options_.face != Face::kScreen || loop_->stopping()) return Stop();
  journal_.Note("it is over; Ctrl-C ends the probe");
}

void Probe::AllSent() {
  quiet_end_->Begin();
}

// As a client with nothing more to say does: it ends its stream and hears what is answered.
void Probe::InputEnded() {
  if (IsServer(options_.link.kind)) return;
  link_->EndOutput(kAllPeers);
  AllSent();
}

absl::Status Probe::Finish() {
  ui_->Stop();
  loop_.reset();
  const bool json = options_.face == Face::kJson;
  PrintLine(json ? SummaryJson(journal_) : SummaryText(journal_));
  if (capture_ != nullptr) {
    if (absl::Status written = capture_->Close(); !written.ok()) return written;
  }
  return error_.text().empty() ? absl::OkStatus() : absl::UnknownError(error_.text());
}

int Probe::Run() {
  absl::Status status = SetUp();
  if (status.ok()) status = Begin();
  if (!status.ok()) {
    if (ui_ != nullptr) ui_->Stop();
    return cli::Fail(status);
  }
  loop_->Run();
  status = Finish();
  return status.ok() ? 0 : cli::Fail(status);
}

}  // namespace

int RunProbe(const ProbeOptions& options) {
  return Probe(options).Run();
}

}  // namespace sluice::probe
