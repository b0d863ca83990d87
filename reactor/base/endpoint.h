// Where a socket listens or connects: an IPv4 or IPv6 address with a port, or a unix-domain path.
//
//   127.0.0.1:9999    [::1]:9999    :9999 (every IPv4 interface)    unix:/run/x.sock    unix:@name
//
// A link-local IPv6 address goes with its interface: [fe80::1%2]:9999, by index. A small value,
// freely copied. Parse reads numbers only; host names and interface names ([fe80::1%eth0]:9999)
// need Resolve (reactor/backend/resolve.h), which may ask the network.
#ifndef SLUICE_REACTOR_BASE_ENDPOINT_H_
#define SLUICE_REACTOR_BASE_ENDPOINT_H_

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sluice {

// "HOST:PORT" taken apart, host not yet looked at; the brackets of an IPv6 address are removed.
struct HostPort {
  std::string host;  // empty: every interface
  uint16_t port = 0;
};

class Endpoint {
 public:
  // 0.0.0.0:0. Also what a socket without an address (an unnamed unix peer) reports.
  Endpoint();

  // 0.0.0.0:0 or [::]:0: of every interface, at a port the kernel picks.
  static Endpoint Any(int family);

  // InvalidArgument, naming the text and what is wrong with it.
  static absl::StatusOr<Endpoint> Parse(std::string_view text);
  static absl::StatusOr<HostPort> SplitHostPort(std::string_view text);

  // `size` as the kernel reported it (getsockname(2), unix(7)).
  static Endpoint FromSockaddr(const sockaddr* address, socklen_t size);

  int family() const { return storage_.generic.sa_family; }
  bool is_ip() const { return family() == AF_INET || family() == AF_INET6; }
  bool is_unix() const { return family() == AF_UNIX; }

  bool is_any() const;  // 0.0.0.0 or ::, whatever the port

  uint16_t port() const;  // 0 for unix-domain
  void set_port(uint16_t port);

  // The file of a unix-domain endpoint; empty for an abstract or unnamed one and for IP.
  std::string unix_file() const;

  const sockaddr* address() const { return &storage_.generic; }
  socklen_t size() const { return size_; }

  // As Parse reads it.
  std::string ToString() const;

  friend bool operator==(const Endpoint& a, const Endpoint& b);
  template <typename H>
  friend H AbslHashValue(H state, const Endpoint& endpoint) {
    return H::combine_contiguous(std::move(state),
                                 reinterpret_cast<const unsigned char*>(&endpoint.storage_),
                                 endpoint.size_);
  }

 private:
  union Storage {
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un local;
  };

  Storage storage_;
  socklen_t size_ = 0;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_BASE_ENDPOINT_H_
