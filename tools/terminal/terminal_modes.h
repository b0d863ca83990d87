// The terminal's modes, which outlive the program: whoever changes them puts them back, however it
// ends.
#ifndef SLUICE_TOOLS_TERMINAL_TERMINAL_MODES_H_
#define SLUICE_TOOLS_TERMINAL_TERMINAL_MODES_H_

namespace sluice::terminal {

// From here on the modes that standard input has now come back when this is destroyed, when the
// program calls exit(3), and when a signal ends it: one of those nobody handles so far, and the
// second interrupt of tools/cli/interrupt.h. One at a time.
class TerminalModes {
 public:
  TerminalModes();
  ~TerminalModes();
  TerminalModes(const TerminalModes&) = delete;
  TerminalModes& operator=(const TerminalModes&) = delete;

  // Now; signal-safe.
  static void PutBack();
};

// Whether Ctrl-Z stops this process: a shell without job control has it ignored.
bool MayStop();
// Stops this process as Ctrl-Z does when nobody catches it, and returns when it goes on. A process
// that nobody could wake up again is not stopped (the kernel sees to that).
void StopProcess();

}  // namespace sluice::terminal

#endif  // SLUICE_TOOLS_TERMINAL_TERMINAL_MODES_H_
