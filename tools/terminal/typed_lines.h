// Lines of standard input, on the loop: typed at a terminal, or out of a pipe or a file.
//
//   absl::StatusOr<std::unique_ptr<TypedLines>> console = TypedLines::Create(
//       loop, {.prompt = "chat> "},
//       [&](std::string_view line) { room->Send(line); },
//       [&](const absl::Status& status) { loop.Stop(); });
//   if (!console.ok()) return cli::Fail(console.status());
//   ...
//   (*console)->Print("alice: hello");   // incoming: above the line that is being typed
//   loop.Run();
//
// Where both standard input and standard output are terminals there are a prompt, line editing and
// a history (libedit). Ctrl-D on an empty line ends the input. Ctrl-C is a signal as ever: see
// tools/cli/interrupt.h or Loop::StopOnSignals. The terminal gets its modes back when this object
// goes, on exit(3) and on signals that end the program. SIGTSTP, SIGCONT and SIGWINCH are the
// object's, and LC_CTYPE becomes the user's, or C.UTF-8 where that is not UTF-8.
//
// Everywhere else there is no prompt, Print writes plain lines to standard output, and the last
// line may lack its newline. Writing waits for a reader that is slow.
//
// One at a time. It must not outlive its loop.
#ifndef SLUICE_TOOLS_TERMINAL_TYPED_LINES_H_
#define SLUICE_TOOLS_TERMINAL_TYPED_LINES_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protocols/line.h"
#include "reactor/input_tail.h"
#include "reactor/loop.h"
#include "tools/terminal/input_bytes.h"
#include "tools/terminal/key_decoder.h"

namespace sluice::terminal {

class LineEditor;

struct TypedLinesOptions {
  std::string prompt = "> ";
  // A longer line cannot be typed; out of a pipe it ends the input with kResourceExhausted.
  size_t line_bytes_max = 64 << 10;
  int history_lines_max = 1000;  // kept for the arrow keys
};

class TypedLines {
 public:
  // Without its line end ("\n" or "\r\n"). From a terminal it is UTF-8; from a pipe, whatever came.
  using OnLine = absl::AnyInvocable<void(std::string_view line)>;
  // Nothing comes after it. OK at the end of the input; else what is wrong, in words for cli::Fail.
  using OnEnd = absl::AnyInvocable<void(const absl::Status&)>;

  static absl::StatusOr<std::unique_ptr<TypedLines>> Create(Loop& loop, TypedLinesOptions options,
                                                            OnLine on_line, OnEnd on_end);
  // Also from within its own functions, which must only return then.
  ~TypedLines();
  TypedLines(const TypedLines&) = delete;
  TypedLines& operator=(const TypedLines&) = delete;

  // One line to standard output, made harmless (harmless.h): it may be a stranger's.
  void Print(std::string_view text);
  void set_prompt(std::string_view prompt);

  // No line comes between Pause and a turn after Resume. Whoever writes to the pipe has to wait.
  void Pause();
  void Resume();

  bool interactive() const { return editor_ != nullptr; }

 private:
  enum class Ended { kNo, kInput, kTold };

  TypedLines(Loop& loop, const TypedLinesOptions& options, OnLine on_line, OnEnd on_end);
  absl::Status Start();
  void FollowTerminalSignals();

  void TakeBytes(std::string_view bytes);
  void InputEnded(const absl::Status& status);
  void Deliver();
  bool DeliverTyped();
  bool DeliverRead();
  bool Say(std::string_view line);
  void Finish(const absl::Status& status);

  Loop& loop_;
  const TypedLinesOptions options_;
  OnLine on_line_;
  OnEnd on_end_;
  std::shared_ptr<LineEditor> editor_;  // only this object's; functions for signals look whether
                                        // it still is
  KeyDecoder decoder_;
  std::deque<char32_t> keys_;  // pressed, and not looked at
  LineCodec codec_;
  InputTail tail_;  // read, and not delivered
  size_t lines_ = 0;
  Ended ended_ = Ended::kNo;
  absl::Status end_status_;
  bool paused_ = false;
  bool delivering_ = false;
  bool* gone_ = nullptr;  // while a function of the owner's runs: set when it destroys this object
  Timer go_on_;           // after Resume
  std::unique_ptr<InputBytes> input_;
};

}  // namespace sluice::terminal

#endif  // SLUICE_TOOLS_TERMINAL_TYPED_LINES_H_
