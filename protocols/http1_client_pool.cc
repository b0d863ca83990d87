#include "protocols/http1_client_pool.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "protocols/http1_client_core.h"
#include "protocols/http1_client_link.h"

namespace sluice::http1 {

bool Pool::Take(Call& call) {
  // What is repeated was its turn before.
  const bool first = waiting_count_ == 0 || call.wants_new_link;
  if (first && Serve(call)) return true;
  if (waiting_count_ >= core_.options().waiting_max) return false;
  waiting_.PushBack(call);
  ++waiting_count_;
  ++core_.stats().waiting;
  return true;
}

void Pool::Forget(Call& call) {
  call.Unlink();
  --waiting_count_;
  --core_.stats().waiting;
}

void Pool::Pump() {
  while (!waiting_.empty() && Serve(waiting_.front())) Forget(waiting_.front());
}

bool Pool::Serve(Call& call) {
  while (!call.wants_new_link && !idle_.empty()) {
    Link& link = *idle_.back();
    if (!link.usable()) {
      link.CloseIdle();
      continue;
    }
    RemoveIdle(link);
    link.Begin(call);
    return true;
  }
  const size_t most = core_.options().connections_max;
  if (links_.size() >= most && !idle_.empty()) idle_.front()->CloseIdle();
  if (links_.size() < most) {
    Open(call);
    return true;
  }
  Link* link = FindRoom(call);
  if (link == nullptr) return false;
  ++core_.stats().pipelined;
  link->Begin(call);
  return true;
}

// For pipelining: the connection with the fewest under way.
Link* Pool::FindRoom(const Call& call) {
  Link* best = nullptr;
  for (Link* link : links_) {
    if (!link->HasRoomFor(call)) continue;
    if (best == nullptr || link->under_way() < best->under_way()) best = link;
  }
  return best;
}

void Pool::Open(Call& call) {
  ConnectOptions options;
  options.timeout = core_.options().connect_timeout;
  options.limits = core_.options().connection;
  options.limits.output_pauses_reading = false;
  options.limits.input_bytes_max =
      std::max<uint32_t>(options.limits.input_bytes_max,
                         static_cast<uint32_t>(2 * core_.options().limits.head_bytes_max));
  auto link = std::make_unique<Link>(core_, *this);
  Link& opened = *link;
  links_.push_back(&opened);
  ++core_.stats().connections;
  ++core_.stats().connects;
  opened.Begin(call);
  const ConnectionId id = core_.loop().Connect(endpoint_, options, std::move(link));
  // A loop that has stopped destroyed it at once.
  if (call.link != nullptr) opened.Connects(id);
}

void Pool::RemoveIdle(Link& link) {
  if (std::erase(idle_, &link) > 0) --core_.stats().idle;
}

void Pool::BecameIdle(Link& link) {
  idle_.push_back(&link);
  ++core_.stats().idle;
  Pump();
  const Http1ClientOptions& options = core_.options();
  const bool kept = options.idle_timeout > Duration(0) && core_.stats().idle <= options.idle_max;
  if (link.idle() && !kept) link.CloseIdle();
}

void Pool::Left(Link& link) {
  RemoveIdle(link);
  std::erase(links_, &link);
  --core_.stats().connections;
}

void Pool::CloseIdle() {
  while (!idle_.empty()) idle_.back()->CloseIdle();
}

void Pool::Abandon() {
  for (Link* link : std::exchange(links_, {})) link->Abandon();
}

}  // namespace sluice::http1
