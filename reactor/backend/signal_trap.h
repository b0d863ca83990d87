// Signals as something a loop can look at: the handler only marks a bit and wakes the loop.
#ifndef SLUICE_REACTOR_BACKEND_SIGNAL_TRAP_H_
#define SLUICE_REACTOR_BACKEND_SIGNAL_TRAP_H_

namespace sluice {

class Backend;

// Catches `signal` for this backend until ReleaseSignal, which restores what was there before. One
// backend a signal: catching it again moves it, and its release by the former does nothing. Loop's
// thread only.
void CatchSignal(int signal, Backend& backend);
void ReleaseSignal(int signal, Backend& backend);
// True once after each arrival; arrivals before the look count as one, as signal(7) has it.
bool TakeSignal(int signal);

}  // namespace sluice

#endif  // SLUICE_REACTOR_BACKEND_SIGNAL_TRAP_H_
