#include "apps/drone/script_run.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/drone/narration.h"
#include "reactor/loop.h"

namespace sluice::drone {
namespace {

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAnswered:
      return "answered";
    case Outcome::kSilent:
      return "silent";
    case Outcome::kUnanswered:
      return "unanswered";
    case Outcome::kCutShort:
      return "cut_short";
    case Outcome::kNotSent:
      return "not_sent";
    case Outcome::kDropped:
      break;
  }
  return "dropped";
}

nlohmann::ordered_json AsJson(const ScriptRun::Entry& entry) {
  nlohmann::ordered_json json;
  if (entry.line != 0) json["line"] = entry.line;
  json["command"] = entry.exchange.command;
  json["outcome"] = OutcomeName(entry.exchange.outcome);
  if (entry.exchange.outcome == Outcome::kAnswered) json["answer"] = entry.exchange.answer;
  json["tries"] = entry.exchange.tries;
  json["seconds"] = std::chrono::duration<double>(entry.exchange.took).count();
  return json;
}

}  // namespace

ScriptRun::ScriptRun(Loop& loop, const FlightOptions& options, std::vector<Step> steps, bool quiet,
                     absl::AnyInvocable<void()> over)
    : steps_(std::move(steps)),
      quiet_(quiet),
      over_(std::move(over)),
      flight_(loop, options, *this),
      wait_(loop, [this] { NextStep(); }) {}

absl::Status ScriptRun::Start() {
  if (absl::Status status = flight_.Open(); !status.ok()) return status;
  Send(hello_);
  return absl::OkStatus();
}

void ScriptRun::NextStep() {
  if (leaving_) return;
  if (next_ == steps_.size()) return Leave();
  const Step& step = steps_[next_++];
  switch (step.kind) {
    case Step::Kind::kCommand:
      return Send(step);
    case Step::Kind::kWait:
      return wait_.ArmAfter(step.wait);
    case Step::Kind::kEnd:
      return Leave();
    case Step::Kind::kExpect:
      if (!IsExpected(step.text, answer_)) {
        return Fail(step, "\"" + answer_ + "\" came, \"" + step.text + "\" was expected");
      }
      break;
    case Step::Kind::kState:
      Say(DescribeState(flight_));
  }
  wait_.ArmAfter(Duration(0));
}

void ScriptRun::Send(const Step& step) {
  flight_.Do(step.text, [this, &step](const Exchange& exchange) { Ended(step, exchange); });
}

void ScriptRun::Ended(const Step& step, const Exchange& exchange) {
  Record(step.line, exchange);
  if (leaving_) return;
  answer_ = exchange.answer;
  const bool answered = exchange.outcome == Outcome::kAnswered;
  if (exchange.failed() && &step == &hello_) {
    error_ = DescribeNoDrone(exchange);
    return Leave();
  }
  if (exchange.failed() && !(answered && step.judged)) return Fail(step, Describe(exchange));
  NextStep();
}

void ScriptRun::Record(int line, const Exchange& exchange) {
  entries_.push_back({line, exchange});
  Say(Describe(exchange));
}

void ScriptRun::Fail(const Step& step, std::string_view what) {
  error_ = "line " + std::to_string(step.line) + ": " + std::string(what);
  Leave();
}

void ScriptRun::Interrupt() {
  if (leaving_) return;
  error_ = "interrupted";
  Leave();
}

void ScriptRun::Leave() {
  leaving_ = true;
  wait_.Cancel();
  flight_.Leave([this](const Exchange& exchange) { Landed(exchange); }, [this] { over_(); });
}

void ScriptRun::Landed(const Exchange& exchange) {
  Record(0, exchange);
  if (exchange.failed() && error_.empty()) error_ = Describe(exchange);
}

void ScriptRun::Say(std::string_view text) {
  if (quiet_) return;
  std::printf("%s\n", std::string(text).c_str());
  std::fflush(stdout);
}

void ScriptRun::OnStray(const Stray& stray) {
  strays_.push_back(stray.kind);
  Narrator::OnStray(stray);
}

std::string ScriptRun::ToJson() const {
  nlohmann::ordered_json json;
  json["ok"] = ok();
  if (!ok()) json["error"] = error_;
  json["commands"] = nlohmann::ordered_json::array();
  for (const Entry& entry : entries_) json["commands"].push_back(AsJson(entry));
  const auto count = [&](Stray::Kind kind) {
    return std::count(strays_.begin(), strays_.end(), kind);
  };
  json["late_answers"] = count(Stray::Kind::kLate);
  json["duplicate_answers"] = count(Stray::Kind::kDuplicate);
  json["unexpected_answers"] = count(Stray::Kind::kUnexpected);
  // A command may be any bytes.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace sluice::drone
