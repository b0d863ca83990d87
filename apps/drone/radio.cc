#include "apps/drone/radio.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "apps/drone/drone_model.h"
#include "reactor/base/check.h"
#include "reactor/loop.h"

namespace sluice::drone {
namespace {

using std::chrono::seconds;

// What a command that we do not know may take.
constexpr Duration kUnknownCommandTime = seconds(10);
// Commands remembered for their answers.
constexpr size_t kPastMax = 16;

bool Repeatable(const std::optional<Command>& command) {
  return command && IsRepeatable(command->verb);
}

bool MayAnswer(const std::optional<Command>& command, std::string_view answer) {
  return !command || CanAnswer(command->verb, answer);
}

}  // namespace

bool Exchange::failed() const {
  if (outcome == Outcome::kAnswered) return IsError(answer);
  return outcome != Outcome::kSilent;
}

Radio::Radio(Loop& loop, const Endpoint& drone, const RadioOptions& options, RadioEvents& events)
    : loop_(loop),
      drone_(drone),
      options_(options),
      events_(events),
      speed_cm_s_(kStartSpeedCmS),
      timer_(loop, [this] { OnTimer(); }) {}

Radio::Asked Radio::Ask(std::string text) {
  const absl::StatusOr<Command> command = ParseCommand(text);
  Asked asked;
  asked.text = std::move(text);
  if (command.ok()) asked.command = *command;
  return asked;
}

// What a command takes at most, with some air.
Duration Radio::MotionTime(const Asked& asked) const {
  if (!asked.command) return kUnknownCommandTime / options_.speedup;
  const Duration taken = TimeTaken(*asked.command, speed_cm_s_);
  return taken == Duration(0) ? taken : (taken * 3 / 2 + seconds(1)) / options_.speedup;
}

// How long an answer is waited for before the next try, or before giving up. What may be repeated
// is repeated soon, even if the drone is still busy with it: `land` is not to be lost for seconds.
Duration Radio::Patience(const Asked& asked) const {
  return options_.timeout + (Repeatable(asked.command) ? Duration(0) : MotionTime(asked));
}

int Radio::TriesMax(const Asked& asked) const {
  if (!Repeatable(asked.command)) return 1;
  return options_.tries + static_cast<int>(MotionTime(asked) / options_.timeout);
}

std::optional<Verb> Radio::under_way() const {
  if (!busy() || current_.tries == 0 || !current_.command) return std::nullopt;
  return current_.command->verb;
}

void Radio::Send(std::string text, Done done) {
  SLUICE_CHECK(!busy(), "one command is outstanding at a time");
  current_ = Ask(std::move(text));
  done_ = std::move(done);
  if ((!past_.empty() || !flushed_) && !Repeatable(current_.command)) {
    flush_ = Ask(std::string(Word(Verb::kAskBattery)));
  }
  timer_.ArmAt(std::max(loop_.now(), gap_end_));
}

void Radio::OnTimer() {
  if (!busy()) return;
  Asked& asked = this->asked();
  if (asked.tries > 0 && asked.command && KindOf(asked.command->verb) == Kind::kStick) {
    return Finish(Outcome::kSilent, "");
  }
  if (asked.tries >= TriesMax(asked)) return GiveUp();
  if (asked.tries > 0) events_.OnRetry(asked.text, asked.tries + 1, TriesMax(asked));
  Transmit();
}

void Radio::Transmit() {
  Asked& asked = this->asked();
  if (asked.tries == 0) asked.since = loop_.now();
  ++asked.tries;
  if (socket_ != nullptr) socket_->Send(drone_, asked.text);
  const bool silent = asked.command && KindOf(asked.command->verb) == Kind::kStick;
  timer_.ArmAfter(silent ? kGap : Patience(asked));
}

void Radio::Receive(std::string_view bytes) {
  const std::string answer = Printable(bytes);
  if (IsOfThePast(answer)) {
    // Perhaps it was not: asked again, it is answered again.
    if (busy() && asked().tries > 0 && Repeatable(asked().command) &&
        MayAnswer(asked().command, answer)) {
      timer_.Cancel();
      Transmit();
    }
    return;
  }
  if (busy() && asked().tries > 0 && MayAnswer(asked().command, answer)) return Answered(answer);
  const bool same = answer == last_answer_;
  events_.OnStray({same ? Stray::Kind::kDuplicate : Stray::Kind::kUnexpected, answer,
                   same ? last_command_ : ""});
}

bool Radio::IsOfThePast(const std::string& answer) {
  const auto past = std::find_if(past_.begin(), past_.end(), [&](const Past& candidate) {
    return candidate.answer.empty() ? MayAnswer(candidate.command, answer)
                                    : candidate.answer == answer;
  });
  if (past == past_.end()) return false;
  const Stray stray{past->answer.empty() ? Stray::Kind::kLate : Stray::Kind::kDuplicate, answer,
                    past->text};
  past->answer = answer;
  if (--past->answers == 0) past_.erase(past);
  events_.OnStray(stray);
  return true;
}

void Radio::Answered(const std::string& answer) {
  const Asked& asked = this->asked();
  // What the drone sent before it read a question has arrived before the answer.
  if (asked.command && KindOf(asked.command->verb) == Kind::kQuery) {
    past_.clear();
    flushed_ = true;
  }
  Remember(asked, asked.tries - 1, answer);
  LearnSpeed(asked, answer);
  if (!flush_) return Finish(Outcome::kAnswered, answer);
  flush_.reset();
  timer_.ArmAfter(kGap);
}

void Radio::LearnSpeed(const Asked& asked, std::string_view answer) {
  if (!asked.command || IsError(answer)) return;
  int speed = 0;
  if (asked.command->verb == Verb::kSpeed) speed = asked.command->arguments[0];
  if (asked.command->verb == Verb::kAskSpeed) {
    std::from_chars(answer.data(), answer.data() + answer.size(), speed);
  }
  if (speed > 0) speed_cm_s_ = speed;
}

void Radio::GiveUp() {
  Remember(asked(), asked().tries, "");
  const bool sent = !flush_;
  flush_.reset();
  Finish(sent ? Outcome::kUnanswered : Outcome::kNotSent, "");
}

void Radio::CutShort() {
  if (!busy()) return;
  Remember(asked(), asked().tries, "");
  flush_.reset();
  Finish(current_.tries > 0 ? Outcome::kCutShort : Outcome::kDropped, "");
}

void Radio::Remember(const Asked& asked, int answers, const std::string& answer) {
  if (answers <= 0) return;
  if (past_.size() == kPastMax) past_.erase(past_.begin());
  past_.push_back({asked.text, asked.command, answers, answer});
}

void Radio::Finish(Outcome outcome, std::string answer) {
  timer_.Cancel();
  const bool urgent = outcome == Outcome::kCutShort || outcome == Outcome::kDropped;
  gap_end_ = loop_.now() + (urgent ? Duration(0) : kGap);
  last_answer_ = answer;
  last_command_ = current_.text;
  const Duration took = current_.tries > 0 ? loop_.now() - current_.since : Duration(0);
  const Exchange exchange{current_.text, outcome, std::move(answer), current_.tries, took};
  Done done = std::move(done_);
  done_ = nullptr;
  done(exchange);
}

}  // namespace sluice::drone
