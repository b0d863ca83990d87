#include "tools/cli/accept_watch.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "tools/cli/command.h"

namespace sluice::cli {

void AcceptWatch::Look() {
  const LoopStats stats = loop_.stats();
  if (stats.accept_errors == 0) {
    timer_.ArmAfter(kEvery);
    return;
  }
  const int error = stats.last_accept_error;
  const bool descriptors = error == EMFILE || error == ENFILE;
  Warn("cannot accept every connection: " + std::string(std::strerror(error)) +
       "; the others wait until one closes" + (descriptors ? " (ulimit -n is the limit)" : ""));
}

}  // namespace sluice::cli
