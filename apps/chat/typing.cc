#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "apps/chat/client.h"
#include "apps/chat/command.h"
#include "protocols/utf8.h"
#include "reactor/timer.h"
#include "tools/cli/command.h"
#include "tools/terminal/typed_lines.h"
#include "tools/text/harmless.h"

namespace sluice::chat {
namespace {

// With more to leave than this nothing is read from standard input.
constexpr size_t kUnsentBytesMax = 64 << 10;
constexpr Duration kLookAgain = std::chrono::milliseconds(10);

// Says what is typed, as fast as the room takes it or as --rate allows.
class Typist : public Client {
 public:
  using Client::Client;
  bool refused() const { return refused_; }

 protected:
  virtual void Say(std::string_view line) = 0;

  void Begin() override {
    if (options_.per_second > 0) {
      between_ = Duration(static_cast<int64_t>(1e9 / options_.per_second));
    }
    next_at_ = loop_->now();
    go_on_ = std::make_unique<Timer>(*loop_, [this] { GoOn(); });
    absl::StatusOr<std::unique_ptr<terminal::TypedLines>> lines = terminal::TypedLines::Create(
        *loop_, {}, [this](std::string_view line) { Typed(line); },
        [this](const absl::Status& status) { TypedAll(status); });
    if (!lines.ok()) return OnEnd(lines.status());
    lines_ = *std::move(lines);
  }

  void OnEnd(const absl::Status& status) override {
    lines_.reset();
    go_on_.reset();
    Client::OnEnd(status);
  }

  void Refused(std::string_view why) {
    refused_ = true;
    if (lines_ != nullptr && lines_->interactive()) {
      return lines_->Print(std::string(kRefusal) + std::string(why));
    }
    cli::Warn(text::Harmless(why));
  }

  std::unique_ptr<terminal::TypedLines> lines_;  // while the room is open
  bool typed_all_ = false;

 private:
  void Typed(std::string_view line) {
    if (line.empty()) return;
    if (!IsUtf8(line)) return Refused("a line of standard input is not UTF-8: it was not sent");
    Say(line);
    next_at_ = std::max(next_at_, loop_->now() - between_) + between_;
    if (next_at_ <= loop_->now() && link_->unsent_bytes() < kUnsentBytesMax) return;
    lines_->Pause();
    go_on_->ArmAt(std::max(next_at_, loop_->now() + kLookAgain));
  }

  void GoOn() {
    if (link_->unsent_bytes() < kUnsentBytesMax) return lines_->Resume();
    go_on_->ArmAfter(kLookAgain);
  }

  void TypedAll(const absl::Status& status) {
    if (!status.ok()) return OnEnd(status);
    typed_all_ = true;
    Finish();
  }

  std::unique_ptr<Timer> go_on_;
  Duration between_{0};
  TimePoint next_at_;
  bool refused_ = false;
};

class Sender final : public Typist {
 public:
  using Typist::Typist;

 private:
  // Whatever it begins with, it is no command. Over UDP there are none.
  void Say(std::string_view line) override {
    const bool escape = !is_udp() && line.front() == '/';
    link_->Say((escape ? "/" : "") + std::string(line));
  }

  void OnLine(std::string_view line) override {
    if (IsRefusal(line)) Refused(line.substr(kRefusal.size()));
  }

  void OnEnd(const absl::Status& status) override {
    const bool early = status.ok() && !typed_all_ && !interrupted();
    Typist::OnEnd(early ? absl::UnavailableError("the room closed before everything was said")
                        : status);
  }
};

class Joined final : public Typist {
 public:
  using Typist::Typist;

 private:
  void Say(std::string_view line) override { link_->Say(line); }

  void OnLine(std::string_view line) override {
    // Standard input may have ended before the room did.
    if (lines_ != nullptr) return lines_->Print(line);
    std::printf("%s\n", text::Harmless(line).c_str());
  }
};

}  // namespace

int Send(const ClientOptions& options, Wire wire, const LoopOptions& loop_options) {
  Sender sender(options, std::move(wire));
  const absl::Status status = sender.Run(loop_options);
  if (!status.ok()) return cli::Fail(status);
  return sender.refused() ? cli::kExitFailure : 0;
}

int Join(const ClientOptions& options, Wire wire, const LoopOptions& loop_options) {
  const absl::Status status = Joined(options, std::move(wire)).Run(loop_options);
  return status.ok() ? 0 : cli::Fail(status);
}

}  // namespace sluice::chat
