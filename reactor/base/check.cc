#include "reactor/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace sluice::base {

void CheckFailed(const char* file, int line, const char* condition, const char* rule) {
  std::fprintf(stderr, "%s:%d: check failed: %s: %s\n", file, line, condition, rule);
  std::abort();
}

}  // namespace sluice::base
