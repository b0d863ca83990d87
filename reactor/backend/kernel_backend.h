// What the two kernel backends share: sockets are descriptors, set-up is system calls, the clock is
// CLOCK_MONOTONIC and another thread wakes the loop through an eventfd(2).
#ifndef SLUICE_REACTOR_BACKEND_KERNEL_BACKEND_H_
#define SLUICE_REACTOR_BACKEND_KERNEL_BACKEND_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "reactor/backend/backend.h"
#include "reactor/backend/datagram_send.h"
#include "reactor/backend/socket_util.h"

namespace sluice::backend {

// kWatched: a descriptor of somebody else's.
enum class SocketKind : uint8_t { kListener, kStream, kDatagram, kWatched };

class KernelBackend : public Backend {
 public:
  absl::StatusOr<Socket> Listen(const Endpoint& endpoint, const ListenOptions& options) final;
  absl::StatusOr<Socket> BindDatagram(const Endpoint& endpoint,
                                      const DatagramOptions& options) final;
  absl::StatusOr<Socket> Watch(int descriptor) final;
  absl::Status SetOption(Socket socket, const RawSocketOption& option) final;
  absl::StatusOr<std::string> GetOption(Socket socket, const RawSocketOption& option) final;
  Endpoint LocalEndpoint(Socket socket) final;
  Endpoint PeerEndpoint(Socket socket) final;
  void ShutdownSend(Socket socket) final;
  TimePoint Now() final;
  void Wakeup() final;
  const BackendStats& stats() const final { return stats_; }

 protected:
  KernelBackend(int wakeup_fd, Blocking blocking) : wakeup_fd_(wakeup_fd), blocking_(blocking) {}
  ~KernelBackend() override;

  // Takes the descriptor, also on failure.
  virtual absl::StatusOr<Socket> Adopt(int fd, SocketKind kind, const DatagramOptions& options) = 0;
  // A descriptor that is not watched yet; stays its owner's.
  virtual absl::StatusOr<Socket> AdoptWatched(int fd) = 0;
  void Unwatch(int fd) { watched_.erase(fd); }
  virtual int Descriptor(Socket socket) = 0;
  virtual Trains& TrainsOf(Socket datagram_socket) = 0;

  // A listener on a unix-domain file takes the file with it when it closes.
  void RemoveUnixFile(Socket listener);

  int wakeup_fd() const { return wakeup_fd_; }
  Blocking blocking() const { return blocking_; }
  BackendStats stats_;

 private:
  const int wakeup_fd_;
  const Blocking blocking_;
  absl::flat_hash_map<uint32_t, std::string> unix_files_;  // by Socket::index
  absl::flat_hash_set<int> watched_;
};

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_KERNEL_BACKEND_H_
