#include "reactor/backend/signal_trap.h"

#include <signal.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "reactor/backend/backend.h"
#include "reactor/base/check.h"

namespace sluice {
namespace {

struct Trap {
  std::atomic<Backend*> backend{nullptr};
  std::atomic<bool> arrived{false};
  struct sigaction before {};
};

static_assert(std::atomic<Backend*>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "a signal handler may touch lock-free atomics only");

std::array<Trap, NSIG> traps;

// Async-signal-safe: atomics and Backend::Wakeup.
void OnSignal(int signal) {
  const int saved_errno = errno;
  Trap& trap = traps[signal];
  trap.arrived.store(true, std::memory_order_release);
  if (Backend* backend = trap.backend.load(std::memory_order_acquire)) backend->Wakeup();
  errno = saved_errno;
}

}  // namespace

void CatchSignal(int signal, Backend& backend) {
  SLUICE_CHECK(signal > 0 && signal < NSIG, "no such signal");
  Trap& trap = traps[signal];
  const bool caught_already = trap.backend.exchange(&backend) != nullptr;
  if (caught_already) return;
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  SLUICE_CHECK(sigaction(signal, &action, &trap.before) == 0, "this signal cannot be caught");
}

void ReleaseSignal(int signal, Backend& backend) {
  Trap& trap = traps[signal];
  Backend* expected = &backend;
  if (!trap.backend.compare_exchange_strong(expected, nullptr)) return;
  sigaction(signal, &trap.before, nullptr);
  trap.arrived.store(false);
}

bool TakeSignal(int signal) {
  return traps[signal].arrived.exchange(false, std::memory_order_acq_rel);
}

}  // namespace sluice
