// A terminal as a screen (ncurses): the log, a status line, and the line being typed.
#ifndef SLUICE_TOOLS_PROBE_SCREEN_H_
#define SLUICE_TOOLS_PROBE_SCREEN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "reactor/fd_watch.h"
#include "reactor/timer.h"
#include "tools/probe/log_pane.h"
#include "tools/probe/typed_line.h"
#include "tools/probe/ui.h"
#include "tools/terminal/terminal_modes.h"

namespace sluice::probe {

class Screen : public Ui {
 public:
  // `title` names the command.
  Screen(std::string title, LogPane log) : title_(std::move(title)), log_(std::move(log)) {}
  ~Screen() override { Stop(); }

  // Fails where the terminal can do no such thing.
  absl::Status Start(UiContext context) override;
  void Stop() override;
  void OnEvent(const Event& event) override;

 private:
  // Drawn so often at most, however much comes.
  static constexpr Duration kDrawEvery = std::chrono::milliseconds(40);
  static constexpr Duration kRateEvery = std::chrono::seconds(1);

  void ReadKeys();
  void TerminalGone();
  // A key that ncurses names, or a character.
  void NamedKey(int key);
  void Character(char32_t character);
  void Enter();
  void Resized();
  void MeasureRate();
  void DrawSoon();
  void Draw();
  void DrawLog();
  void DrawHelp();
  void DrawBar(int row, std::string text);
  void DrawInput();
  std::string StatusText() const;

  const std::string title_;
  LogPane log_;
  TypedLine typed_;
  std::optional<UiContext> context_;
  // ncurses puts them back at endwin() only, which a signal that ends the program does not wait
  // for.
  std::optional<terminal::TerminalModes> modes_;
  std::unique_ptr<FdWatch> keys_;
  std::unique_ptr<Timer> draw_, rate_;
  uint64_t bytes_before_ = 0;
  double bytes_per_second_ = 0;
  bool helping_ = false;
  bool started_ = false;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_SCREEN_H_
