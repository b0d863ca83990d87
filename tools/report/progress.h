// What a long command is doing, on standard error: one line that rewrites itself on a terminal; a
// plain line every ten seconds where standard error is a pipe or a file.
//
//   Progress progress;
//   progress.Update("connecting 500 of 2000");
//   progress.Finish();   // before printing anything else
#ifndef SLUICE_TOOLS_REPORT_PROGRESS_H_
#define SLUICE_TOOLS_REPORT_PROGRESS_H_

#include <chrono>
#include <string_view>

namespace sluice::report {

class Progress {
 public:
  Progress();
  ~Progress() { Finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap to call often: a terminal is rewritten ten times a second at most.
  void Update(std::string_view text);
  // Removes the live line. Update may follow.
  void Finish();

  bool is_live() const { return live_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool live_;           // standard error is a terminal that understands escapes
  bool shown_ = false;  // a live line stands on the terminal
  Clock::time_point next_;
};

}  // namespace sluice::report

#endif  // SLUICE_TOOLS_REPORT_PROGRESS_H_
