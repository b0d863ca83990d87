// The common face of every command: `--help`, `--version`, flags, one clear line for bad usage,
// exit codes.
//
//   ABSL_FLAG(int, backlog, 128, "connections the kernel may hold before they are accepted");
//
//   int main(int argc, char** argv) {
//     sluice::cli::Start(argc, argv, {.name = "sluice-echo", .purpose = "...", ...});
//     sluice::cli::RequireRange("backlog", absl::GetFlag(FLAGS_backlog), 1, 1 << 20);
//     absl::Status status = Serve();
//     return status.ok() ? 0 : sluice::cli::Fail(status);
//   }
//
// Exit codes: 0 done, 1 it failed, 2 it was asked for in a way that has no meaning. Flags are
// Abseil's, defined with underscores and written with dashes or underscores: --max-connections=8,
// --max-connections 8, --upper, --no-upper. A flag of type std::vector<std::string> may be repeated
// or take a comma-separated list. Durations read 10s, 1.5ms, 2m30s.
#ifndef SLUICE_TOOLS_CLI_COMMAND_H_
#define SLUICE_TOOLS_CLI_COMMAND_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reactor/base/time.h"

namespace sluice::cli {

inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

// What `--help` says. Views of literals.
struct Command {
  std::string_view name;            // "sluice-echo"
  std::string_view purpose;         // what it does, in a sentence or a short paragraph
  std::string_view usage;           // "sluice-echo [--tcp ADDRESS]... [--upper]"
  std::string_view subcommands{};   // lines, "  serve  runs a slow server\n"; one must be given
  std::string_view notes{};         // what else there is to say: lines, which are wrapped
  std::string_view examples;        // lines, each ending in "\n"
  size_t positional_count_max = 0;  // arguments that are not flags
};

// Sets the flags and returns the positional arguments. On --help and --version prints them and
// exits 0; on bad usage prints one line, or the usage where a subcommand is missing, and exits 2.
// Call it first, once, before any other thread starts.
std::vector<std::string> Start(int argc, char** argv, const Command& command);

// The same without printing or exiting, for tests: InvalidArgument says what Start would print.
// `arguments` without the program's name. --help is an unknown flag here.
absl::StatusOr<std::vector<std::string>> ParseArguments(const std::vector<std::string>& arguments,
                                                        const Command& command);
// No line is longer than 80 columns where it can be broken between words.
std::string HelpText(const Command& command);
// What to say where a subcommand is missing.
std::string ShortUsage(const Command& command);

// "sluice-echo: <message>" on standard error, and kExitFailure to return from main.
int Fail(const absl::Status& status);
// "sluice-echo: <message>" on standard error; the program goes on.
void Warn(std::string_view message);
// The same for something asked for that has no meaning: ends the program with kExitUsage.
[[noreturn]] void ExitUsage(std::string_view message);

// Whether the command line gave it; `flag` as defined. For what has no meaning beside something
// else: a flag without effect is refused, not ignored.
bool FlagGiven(std::string_view flag);
// ExitUsage where it was given: "--framing has no effect <when>".
void RefuseFlag(std::string_view flag, std::string_view when);

// What to say of a text that is none.
inline constexpr std::string_view kDurationWanted =
    "it wants a duration with a unit, such as 10s or 500ms";

// ExitUsage unless low <= value <= high. `flag` without dashes, as defined.
void RequireRange(std::string_view flag, int64_t value, int64_t low, int64_t high);
void RequireRange(std::string_view flag, absl::Duration value, absl::Duration low,
                  absl::Duration high);

// An infinite duration becomes Duration::max().
Duration ToDuration(absl::Duration duration);

}  // namespace sluice::cli

#endif  // SLUICE_TOOLS_CLI_COMMAND_H_
