// The sockets under observation: a connection, a listener and its clients, or datagrams.
#ifndef SLUICE_TOOLS_PROBE_LINK_H_
#define SLUICE_TOOLS_PROBE_LINK_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "reactor/base/endpoint.h"
#include "reactor/loop.h"
#include "tools/probe/journal.h"

namespace sluice::probe {

enum class LinkKind { kTcp, kTcpListen, kUdp, kUdpListen };

struct LinkOptions {
  LinkKind kind = LinkKind::kTcp;
  Endpoint endpoint;
  bool echo = false;  // what is received goes back to its sender
  // A stream whose peer has ended is closed. False: it stays as it is, half-closed.
  bool close_at_end = true;
  int backlog = 128;
};

inline bool IsServer(LinkKind kind) {
  return kind == LinkKind::kTcpListen || kind == LinkKind::kUdpListen;
}

// Everybody that is there.
inline constexpr int kAllPeers = 0;

// Lives on its loop's thread; everything it does is told to the journal. The loop goes first.
class Link {
 public:
  // At once, many peers are for load generators.
  static constexpr size_t kPeersMax = 4096;

  virtual ~Link() = default;

  // Binds or begins to connect.
  virtual absl::Status Start() = 0;
  // To one peer or to all; the number of peers it was handed to.
  virtual size_t Send(int peer, std::string_view bytes) = 0;
  // Half-close, after what is unsent; nothing for datagrams.
  virtual void EndOutput(int peer) = 0;
  virtual void Close(int peer) = 0;
  // Has the peer of a stream slowed down by TCP; datagrams come all the same.
  virtual void PauseReading(int) {}
  virtual void ResumeReading(int) {}
  // Those who are there now, by number.
  virtual std::vector<Peer> peers() const = 0;
  virtual size_t unsent_bytes() const = 0;

  // Called when the first peer is there, and when a client's only connection is gone.
  void OnReady(std::function<void()> function) { on_ready_ = std::move(function); }
  void OnOver(std::function<void()> function) { on_over_ = std::move(function); }

 protected:
  // The function may be gone once it has run.
  void Ready() {
    if (on_ready_) std::exchange(on_ready_, nullptr)();
  }
  void Over() {
    if (on_over_) std::exchange(on_over_, nullptr)();
  }

 private:
  std::function<void()> on_ready_, on_over_;
};

std::unique_ptr<Link> MakeLink(Loop& loop, Journal& journal, const LinkOptions& options);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_LINK_H_
