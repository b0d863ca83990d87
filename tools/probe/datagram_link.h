// Datagrams: one socket, and whoever sends to it.
#ifndef SLUICE_TOOLS_PROBE_DATAGRAM_LINK_H_
#define SLUICE_TOOLS_PROBE_DATAGRAM_LINK_H_

#include <map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "reactor/timer.h"
#include "reactor/udp.h"
#include "tools/probe/echo_guard.h"
#include "tools/probe/link.h"

namespace sluice::probe {

// A client sends to the endpoint it was given, peer number 1, and shows what comes from others,
// too: an answer from another address is what one looks for with such a tool. A server's peers are
// those whose datagrams came.
class DatagramLink final : public Link {
 public:
  DatagramLink(Loop& loop, Journal& journal, const LinkOptions& options)
      : loop_(loop), journal_(journal), options_(options), look_(loop, [this] { TellLosses(); }) {}

  absl::Status Start() override;
  size_t Send(int peer, std::string_view bytes) override;
  void EndOutput(int) override {}
  // Forgets the peer, or, where all are meant, closes the socket.
  void Close(int peer) override;
  std::vector<Peer> peers() const override;
  size_t unsent_bytes() const override;

 private:
  class Receiver;

  absl::StatusOr<Endpoint> OwnEndpoint() const;
  struct Known {
    Peer peer;
    uint64_t heard = 0;  // its place in by_silence_
    EchoGuard echoes;
  };

  // A new one takes the place of the one silent for longest where there are kPeersMax.
  Known& PeerAt(const Endpoint& remote);
  Known& NewPeer(const Endpoint& remote);
  void Heard(Known& known);
  void ForgetTheMostSilent();
  void Take(const Datagram& datagram);
  void Echo(Known& known, std::string_view bytes);
  void TellLosses();

  Loop& loop_;
  Journal& journal_;
  const LinkOptions options_;
  DatagramSocket* socket_ = nullptr;
  int last_number_ = 0;
  std::map<int, Known> peers_;
  // Numbers of peers, those silent for longest first; without the one a client speaks to.
  std::map<uint64_t, int> by_silence_;
  uint64_t last_heard_ = 0;
  uint64_t echoes_withheld_ = 0;
  absl::flat_hash_map<Endpoint, int> numbers_;
  // What the kernel refused is known a little after it was handed over.
  static constexpr Duration kLookAfter = std::chrono::milliseconds(20);
  Timer look_;
  uint64_t drops_told_ = 0, refusals_told_ = 0;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_DATAGRAM_LINK_H_
