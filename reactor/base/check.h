// SLUICE_CHECK: a programmer error stops the program here, in every build, with the place and the
// broken rule. Input from outside is never an invariant: it gets a Status or a typed reason.
//
//   SLUICE_CHECK(!closed_, "Send after Close");
#ifndef SLUICE_REACTOR_BASE_CHECK_H_
#define SLUICE_REACTOR_BASE_CHECK_H_

namespace sluice::base {

// Prints "FILE:LINE: check failed: CONDITION: RULE" to standard error and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition, const char* rule);

}  // namespace sluice::base

#define SLUICE_CHECK(condition, rule)                                    \
  do {                                                                   \
    if (!(condition)) [[unlikely]]                                       \
      ::sluice::base::CheckFailed(__FILE__, __LINE__, #condition, rule); \
  } while (false)

#endif  // SLUICE_REACTOR_BASE_CHECK_H_
