// The connections of an Http1Client to one endpoint, and the calls that wait for one.
#ifndef SLUICE_PROTOCOLS_HTTP1_CLIENT_POOL_H_
#define SLUICE_PROTOCOLS_HTTP1_CLIENT_POOL_H_

#include <cstddef>
#include <vector>

#include "protocols/http1_client_call.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/list.h"

namespace sluice::http1 {

class ClientCore;
class Link;

// Calls nobody back. Calls are served first come, first served.
class Pool {
 public:
  Pool(ClientCore& core, const Endpoint& endpoint) : core_(core), endpoint_(endpoint) {}

  bool empty() const { return links_.empty() && waiting_count_ == 0; }

  // Puts it on a connection, perhaps a new one, or lets it wait. False: too many wait.
  bool Take(Call& call);
  // It waits no longer.
  void Forget(Call& call);

  // All answers of `link` are complete, and it can serve on.
  void BecameIdle(Link& link);
  // It has gone; others may get what it leaves. To be followed by Pump.
  void Left(Link& link);
  // Serves those that wait and can be served.
  void Pump();

  void CloseIdle();
  // The client goes: its connections, too.
  void Abandon();

 private:
  bool Serve(Call& call);
  void Open(Call& call);
  Link* FindRoom(const Call& call);
  void RemoveIdle(Link& link);

  ClientCore& core_;
  const Endpoint endpoint_;
  std::vector<Link*> links_;
  std::vector<Link*> idle_;  // of these; the last one was used last
  base::List<Call, Waiting> waiting_;
  size_t waiting_count_ = 0;
};

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_CLIENT_POOL_H_
