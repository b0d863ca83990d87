// One way to turn a failed system call into words.
#ifndef SLUICE_TOOLS_NETLAB_ERRNO_STATUS_H_
#define SLUICE_TOOLS_NETLAB_ERRNO_STATUS_H_

#include <string>
#include <system_error>

#include "absl/status/status.h"

namespace sluice::netlab {

// "WHAT: Operation not permitted", with the Abseil code that fits `error` (an errno value).
inline absl::Status ErrnoStatus(int error, const std::string& what) {
  return absl::Status(absl::ErrnoToStatusCode(error),
                      what + ": " + std::generic_category().message(error));
}

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_ERRNO_STATUS_H_
