#include "tools/report/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tools/report/table.h"

namespace sluice::report {
namespace {

constexpr std::chrono::milliseconds kLiveInterval{100};
constexpr std::chrono::seconds kPlainInterval{10};
constexpr const char* kEraseLine = "\r\x1b[K";  // ECMA-48 EL

bool IsLiveTerminal() {
  if (isatty(STDERR_FILENO) == 0) return false;
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) != "dumb";
}

size_t TerminalColumns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) return size.ws_col;
  return 80;
}

}  // namespace

// The first plain line comes after one interval: short commands leave none.
Progress::Progress()
    : live_(IsLiveTerminal()),
      next_(live_ ? Clock::time_point::min() : Clock::now() + kPlainInterval) {}

void Progress::Update(std::string_view text) {
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + (live_ ? Clock::duration(kLiveInterval) : Clock::duration(kPlainInterval));
  if (live_) {
    // A line as wide as the terminal would wrap, and the next rewrite leave it behind.
    const std::string line(CutToWidth(text, TerminalColumns() - 1));
    std::fprintf(stderr, "%s%s", kEraseLine, line.c_str());
    shown_ = true;
  } else {
    std::fprintf(stderr, "%s\n", std::string(text).c_str());
  }
  std::fflush(stderr);
}

void Progress::Finish() {
  if (!shown_) return;
  std::fputs(kEraseLine, stderr);
  std::fflush(stderr);
  shown_ = false;
  next_ = Clock::time_point::min();
}

}  // namespace sluice::report
