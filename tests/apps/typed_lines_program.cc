// The console under typed_lines_test.py: what is typed comes back in brackets.
//
// Some lines are commands: `print TEXT`, `later TEXT` (printed after 200 ms, while something is
// being typed), `prompt TEXT`, `pause` (for 200 ms), `hold` (for ever), `forget` (destroys the
// console), `exit` (exit(3) with the console alive), `abort`.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "reactor/loop.h"
#include "reactor/timer.h"
#include "tools/cli/command.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/loop_flags.h"
#include "tools/terminal/typed_lines.h"

ABSL_FLAG(int, line_bytes_max, 1000, "TypedLinesOptions::line_bytes_max");
ABSL_FLAG(bool, catch_interrupts, false, "as a command that measures does");
ABSL_FLAG(bool, deaf, false, "catch them and take no notice");

namespace sluice::terminal {
namespace {

constexpr Duration kLater = std::chrono::milliseconds(200);

class Console {
 public:
  explicit Console(Loop& loop)
      : loop_(loop),
        later_(loop, [this] { lines_->Print(text_); }),
        resume_(loop, [this] { lines_->Resume(); }) {}

  absl::Status Start() {
    TypedLinesOptions options;
    options.line_bytes_max = static_cast<size_t>(absl::GetFlag(FLAGS_line_bytes_max));
    absl::StatusOr<std::unique_ptr<TypedLines>> lines = TypedLines::Create(
        loop_, options, [this](std::string_view line) { Take(std::string(line)); },
        [this](const absl::Status& status) {
          status_ = status;
          std::printf("end\n");
          loop_.Stop();
        });
    if (!lines.ok()) return lines.status();
    lines_ = *std::move(lines);
    return absl::OkStatus();
  }

  void Interrupt() {
    if (absl::GetFlag(FLAGS_deaf)) return;
    lines_->Print("interrupted");
    loop_.Stop();
  }
  const absl::Status& status() const { return status_; }

 private:
  void Take(const std::string& line) {
    const std::string verb = line.substr(0, line.find(' '));
    text_ = line.size() > verb.size() ? line.substr(verb.size() + 1) : "";
    if (verb == "print") return lines_->Print(text_);
    if (verb == "later") return later_.ArmAfter(kLater);
    if (verb == "prompt") return lines_->set_prompt(text_);
    if (verb == "exit") std::exit(3);
    if (verb == "abort") std::abort();
    if (verb == "forget") {
      lines_.reset();
      std::printf("forgotten\n");
      return loop_.Stop();
    }
    lines_->Print("[" + line + "]");
    if (verb == "pause" || verb == "hold") lines_->Pause();
    if (verb == "pause") resume_.ArmAfter(kLater);
  }

  Loop& loop_;
  std::unique_ptr<TypedLines> lines_;
  std::string text_;
  absl::Status status_;
  Timer later_;
  Timer resume_;
};

int Run() {
  if (absl::GetFlag(FLAGS_catch_interrupts)) cli::CatchInterrupts();
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(cli::LoopOptionsFromFlags());
  if (!loop.ok()) return cli::Fail(loop.status());
  Console console(**loop);
  if (absl::Status status = console.Start(); !status.ok()) return cli::Fail(status);
  std::unique_ptr<cli::InterruptWatch> watch;
  if (absl::GetFlag(FLAGS_catch_interrupts)) {
    watch = std::make_unique<cli::InterruptWatch>(**loop, [&] { console.Interrupt(); });
  }
  (*loop)->Run();
  return console.status().ok() ? 0 : cli::Fail(console.status());
}

}  // namespace
}  // namespace sluice::terminal

int main(int argc, char** argv) {
  sluice::cli::Start(argc, argv,
                     {.name = "typed_lines_program",
                      .purpose = "says what it was told.",
                      .usage = "typed_lines_program [FLAGS]",
                      .examples = "  typed_lines_program\n"});
  return sluice::terminal::Run();
}
