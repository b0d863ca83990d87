#include "apps/drone/narration.h"

#include "apps/drone/telemetry.h"
#include "tools/report/format.h"

namespace sluice::drone {
namespace {

std::string InWords(Duration duration) {
  return report::FormatDuration(duration);
}

std::string Again(int tries) {
  return tries > 1 ? ", try " + std::to_string(tries) : "";
}

// What is known of a command that was sent and not answered.
std::string Unanswered(const Exchange& exchange) {
  const absl::StatusOr<Command> command = ParseCommand(exchange.command);
  const std::string waited = "no answer in " + InWords(exchange.took);
  if (command.ok() && IsRepeatable(command->verb)) {
    return waited + ", " + std::to_string(exchange.tries) + " tries";
  }
  return waited +
         ": it is unknown whether the drone did it. It is not sent again, or it might be done "
         "twice";
}

}  // namespace

std::string Describe(const Exchange& exchange) {
  const std::string arrow = Printable(exchange.command) + " -> ";
  switch (exchange.outcome) {
    case Outcome::kAnswered:
      return arrow + exchange.answer + " (" + InWords(exchange.took) + Again(exchange.tries) + ")";
    case Outcome::kSilent:
      return arrow + "sent; it has no answer";
    case Outcome::kUnanswered:
      return arrow + Unanswered(exchange);
    case Outcome::kCutShort:
      return arrow + "cut short: how far it went is unknown";
    case Outcome::kNotSent:
      return arrow + "not sent: the drone does not answer";
    case Outcome::kDropped:
      break;
  }
  return arrow + "not sent: something more urgent came";
}

std::string DescribeNoDrone(const Exchange& hello) {
  if (hello.outcome == Outcome::kAnswered) {
    return "it answers \"" + hello.answer + "\" to command: somebody else may be flying it";
  }
  return "no drone answers there (" + std::to_string(hello.tries) + " tries)";
}

std::string DescribeState(const Flight& flight) {
  if (flight.state().empty()) {
    return flight.state_error().ok()
               ? "no state has come"
               : "there is no state: " + std::string(flight.state_error().message());
  }
  const auto value = [&](std::string_view name) {
    return std::string(FindInState(flight.state(), name).value_or("?"));
  };
  return "height " + value("h") + " cm, heading " + value("yaw") + " degrees, battery " +
         value("bat") + " %, motors ran " + value("time") + " s (" + InWords(flight.state_age()) +
         " ago)";
}

// A duplicate is dropped without a word.
void Narrator::OnStray(const Stray& stray) {
  if (stray.kind == Stray::Kind::kUnexpected) Say("unexpected: " + stray.answer);
  if (stray.kind == Stray::Kind::kLate) {
    Say("late: " + stray.answer + ", perhaps for " + Printable(stray.command));
  }
}

void Narrator::OnRetry(std::string_view command, int next_try, int tries) {
  Say(Printable(command) + ": no answer yet, try " + std::to_string(next_try) + " of " +
      std::to_string(tries));
}

void Narrator::OnContact(bool lost) {
  Say(lost ? "the drone does not answer any more; unheard for 15 s it lands by itself"
           : "the drone answers again");
}

}  // namespace sluice::drone
