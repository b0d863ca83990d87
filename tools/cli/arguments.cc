// Command line -> Abseil flags, by reflection. Abseil's own ParseCommandLine exits 1 on bad usage,
// prints several lines, knows no dashes in names and brings a dozen flags of its own to --help.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/ascii.h"
#include "tools/cli/command.h"

namespace sluice::cli {
namespace {

using Texts = std::vector<std::string>;

absl::Status BadUsage(const std::string& message) {
  return absl::InvalidArgumentError(message + " (see --help)");
}

// "--name=value" or "--name", leading dashes removed, dashes in the name made underscores.
struct FlagText {
  std::string as_written;  // "--name"
  std::string name;
  std::optional<std::string> value;
};

FlagText Split(const std::string& argument) {
  FlagText text;
  const size_t equals = argument.find('=');
  text.as_written = argument.substr(0, equals);
  text.name = text.as_written.substr(text.as_written.find_first_not_of('-'));
  std::replace(text.name.begin(), text.name.end(), '-', '_');
  if (equals != std::string::npos) text.value = argument.substr(equals + 1);
  return text;
}

// No flag begins with a digit: -5 and -.5 are numbers.
bool IsFlag(const std::string& argument) {
  const size_t name = argument.find_first_not_of('-');
  if (name == 0 || name == std::string::npos) return false;
  const size_t first = name + (argument[name] == '.' ? 1 : 0);
  return first == argument.size() || !absl::ascii_isdigit(argument[first]);
}

absl::CommandLineFlag* FindBool(const std::string& name) {
  absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
  return flag != nullptr && flag->IsOfType<bool>() ? flag : nullptr;
}

// --no-upper and --noupper for a bool flag `upper`.
absl::CommandLineFlag* FindNegated(const std::string& name) {
  if (name.rfind("no_", 0) == 0) return FindBool(name.substr(3));
  if (name.rfind("no", 0) == 0) return FindBool(name.substr(2));
  return nullptr;
}

// Filled by the last ParseArguments.
std::set<std::string, std::less<>>& GivenFlags() {
  static std::set<std::string, std::less<>> names;
  return names;
}

// What a text should have been, where the flag's type does not say it itself.
std::string WantedBy(const absl::CommandLineFlag& flag) {
  if (flag.IsOfType<absl::Duration>()) return std::string(kDurationWanted);
  if (flag.IsOfType<bool>()) return "it wants true or false";
  if (flag.IsOfType<int>() || flag.IsOfType<int64_t>()) {
    return "it wants a whole number, such as " + flag.DefaultValue();
  }
  if (flag.IsOfType<uint32_t>() || flag.IsOfType<uint64_t>()) {
    return "it wants a whole number from 0 up, such as " + flag.DefaultValue();
  }
  if (flag.IsOfType<double>()) return "it wants a number, such as " + flag.DefaultValue();
  return "";
}

class Parser {
 public:
  Parser(const Texts& arguments, const Command& command)
      : arguments_(arguments), command_(command) {}

  absl::StatusOr<Texts> Parse() {
    while (next_ < arguments_.size()) {
      const std::string& argument = arguments_[next_++];
      if (argument == "--") break;
      const absl::Status status = IsFlag(argument) ? ParseFlag(Split(argument)) : Keep(argument);
      if (!status.ok()) return status;
    }
    while (next_ < arguments_.size()) {
      if (absl::Status status = Keep(arguments_[next_++]); !status.ok()) return status;
    }
    return std::move(positional_);
  }

 private:
  absl::Status Keep(const std::string& argument) {
    if (positional_.size() == command_.positional_count_max) {
      return BadUsage("unexpected argument \"" + argument + "\"");
    }
    positional_.push_back(argument);
    return absl::OkStatus();
  }

  absl::Status ParseFlag(FlagText text) {
    absl::CommandLineFlag* flag = absl::FindCommandLineFlag(text.name);
    if (flag == nullptr) {
      flag = FindNegated(text.name);
      if (flag == nullptr) return BadUsage("unknown flag " + text.as_written);
      if (text.value) return BadUsage(text.as_written + " takes no value");
      text.value = "false";
    }
    if (!text.value && flag->IsOfType<bool>()) text.value = "true";
    if (!text.value) {
      if (next_ == arguments_.size()) return BadUsage(text.as_written + " needs a value");
      text.value = arguments_[next_++];
    }
    if (text.value->empty()) return Refused(*flag, text.as_written + " needs a value", "");
    GivenFlags().insert(std::string(flag->Name()));
    if (!flag->IsOfType<Texts>()) return Set(flag, text);
    // Abseil would take it for an entry more, which is empty.
    if (("," + *text.value + ",").find(",,") != std::string::npos) {
      return BadUsage(text.as_written + " cannot be \"" + *text.value +
                      "\": there is a comma too many");
    }
    Gather(flag, *text.value);
    return Set(flag, text);
  }

