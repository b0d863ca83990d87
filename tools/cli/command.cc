#include "tools/cli/command.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace sluice::cli {
namespace {

// Set once by Start.
std::string& CommandName() {
  static std::string name = "sluice";
  return name;
}

// One line whatever the message holds.
void PrintError(std::string_view message) {
  std::string line = CommandName() + ": " + std::string(message);
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::fprintf(stderr, "%s\n", line.c_str());
}

std::string FlagOnCommandLine(std::string_view flag) {
  std::string name = "--" + std::string(flag);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

bool AsksForHelp(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return false;
    if (argument == "--help" || argument == "-help" || argument == "-h") return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> Start(int argc, char** argv, const Command& command) {
  CommandName() = std::string(command.name);
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (AsksForHelp(arguments)) {
    std::fputs(HelpText(command).c_str(), stdout);
    std::fflush(stdout);
    std::exit(0);
  }
  absl::StatusOr<std::vector<std::string>> positional = ParseArguments(arguments, command);
  if (!positional.ok()) ExitUsage(std::string(positional.status().message()));
  return *std::move(positional);
}

int Fail(const absl::Status& status) {
  std::fflush(stdout);
  PrintError(std::string(status.message()));
  return kExitFailure;
}

void ExitUsage(std::string_view message) {
  std::fflush(stdout);
  PrintError(message);
  std::exit(kExitUsage);
}

void RequireRange(std::string_view flag, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return;
  ExitUsage(FlagOnCommandLine(flag) + " must be from " + std::to_string(low) + " to " +
            std::to_string(high) + ", not " + std::to_string(value));
}

void RequireRange(std::string_view flag, absl::Duration value, absl::Duration low,
                  absl::Duration high) {
  if (value >= low && value <= high) return;
  const std::string range =
      high == absl::InfiniteDuration()
          ? "at least " + absl::FormatDuration(low)
          : "from " + absl::FormatDuration(low) + " to " + absl::FormatDuration(high);
  ExitUsage(FlagOnCommandLine(flag) + " must be " + range + ", not " + absl::FormatDuration(value));
}

Duration ToDuration(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

}  // namespace sluice::cli
