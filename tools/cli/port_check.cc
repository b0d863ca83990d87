#include "tools/cli/port_check.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace sluice::cli {

absl::Status CheckPortIsFree(const Endpoint& endpoint, int socket_type) {
  if (!endpoint.is_ip() || endpoint.port() == 0) return absl::OkStatus();
  const int fd = socket(endpoint.family(), socket_type | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::OkStatus();
  if (socket_type == SOCK_STREAM) {
    // As a server's own listener has it: connections in TIME_WAIT do not count (socket(7)).
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  }
  // Bound and never listening: no client can end up here.
  const bool taken = bind(fd, endpoint.address(), endpoint.size()) != 0 && errno == EADDRINUSE;
  close(fd);
  if (!taken) return absl::OkStatus();
  return absl::AlreadyExistsError("cannot listen on " + endpoint.ToString() +
                                  ": the address is in use by another socket: stop its program, or "
                                  "choose another port (0 lets the kernel pick one)");
}

}  // namespace sluice::cli
