#include "apps/drone/console.h"

#include <utility>

#include "reactor/loop.h"

namespace sluice::drone {
namespace {

constexpr std::string_view kHelp[] = {
    "command  takeoff  land  stop  emergency  speed 10..100  rc A B C D",
    "up down left right forward back 20..500  cw ccw 1..3600  flip l|r|f|b  go X Y Z SPEED",
    "speed? battery? time? height? temp? attitude? baro? acceleration? tof? wifi?",
    "sdk? sn? position?     and here: state  help  end"};

std::string_view Trim(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t");
  if (begin == line.npos) return "";
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

Console::Console(Loop& loop, const FlightOptions& options, absl::AnyInvocable<void()> over)
    : loop_(loop), over_(std::move(over)), flight_(loop, options, *this) {}

absl::Status Console::Start() {
  if (absl::Status status = flight_.Open(); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<terminal::TypedLines>> lines = terminal::TypedLines::Create(
      loop_, {.prompt = "drone> "}, [this](std::string_view line) { TakeLine(line); },
      [this](const absl::Status& status) { InputEnded(status); });
  if (!lines.ok()) return lines.status();
  lines_ = *std::move(lines);
  if (!flight_.state_error().ok()) Say(DescribeState(flight_));
  Send(std::string(Word(Verb::kCommand)));
  return absl::OkStatus();
}

void Console::TakeLine(std::string_view line) {
  line = Trim(line);
  if (line.empty() || leaving_) return;
  if (line == "end") return Leave();
  if (line == "state") return Say(DescribeState(flight_));
  if (line == "help") {
    for (const std::string_view help : kHelp) Say(help);
    return;
  }
  Send(std::string(line));
}

// Out of a pipe the next line waits for the answer to this one; a pilot may type ahead, and above
// all `stop` and `land`.
void Console::Send(std::string text) {
  if (!lines_->interactive()) lines_->Pause();
  if (!flight_.Do(text, [this](const Exchange& exchange) { Ended(exchange); })) {
    Say(text + " -> not sent: too many commands wait");
  }
}

void Console::Ended(const Exchange& exchange) {
  Say(Describe(exchange));
  if (!greeted_ && exchange.failed()) Say(DescribeNoDrone(exchange));
  greeted_ = true;
  met_ = met_ || exchange.outcome == Outcome::kAnswered;
  if (!lines_->interactive() && !leaving_) lines_->Resume();
}

void Console::InputEnded(const absl::Status& status) {
  status_.Update(status);
  Leave();
}

void Console::Leave() {
  if (leaving_) return;
  leaving_ = true;
  const auto landed = [this](const Exchange& exchange) {
    Say(Describe(exchange));
    if (exchange.failed()) status_.Update(absl::UnavailableError("it may still fly"));
  };
  if (!met_) status_.Update(absl::UnavailableError("no drone answered"));
  flight_.Leave(landed, [this] { over_(); });
}

void Console::Say(std::string_view text) {
  lines_->Print(text);
}

}  // namespace sluice::drone
