#include "tools/cli/command.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
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
  std::string name = (flag.size() == 1 ? "-" : "--") + std::string(flag);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

// What asks for a text instead of for work; empty: nothing does.
std::string AskedFor(const std::vector<std::string>& arguments, const Command& command) {
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument == "--help" || argument == "-help" || argument == "-h") return HelpText(command);
    if (argument == "--version") return std::string(command.name) + " " SLUICE_VERSION "\n";
  }
  return "";
}

// At exit: results that could not be written must not look like success. A reader that had enough
// (| head) is none of our business.
void CheckOutputArrived() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0) return;
  PrintError("cannot write to the standard output: is the disk full?");
  _exit(kExitFailure);
}

// Or the first socket would be taken for standard input, or be printed into. Using them stays the
// error that it was.
void OccupyClosedStandardDescriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // The lowest number that is free, which is this one.
    (void)open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

}  // namespace

std::vector<std::string> Start(int argc, char** argv, const Command& command) {
  CommandName() = std::string(command.name);
  OccupyClosedStandardDescriptors();
  // A log reader that goes away must not take a server with it.
  std::signal(SIGPIPE, SIG_IGN);
  // Nor must a limit to a file's size (ulimit -f): the write fails with EFBIG.
  std::signal(SIGXFSZ, SIG_IGN);
  std::atexit(CheckOutputArrived);
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (const std::string text = AskedFor(arguments, command); !text.empty()) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
    std::exit(0);
  }
  absl::StatusOr<std::vector<std::string>> positional = ParseArguments(arguments, command);
  if (!positional.ok()) ExitUsage(std::string(positional.status().message()));
  if (positional->empty() && !command.subcommands.empty()) {
    std::fputs(ShortUsage(command).c_str(), stderr);
    std::exit(kExitUsage);
  }
  return *std::move(positional);
}

int Fail(const absl::Status& status) {
  std::fflush(stdout);
  PrintError(std::string(status.message()));
  return kExitFailure;
}

void Warn(std::string_view message) {
  PrintError(message);
}

void ExitUsage(std::string_view message) {
  std::fflush(stdout);
  PrintError(message);
  std::exit(kExitUsage);
}

void RefuseFlag(std::string_view flag, std::string_view when) {
  if (!FlagGiven(flag)) return;
  ExitUsage(FlagOnCommandLine(flag) + " has no effect " + std::string(when) + " (see --help)");
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
