#include "tools/terminal/typed_lines.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "reactor/base/check.h"
#include "tools/terminal/line_editor.h"
#include "tools/text/harmless.h"

namespace sluice::terminal {
namespace {

constexpr char32_t kSuspend = 0x1a;  // Ctrl-Z, where the terminal leaves it to us

bool IsInteractive() {
  const char* term = std::getenv("TERM");
  return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 && term != nullptr &&
         *term != '\0' && std::string_view(term) != "dumb";
}

}  // namespace

absl::StatusOr<std::unique_ptr<TypedLines>> TypedLines::Create(Loop& loop,
                                                               TypedLinesOptions options,
                                                               OnLine on_line, OnEnd on_end) {
  std::unique_ptr<TypedLines> lines(
      new TypedLines(loop, options, std::move(on_line), std::move(on_end)));
  if (absl::Status status = lines->Start(); !status.ok()) return status;
  return lines;
}

TypedLines::TypedLines(Loop& loop, const TypedLinesOptions& options, OnLine on_line, OnEnd on_end)
    : loop_(loop),
      options_(options),
      on_line_(std::move(on_line)),
      on_end_(std::move(on_end)),
      go_on_(loop, [this] { Deliver(); }) {}

absl::Status TypedLines::Start() {
  absl::StatusOr<LineCodec> codec =
      LineCodec::Create({.message_bytes_max = options_.line_bytes_max});
  if (!codec.ok()) return codec.status();
  codec_ = *std::move(codec);
  absl::StatusOr<std::unique_ptr<InputBytes>> input = InputBytes::Create(
      loop_, [this](std::string_view bytes) { TakeBytes(bytes); },
      [this](const absl::Status& status) { InputEnded(status); });
  if (!input.ok()) return input.status();
  input_ = *std::move(input);
  if (!IsInteractive()) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<LineEditor>> editor =
      LineEditor::Create(options_.prompt, options_.line_bytes_max, options_.history_lines_max);
  if (!editor.ok()) return editor.status();
  editor_ = *std::move(editor);
  FollowTerminalSignals();
  return absl::OkStatus();
}

TypedLines::~TypedLines() {
  if (gone_ != nullptr) *gone_ = true;
}

// The loop keeps these functions for its whole life.
void TypedLines::FollowTerminalSignals() {
  const std::weak_ptr<LineEditor> weak = editor_;
  loop_.OnSignal(SIGWINCH, [weak] {
    if (const std::shared_ptr<LineEditor> editor = weak.lock()) editor->Resized();
  });
  loop_.OnSignal(SIGCONT, [weak] {
    if (const std::shared_ptr<LineEditor> editor = weak.lock()) editor->Continued();
  });
  if (!MayStop()) return;
  loop_.OnSignal(SIGTSTP, [weak] {
    const std::shared_ptr<LineEditor> editor = weak.lock();
    editor != nullptr ? editor->Suspend() : StopProcess();
  });
}

void TypedLines::Print(std::string_view text) {
  if (editor_ != nullptr) editor_->Hide();
  const std::string line = text::Harmless(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
  // Inside on_line the line is done, and the next one begins when it returns.
  if (editor_ != nullptr && gone_ == nullptr) editor_->Show();
}

void TypedLines::set_prompt(std::string_view prompt) {
  if (editor_ != nullptr) editor_->set_prompt(prompt);
}

void TypedLines::Pause() {
  paused_ = true;
  input_->Pause();
}

void TypedLines::Resume() {
  if (!paused_ || ended_ == Ended::kTold) return;
  paused_ = false;
  input_->Resume();
  go_on_.ArmAt(loop_.now());
}

void TypedLines::TakeBytes(std::string_view bytes) {
  if (editor_ != nullptr) {
    decoder_.Feed(bytes, [this](char32_t key) { keys_.push_back(key); });
  } else {
    tail_.Append(bytes);
  }
  Deliver();
}

void TypedLines::InputEnded(const absl::Status& status) {
  if (ended_ != Ended::kNo) return;
  ended_ = Ended::kInput;
  end_status_ = status;
  Deliver();
}

void TypedLines::Deliver() {
  if (!(editor_ != nullptr ? DeliverTyped() : DeliverRead())) return;
  if (ended_ == Ended::kInput && !paused_) Finish(end_status_);
}

// False, as DeliverRead: it is over, and this object may be gone.
bool TypedLines::DeliverTyped() {
  std::string line;
  while (!paused_ && !keys_.empty()) {
    const char32_t key = keys_.front();
    keys_.pop_front();
    if (key == kSuspend) {
      editor_->Suspend();
      continue;
    }
    switch (editor_->Type(key, &line)) {
      case LineEditor::Typed::kNothingYet:
        break;
      case LineEditor::Typed::kEnd:
        Finish(absl::OkStatus());
        return false;
      case LineEditor::Typed::kLine:
        if (!Say(line)) return false;
        editor_->NextLine();
    }
  }
  return true;
}

bool TypedLines::DeliverRead() {
  // After the last line, which had no end, the codec has looked further than what is left.
  while (!paused_ && !tail_.empty() && ended_ != Ended::kTold) {
    const Decoded<std::string_view> decoded = codec_.Decode(tail_.view());
    if (decoded.result == DecodeResult::kNeedMore) break;
    if (decoded.result == DecodeResult::kError) {
      Finish(absl::ResourceExhaustedError(
          "standard input: line " + std::to_string(lines_ + 1) + " is longer than " +
          std::to_string(options_.line_bytes_max) + " bytes (line_bytes_max)"));
      return false;
    }
    ++lines_;
    if (!Say(decoded.message)) return false;
    tail_.Consume(decoded.consumed);
  }
  if (ended_ != Ended::kInput || paused_ || tail_.empty()) return true;
  if (!Say(tail_.view())) return false;  // the last line, without its end
  tail_.Clear();
  return true;
}

// False when its function destroyed this object.
bool TypedLines::Say(std::string_view line) {
  bool gone = false;
  gone_ = &gone;
  on_line_(line);
  if (gone) return false;
  gone_ = nullptr;
  return true;
}

void TypedLines::Finish(const absl::Status& status) {
  ended_ = Ended::kTold;
  input_->Pause();
  editor_.reset();  // the terminal is as it was
  // It may destroy this object, whose own status this may be.
  const absl::Status last = status;
  OnEnd on_end = std::move(on_end_);
  on_end(last);
}

}  // namespace sluice::terminal
