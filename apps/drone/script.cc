#include "apps/drone/script.h"

#include <charconv>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "apps/drone/command.h"

namespace sluice::drone {
namespace {

constexpr absl::Duration kWaitMax = absl::Hours(1);

absl::Status Wrong(int line, std::string_view what) {
  return absl::InvalidArgumentError("line " + std::to_string(line) + ": " + std::string(what));
}

std::string_view Trim(std::string_view text) {
  const absl::string_view trimmed =
      absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size()));
  return {trimmed.data(), trimmed.size()};
}

// The word it begins with, which it loses.
std::string_view TakeWord(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text = Trim(text.substr(word.size()));
  return word;
}

std::optional<double> NumberAtBegin(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

bool IsComparison(std::string_view word) {
  return word == "<" || word == "<=" || word == ">" || word == ">=";
}

absl::StatusOr<Step> ParseWait(int line, std::string_view text) {
  absl::Duration wait;
  if (!absl::ParseDuration(std::string(text), &wait) || wait < absl::ZeroDuration() ||
      wait > kWaitMax) {
    return Wrong(line, "wait wants a duration with a unit of up to 1h, such as 2s or 500ms");
  }
  return Step{.kind = Step::Kind::kWait, .line = line, .wait = absl::ToChronoNanoseconds(wait)};
}

absl::StatusOr<Step> ParseExpect(int line, std::string_view text) {
  if (text.empty()) return Wrong(line, "expect wants what the answer has to be");
  std::string_view rest = text;
  if (IsComparison(TakeWord(rest)) && !NumberAtBegin(rest)) {
    return Wrong(line, "expect compares with a number, such as >= 20");
  }
  return Step{.kind = Step::Kind::kExpect, .line = line, .text = std::string(text)};
}

absl::StatusOr<Step> ParseStep(int line, std::string_view text) {
  std::string_view rest = text;
  const std::string_view word = TakeWord(rest);
  if (word == "wait") return ParseWait(line, rest);
  if (word == "expect") return ParseExpect(line, rest);
  if (text == "state") return Step{.kind = Step::Kind::kState, .line = line};
  if (text == "end") return Step{.kind = Step::Kind::kEnd, .line = line};
  if (text.size() > kCommandBytesMax) return Wrong(line, "longer than any command");
  return Step{.kind = Step::Kind::kCommand, .line = line, .text = std::string(text)};
}

}  // namespace

absl::StatusOr<std::vector<Step>> ParseScript(std::string_view text) {
  std::vector<Step> steps;
  for (int line = 1; !text.empty(); ++line) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    const std::string_view said = Trim(whole.substr(0, whole.find('#')));
    if (said.empty()) continue;
    absl::StatusOr<Step> step = ParseStep(line, said);
    if (!step.ok()) return step.status();
    if (step->kind == Step::Kind::kExpect) {
      if (steps.empty() || steps.back().kind != Step::Kind::kCommand) {
        return Wrong(line, "expect follows the command whose answer it judges");
      }
      steps.back().judged = true;
    }
    steps.push_back(*std::move(step));
  }
  if (steps.empty()) return absl::InvalidArgumentError("no step in it");
  return steps;
}

bool IsExpected(std::string_view expected, std::string_view answer) {
  std::string_view rest = expected;
  const std::string_view word = TakeWord(rest);
  if (IsComparison(word)) {
    const std::optional<double> limit = NumberAtBegin(rest), value = NumberAtBegin(answer);
    if (!limit || !value) return false;
    if (word == "<") return *value < *limit;
    if (word == "<=") return *value <= *limit;
    return word == ">" ? *value > *limit : *value >= *limit;
  }
  if (!expected.ends_with('*')) return answer == expected;
  return answer.starts_with(expected.substr(0, expected.size() - 1));
}

}  // namespace sluice::drone
