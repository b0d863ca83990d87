// System calls on sockets that both kernel backends make the same way: opening, options, addresses.
#ifndef SLUICE_REACTOR_BACKEND_SOCKET_UTIL_H_
#define SLUICE_REACTOR_BACKEND_SOCKET_UTIL_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/backend/backend.h"
#include "reactor/base/endpoint.h"

namespace sluice::backend {

// epoll needs descriptors that never block; io_uring must not have them so: a send on one would end
// with EAGAIN instead of waiting (seastar b4eaa9f59 met this).
enum class Blocking : uint8_t { kNo, kYes };

// The descriptor belongs to the caller. A unix-domain file left by a program that is gone is
// replaced; one that a live program listens on is an error.
absl::StatusOr<int> OpenListener(const Endpoint& endpoint, const ListenOptions& options,
                                 Blocking blocking);
absl::StatusOr<int> OpenDatagram(const Endpoint& endpoint, const DatagramOptions& options,
                                 Blocking blocking);
// For an outbound connection, not yet connected: a descriptor, or -errno.
int OpenStream(const Endpoint& endpoint, const SocketOptions& options, Blocking blocking);

absl::Status SetSocketOption(int fd, const RawSocketOption& option);
// What SetSocketOption says of a refusal, for who is refused elsewhere; `error` is positive.
absl::Status RefusedOption(const RawSocketOption& option, int error);
absl::StatusOr<std::string> GetSocketOption(int fd, const RawSocketOption& option);

Endpoint LocalEndpointOf(int fd);
Endpoint PeerEndpointOf(int fd);

// close(2) so that the peer gets RST instead of FIN.
void MakeCloseReset(int fd);

// "EADDRINUSE (Address already in use)".
std::string ErrnoText(int error);
// A Status of the fitting code: "cannot listen on 127.0.0.1:80: bind: EACCES (...); <advice>".
absl::Status ErrnoStatus(int error, std::string_view doing, std::string_view advice = "");

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_SOCKET_UTIL_H_
