// Ctrl-C and SIGTERM for a command that measures: it ends early and still prints what it has.
//
//   cli::CatchInterrupts();
//   while (!cli::Interrupted() && more) Measure();
//   Print(results);
//   if (cli::Interrupted()) return cli::FailInterrupted("2 of 5 modes were measured");
#ifndef SLUICE_TOOLS_CLI_INTERRUPT_H_
#define SLUICE_TOOLS_CLI_INTERRUPT_H_

#include <string_view>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "reactor/loop.h"
#include "reactor/timer.h"

namespace sluice::cli {

// From here on the first SIGINT or SIGTERM is remembered; one that comes a second later or more
// ends the program at once. Sooner it is the same once more: timeout(1) signals the command and
// then its process group. Call it before other threads start.
void CatchInterrupts();
// Whether one came. Any thread.
bool Interrupted();

// Calls `function` just before a second interrupt ends the program; it may call only what
// signal-safety(7) lists. For what outlives the program: a terminal's modes.
void BeforeInterruptEnds(void (*function)());

// "<command>: interrupted: <what>" on standard error, and kExitFailure to return from main.
int FailInterrupted(std::string_view what);

// Calls `on_interrupt` on its loop's thread soon after an interrupt came, and then again and again:
// what it ends may only just begin. May outlive the loop.
class InterruptWatch {
 public:
  InterruptWatch(Loop& loop, absl::AnyInvocable<void()> on_interrupt)
      : on_interrupt_(std::move(on_interrupt)), timer_(loop, [this] { Look(); }) {
    timer_.ArmAfter(kEvery);
  }

 private:
  static constexpr Duration kEvery = std::chrono::milliseconds(20);
  void Look() {
    timer_.ArmAfter(kEvery);
    if (Interrupted()) on_interrupt_();
  }

  absl::AnyInvocable<void()> on_interrupt_;
  Timer timer_;
};

}  // namespace sluice::cli

#endif  // SLUICE_TOOLS_CLI_INTERRUPT_H_