  // A list flag given again adds to what it was given before.
  void Gather(absl::CommandLineFlag* flag, std::string& value) {
    std::string& all = lists_[flag];
    if (!all.empty()) all += ",";
    all += value;
    value = all;
  }

  static absl::Status Set(absl::CommandLineFlag* flag, const FlagText& text) {
    std::string error;
    if (flag->ParseFrom(*text.value, &error)) return absl::OkStatus();
    // Abseil says "Illegal value 'x' specified for flag 'n'", then "; " and the type's own words.
    const size_t detail = error.find("; ");
    return Refused(*flag, text.as_written + " cannot be \"" + *text.value + "\"",
                   detail == std::string::npos ? "" : error.substr(detail + 2));
  }

  static absl::Status Refused(const absl::CommandLineFlag& flag, std::string message,
                              std::string wanted) {
    if (wanted.empty()) wanted = WantedBy(flag);
    if (!wanted.empty()) message += ": " + wanted;
    return BadUsage(message);
  }

  const Texts& arguments_;
  const Command& command_;
  size_t next_ = 0;
  Texts positional_;
  std::map<absl::CommandLineFlag*, std::string> lists_;
};

// ---- help

constexpr size_t kHelpColumns = 80;
constexpr size_t kHelpIndent = 6;

std::string Wrap(const std::string& text, size_t indent) {
  std::string wrapped;
  std::string line(indent, ' ');
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find(' ', begin);
    if (end == std::string::npos) end = text.size();
    if (line.size() + 1 + (end - begin) > kHelpColumns && line.size() > indent) {
      wrapped += line + "\n";
      line.assign(indent, ' ');
    }
    if (line.size() > indent) line += ' ';
    line.append(text, begin, end - begin);
    begin = end + 1;
  }
  return wrapped + line + "\n";
}

// Where the second column of "  serve  runs a server" begins, or the first of any other line.
size_t IndentOf(const std::string& line) {
  const size_t first = std::min(line.find_first_not_of(' '), line.size());
  const size_t gap = line.find("  ", first);
  const size_t second = line.find_first_not_of(' ', gap);
  return first == 0 || gap == std::string::npos || second == std::string::npos ? first : second;
}

// Each line of `text` for itself, what is too long going on under where it began.
std::string WrapLines(std::string_view text) {
  std::string wrapped;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    const size_t indent = IndentOf(line);
    const std::string rest = Wrap(line.substr(indent), indent);
    wrapped += line.empty() ? "\n" : line.substr(0, indent) + rest.substr(indent);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return wrapped;
}

std::string DescribeFlag(const absl::CommandLineFlag& flag) {
  std::string name(flag.Name());
  std::replace(name.begin(), name.end(), '_', '-');
  std::string head = (name.size() == 1 ? "  -" : "  --") + name;
  const std::string value = flag.DefaultValue();
  if (!flag.IsOfType<bool>() && !value.empty()) head += "=" + value;
  if (flag.IsOfType<bool>() && value == "true") head += " (on; --no-" + name + ")";
  return head + "\n" + Wrap(flag.Help(), kHelpIndent);
}

// Defined in this folder, and so common to the commands.
bool IsCommon(const absl::CommandLineFlag& flag) {
  return flag.Filename().find("tools/cli/") != std::string::npos;
}

std::string DescribeFlags(bool common) {
  std::map<std::string, std::string> sorted;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (IsCommon(*flag) == common) sorted[std::string(name)] = DescribeFlag(*flag);
  }
  std::string text;
  for (const auto& [name, description] : sorted) text += description;
  return text;
}

}  // namespace

absl::StatusOr<Texts> ParseArguments(const Texts& arguments, const Command& command) {
  GivenFlags().clear();
  return Parser(arguments, command).Parse();
}

bool FlagGiven(std::string_view flag) {
  return GivenFlags().count(flag) > 0;
}

std::string HelpText(const Command& command) {
  std::string text = Wrap(std::string(command.name) + ": " + std::string(command.purpose), 0);
  text += "\nUsage: " + std::string(command.usage) + "\n";
  if (!command.subcommands.empty()) text += WrapLines(command.subcommands);
  if (!command.notes.empty()) text += "\n" + WrapLines(command.notes);
  if (!command.examples.empty()) text += "\nExamples:\n" + std::string(command.examples);
  text += "\nFlags, with their defaults:\n" + DescribeFlags(/*common=*/false);
  return text + DescribeFlags(/*common=*/true) + "  --help\n  --version\n";
}

std::string ShortUsage(const Command& command) {
  return "Usage: " + std::string(command.usage) + "\n" + WrapLines(command.subcommands) +
         "More: " + std::string(command.name) + " --help\n";
}

}  // namespace sluice::cli
