// Streams: one connection that we make, or a listener and its clients.
#ifndef SLUICE_TOOLS_PROBE_STREAM_LINK_H_
#define SLUICE_TOOLS_PROBE_STREAM_LINK_H_

#include <map>
#include <vector>

#include "reactor/connection.h"
#include "reactor/handler.h"
#include "tools/probe/link.h"

namespace sluice::probe {

class StreamLink final : public Link {
 public:
  StreamLink(Loop& loop, Journal& journal, const LinkOptions& options)
      : loop_(loop), journal_(journal), options_(options) {}

  absl::Status Start() override;
  size_t Send(int peer, std::string_view bytes) override;
  void EndOutput(int peer) override;
  void Close(int peer) override;
  void PauseReading(int peer) override;
  void ResumeReading(int peer) override;
  std::vector<Peer> peers() const override;
  size_t unsent_bytes() const override;

 private:
  class Session;
  struct Client {
    ConnectionId connection;
    Peer peer;
  };

  // Visits the connections that are meant and still there; returns how many.
  template <class Visit>
  size_t ForEach(int peer, Visit visit);
  void ConnectFailed(CloseReason reason);

  Loop& loop_;
  Journal& journal_;
  const LinkOptions options_;
  int last_number_ = 0;
  std::map<int, Client> clients_;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_STREAM_LINK_H_
