// Lines on standard output. What is typed is edited at a terminal, and read line by line from a
// pipe.
#ifndef SLUICE_TOOLS_PROBE_PLAIN_UI_H_
#define SLUICE_TOOLS_PROBE_PLAIN_UI_H_

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "reactor/timer.h"
#include "tools/probe/output.h"
#include "tools/probe/ui.h"
#include "tools/terminal/typed_lines.h"

namespace sluice::probe {

class PlainUi : public Ui {
 public:
  // Reads standard input only where `reads_input`.
  PlainUi(std::unique_ptr<Output> output, bool reads_input)
      : output_(std::move(output)), reads_input_(reads_input) {}

  absl::Status Start(UiContext context) override;
  void Stop() override;
  void OnEvent(const Event& event) override;

 private:
  // A pipe is not read further while this much is unsent.
  static constexpr size_t kUnsentBytesMax = 1 << 20;
  static constexpr Duration kRetry = std::chrono::milliseconds(5);

  void Take(std::string_view line);
  void InputEnded(const absl::Status& status);
  void LetOutputLeave();

  const std::unique_ptr<Output> output_;
  const bool reads_input_;
  std::optional<UiContext> context_;
  std::unique_ptr<terminal::TypedLines> typed_;
  std::unique_ptr<Timer> retry_;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_PLAIN_UI_H_
