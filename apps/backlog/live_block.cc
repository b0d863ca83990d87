#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "apps/backlog/live_view.h"
#include "tools/report/table.h"

namespace sluice::backlog {
namespace {

struct TerminalSize {
  size_t rows = 24;
  size_t columns = 80;
};

TerminalSize SizeOfTerminal() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2 || size.ws_row < 2) return {};
  return {size.ws_row, size.ws_col};
}

}  // namespace

bool LiveBlock::Possible() {
  const char* term = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

// What is wider or higher than the terminal would scroll, and the next drawing miss its place.
void LiveBlock::Draw(const std::vector<std::string>& lines) {
  const TerminalSize size = SizeOfTerminal();
  std::string text;
  if (lines_shown_ > 0) text = "\x1b[" + std::to_string(lines_shown_) + "A\r\x1b[J";  // CUU, ED
  lines_shown_ = std::min(lines.size(), size.rows - 1);
  for (size_t i = 0; i < lines_shown_; ++i) {
    const bool escapes = lines[i].find('\x1b') != std::string::npos;
    const std::string_view shown =
        escapes ? std::string_view(lines[i]) : report::CutToWidth(lines[i], size.columns - 1);
    text += std::string(shown) + "\n";
  }
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace sluice::backlog
