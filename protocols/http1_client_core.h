// What an Http1Client is made of: its calls, and a pool of connections an endpoint.
//
// Whoever calls a user's function does so last, or finds out behind it whether he is still there:
// the function may have ended its call and destroyed the client. A call whose answer is due never
// goes without its Link leaving the pool, which the link sees (Link::gone).
#ifndef SLUICE_PROTOCOLS_HTTP1_CLIENT_CORE_H_
#define SLUICE_PROTOCOLS_HTTP1_CLIENT_CORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "protocols/http1_client.h"
#include "protocols/http1_client_call.h"
#include "protocols/http1_client_pool.h"
#include "reactor/base/slab.h"

namespace sluice::http1 {

class ClientCore {
 public:
  ClientCore(Loop& loop, Http1ClientOptions options);
  ~ClientCore();

  Http1FetchId Start(Http1FetchRequest request, Http1FetchFunctions functions);
  bool Cancel(Http1FetchId id);
  Call* Find(Http1FetchId id);
  void CloseIdle();

  // ---- for links and pools
  Loop& loop() { return loop_; }
  const Http1ClientOptions& options() const { return options_; }
  Http1ClientStats& stats() { return stats_; }

  // `limit` of 0: none.
  void SetPhase(Call& call, Http1Phase phase, Duration limit, Http1Deadline which);
  // To be sent on a connection, of which it is on none.
  void Place(Call& call);
  // The same, after the connection went that it was on: what had come of an answer is forgotten.
  void PlaceAgain(Call& call);
  // Have their effect in the loop's next turn.
  void FailSoon(Call& call, const Http1FetchError& error);
  void WritableSoon(Call& call);

  // Each may call the user: last.
  void Fail(Call& call, const Http1FetchError& error);
  void Complete(Call& call);

 private:
  Pool& PoolOf(const Endpoint& endpoint);
  bool Follow(Call& call);
  void End(Call& call, const Http1FetchError& error);
  void Erase(Call& call);
  void TimerFired(Call& call);
  void ArmTimer(Call& call);
  void RunSoon();

  Loop& loop_;
  const Http1ClientOptions options_;
  Http1ClientStats stats_;
  absl::flat_hash_map<Endpoint, std::unique_ptr<Pool>> pools_;
  base::Slab<Call> calls_;
  std::vector<Http1FetchId> soon_;  // fails, or may write
  Timer soon_timer_;
  bool* gone_ = nullptr;  // set when it is destroyed
};

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_CLIENT_CORE_H_
