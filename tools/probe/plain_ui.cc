#include "tools/probe/plain_ui.h"

#include <string>

namespace sluice::probe {

absl::Status PlainUi::Start(UiContext context) {
  if (!reads_input_) return absl::OkStatus();
  context_.emplace(std::move(context));
  absl::StatusOr<std::unique_ptr<terminal::TypedLines>> typed = terminal::TypedLines::Create(
      context_->loop, {}, [this](std::string_view line) { Take(line); },
      [this](const absl::Status& status) { InputEnded(status); });
  if (!typed.ok()) return typed.status();
  typed_ = *std::move(typed);
  retry_ = std::make_unique<Timer>(context_->loop, [this] { LetOutputLeave(); });
  context_->console.OnView([this](View view) { output_->SetView(view); });
  if (typed_->interactive()) return absl::OkStatus();
  // What a pipe holds waits until there is somebody to send it to.
  typed_->Pause();
  context_->link.OnReady([this] { typed_->Resume(); });
  return absl::OkStatus();
}

void PlainUi::Stop() {
  retry_.reset();
  typed_.reset();
}

void PlainUi::OnEvent(const Event& event) {
  for (const std::string& line : output_->Lines(event)) {
    typed_ == nullptr ? PrintLine(line) : typed_->Print(line);
  }
}

void PlainUi::Take(std::string_view line) {
  context_->console.Take(line);
  LetOutputLeave();
}

void PlainUi::LetOutputLeave() {
  if (context_->link.unsent_bytes() > kUnsentBytesMax) {
    typed_->Pause();
    retry_->ArmAfter(kRetry);
  } else {
    typed_->Resume();
  }
}

void PlainUi::InputEnded(const absl::Status& status) {
  if (!status.ok()) context_->journal.Error(status);
  context_->on_input_end();
}

}  // namespace sluice::probe
