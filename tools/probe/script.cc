#include "tools/probe/script.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"

namespace sluice::probe {
namespace {

enum class Argument { kNone, kText, kHex, kRegex, kDuration, kNumber };

struct Verb {
  std::string_view name;
  StatementKind kind;
  Argument argument;
};
constexpr Verb kVerbs[] = {
    {"send", StatementKind::kSend, Argument::kText},
    {"send-hex", StatementKind::kSend, Argument::kHex},
    {"send-file", StatementKind::kSendFile, Argument::kText},
    {"expect", StatementKind::kExpect, Argument::kText},
    {"expect-hex", StatementKind::kExpect, Argument::kHex},
    {"expect-regex", StatementKind::kExpectRegex, Argument::kRegex},
    {"expect-end", StatementKind::kExpectEnd, Argument::kNone},
    {"wait", StatementKind::kWait, Argument::kDuration},
    {"timeout", StatementKind::kTimeout, Argument::kDuration},
    {"half-close", StatementKind::kHalfClose, Argument::kNone},
    {"close", StatementKind::kClose, Argument::kNone},
    {"peer", StatementKind::kPeer, Argument::kNumber},
};

constexpr std::string_view kBlanks = " \t\r";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(std::string(what));
}

std::string_view WithoutComment(std::string_view text) {
  return Trim(text.substr(0, text.find('#')));
}

// What stands in quotes at the beginning; behind them only a comment may stand.
absl::StatusOr<std::string_view> Quoted(std::string_view text) {
  if (text.empty() || text[0] != '"') return Wrong("a text in \"quotes\" is wanted");
  size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  if (end >= text.size()) return Wrong("the closing quote is missing");
  if (!WithoutComment(text.substr(end + 1)).empty()) {
    return Wrong("there is something behind the closing quote");
  }
  return text.substr(1, end - 1);
}

absl::Status TakeRegex(std::string_view text, Statement& statement) {
  absl::StatusOr<std::string_view> quoted = Quoted(text);
  if (!quoted.ok()) return quoted.status();
  if (quoted->size() > kRegexBytesMax) return Wrong("it is longer than 4096 bytes");
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // bytes, whatever they mean
  options.set_log_errors(false);
  const re2::StringPiece pattern(quoted->data(), quoted->size());
  const auto regex = std::make_shared<re2::RE2>(pattern, options);
  if (!regex->ok()) return Wrong("not a regular expression: " + Escape(regex->error()));
  statement.regex = regex;
  return absl::OkStatus();
}

absl::Status TakeDuration(std::string_view text, Statement& statement) {
  absl::Duration duration;
  if (!absl::ParseDuration(absl::string_view(text.data(), text.size()), &duration) ||
      duration < absl::ZeroDuration() || duration > absl::Hours(24)) {
    return Wrong("a duration with a unit is wanted, such as 2s or 500ms, of a day at most");
  }
  statement.duration = absl::ToChronoNanoseconds(duration);
  return absl::OkStatus();
}

absl::Status TakeBytes(absl::StatusOr<std::string> bytes, Statement& statement) {
  if (!bytes.ok()) return bytes.status();
  if (bytes->empty()) return Wrong("there is nothing in it");
  statement.bytes = *std::move(bytes);
  return absl::OkStatus();
}

absl::Status TakeArgument(Argument kind, std::string_view text, EncodeText encode,
                          Statement& statement) {
  switch (kind) {
    case Argument::kText: {
      absl::StatusOr<std::string_view> quoted = Quoted(text);
      if (!quoted.ok()) return quoted.status();
      if (statement.kind == StatementKind::kSendFile) {
        return TakeBytes(Unescape(*quoted), statement);
      }
      return TakeBytes(Unescape(*quoted, encode), statement);
    }
    case Argument::kHex:
      return TakeBytes(BytesFromHex(WithoutComment(text)), statement);
    case Argument::kRegex:
      return TakeRegex(text, statement);
    case Argument::kDuration:
      return TakeDuration(WithoutComment(text), statement);
    case Argument::kNumber: {
      const std::string_view digits = WithoutComment(text);
      if (absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()), &statement.peer) &&
          statement.peer >= 1) {
        return absl::OkStatus();
      }
      return Wrong("a number from 1 up is wanted");
    }
    case Argument::kNone:
      if (WithoutComment(text).empty()) return absl::OkStatus();
      return Wrong("nothing belongs behind it");
  }
  return absl::OkStatus();
}

absl::StatusOr<Statement> ParseLine(std::string_view line, EncodeText encode) {
  const size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view name = line.substr(0, end);
  std::string known;
  for (const Verb& verb : kVerbs) {
    known += (known.empty() ? "" : ", ") + std::string(verb.name);
    if (verb.name != name) continue;
    Statement statement;
    statement.kind = verb.kind;
    statement.source = std::string(line);
    absl::Status status = TakeArgument(verb.argument, Trim(line.substr(end)), encode, statement);
    if (!status.ok()) return Wrong(std::string(name) + ": " + std::string(status.message()));
    return statement;
  }
  return Wrong("unknown statement \"" + Escape(name) + "\": there are " + known);
}

}  // namespace

absl::StatusOr<std::vector<Statement>> ParseScript(std::string_view text, EncodeText encode) {
  if (text.size() > kScriptBytesMax) return Wrong("it is longer than 1 MiB");
  std::vector<Statement> statements;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#') continue;
    absl::StatusOr<Statement> statement = ParseLine(line, encode);
    if (!statement.ok()) {
      return Wrong("line " + std::to_string(number) + ": " +
                   std::string(statement.status().message()));
    }
    statement->line = number;
    statements.push_back(*std::move(statement));
  }
  return statements;
}

Match FindRegex(const re2::RE2& regex, std::string_view bytes) {
  re2::StringPiece found;
  const re2::StringPiece all(bytes.data(), bytes.size());
  if (!regex.Match(all, 0, all.size(), re2::RE2::UNANCHORED, &found, 1)) return {};
  return {static_cast<size_t>(found.data() - all.data()), found.size()};
}

}  // namespace sluice::probe
