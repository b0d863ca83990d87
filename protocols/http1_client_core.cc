#include "protocols/http1_client_core.h"

#include <algorithm>
#include <utility>

#include "protocols/http1_client_link.h"
#include "protocols/http1_redirect.h"
#include "protocols/http1_request_writer.h"
#include "reactor/base/check.h"

namespace sluice::http1 {
namespace {

// Pools without a connection are kept up to here: an endpoint asked again finds its own.
constexpr size_t kPoolsKept = 64;

base::SlabKey KeyOf(Http1FetchId id) {
  return {static_cast<uint32_t>(id.value), static_cast<uint32_t>(id.value >> 32)};
}

TimePoint DeadlineAfter(TimePoint now, Duration limit) {
  return limit > Duration(0) ? After(now, limit) : kNever;
}

}  // namespace

ClientCore::ClientCore(Loop& loop, Http1ClientOptions options)
    : loop_(loop), options_(std::move(options)), soon_timer_(loop, [this] { RunSoon(); }) {}

ClientCore::~ClientCore() {
  if (gone_ != nullptr) *gone_ = true;
  for (auto& [endpoint, pool] : pools_) pool->Abandon();
}

Http1FetchId ClientCore::Start(Http1FetchRequest request, Http1FetchFunctions functions) {
  auto [key, call] = calls_.Emplace(loop_, std::move(request), std::move(functions),
                                    [this](Call& fired) { TimerFired(fired); });
  call->id = {static_cast<uint64_t>(key.generation) << 32 | key.index};
  const Http1FetchId id = call->id;
  ++stats_.fetches;
  ++stats_.under_way;
  call->method = MethodOf(call->request.method);
  const Duration whole = call->request.whole_timeout.value_or(options_.whole_timeout);
  call->whole_deadline = DeadlineAfter(loop_.now(), whole);
  const Http1Refused refused = JudgeRequest(call->request, options_.request_head_bytes_max);
  if (refused != Http1Refused::kNothing) {
    FailSoon(*call, {.code = Http1FetchCode::kBadRequest, .refused = refused});
  } else {
    Place(*call);
  }
  return id;
}

Call* ClientCore::Find(Http1FetchId id) {
  return calls_.Find(KeyOf(id));
}

bool ClientCore::Cancel(Http1FetchId id) {
  Call* call = Find(id);
  if (call == nullptr) return false;
  if (call->link != nullptr) call->link->Forget(*call);
  Erase(*call);
  return true;
}

void ClientCore::CloseIdle() {
  for (auto& [endpoint, pool] : pools_) pool->CloseIdle();
}

Pool& ClientCore::PoolOf(const Endpoint& endpoint) {
  const auto found = pools_.find(endpoint);
  if (found != pools_.end()) return *found->second;
  if (pools_.size() >= kPoolsKept) {
    absl::erase_if(pools_, [](const auto& entry) { return entry.second->empty(); });
  }
  return *pools_.emplace(endpoint, std::make_unique<Pool>(*this, endpoint)).first->second;
}

void ClientCore::Place(Call& call) {
  SetPhase(call, Http1Phase::kQueued, Duration(0), Http1Deadline::kNone);
  Pool& pool = PoolOf(call.request.endpoint);
  if (!pool.Take(call)) FailSoon(call, {.code = Http1FetchCode::kQueueFull});
}

void ClientCore::PlaceAgain(Call& call) {
  ++stats_.retries;
  call.upload = Call::Upload::kNotBegun;
  call.body_at = 0;
  call.interim = 0;
  call.paused = false;
  Place(call);
}

void ClientCore::FailSoon(Call& call, const Http1FetchError& error) {
  call.error = error;
  soon_.push_back(call.id);
  if (!soon_timer_.armed()) soon_timer_.ArmAfter(Duration(0));
}

void ClientCore::WritableSoon(Call& call) {
  FailSoon(call, {});
}

// What is added meanwhile waits for the next turn.
void ClientCore::RunSoon() {
  bool gone = false;
  gone_ = &gone;
  for (const Http1FetchId id : std::exchange(soon_, {})) {
    Call* call = Find(id);
    if (call == nullptr) continue;
    if (call->error.code != Http1FetchCode::kNone) {
      Fail(*call, call->error);
    } else if (call->link != nullptr) {
      call->link->AskForBody();
    }
    if (gone) return;
  }
  gone_ = nullptr;
}

void ClientCore::SetPhase(Call& call, Http1Phase phase, Duration limit, Http1Deadline which) {
  call.phase = phase;
  call.phase_deadline = DeadlineAfter(loop_.now(), limit);
  call.phase_limit = which;
  ArmTimer(call);
}

void ClientCore::ArmTimer(Call& call) {
  const TimePoint next = std::min(call.whole_deadline, call.phase_deadline);
  if (next == kNever) {
    call.timer.Cancel();
  } else if (!call.timer.armed() || call.timer.deadline() > next) {
    call.timer.ArmAt(next);
  }
}

// It may have been armed for a phase that is over: that costs less than arming it for each.
void ClientCore::TimerFired(Call& call) {
  const TimePoint now = loop_.now();
  if (call.whole_deadline <= now) {
    Fail(call, {.code = Http1FetchCode::kTimeout, .deadline = Http1Deadline::kWhole});
  } else if (call.phase_deadline > now) {
    ArmTimer(call);
  } else if (call.upload == Call::Upload::kAwaitsContinue) {
    call.link->Continue(call);
  } else {
    Fail(call, {.code = Http1FetchCode::kTimeout, .deadline = call.phase_limit});
  }
}

void ClientCore::Fail(Call& call, const Http1FetchError& error) {
  Http1FetchError said = error;
  said.phase = call.phase;
  if (call.link != nullptr) call.link->Forget(call);
  End(call, said);
}

void ClientCore::Complete(Call& call) {
  if (!call.following) return End(call, {});
  const uint32_t most = call.request.redirects_max.value_or(options_.redirects_max);
  if (call.answer.redirects >= most) {
    return Fail(call, {.code = Http1FetchCode::kTooManyRedirects});
  }
  if (!Follow(call)) Fail(call, {.code = Http1FetchCode::kBadRedirect});
}

bool ClientCore::Follow(Call& call) {
  if (!Redirect(call.answer, options_, &call.request)) return false;
  ++stats_.redirects;
  const uint32_t redirects = call.answer.redirects + 1;
  call.answer = {};
  call.answer.redirects = redirects;
  call.method = MethodOf(call.request.method);
  call.following = call.retried = call.wants_new_link = call.paused = false;
  call.upload = Call::Upload::kNotBegun;
  call.body_at = call.dropped_bytes = 0;
  call.interim = 0;
  Place(call);
  return true;
}

void ClientCore::Erase(Call& call) {
  if (call.linked()) PoolOf(call.request.endpoint).Forget(call);
  --stats_.under_way;
  calls_.Erase(KeyOf(call.id).index);
}

void ClientCore::End(Call& call, const Http1FetchError& error) {
  Http1Outcome outcome{error, std::move(call.answer)};
  Http1DoneFunction done = std::move(call.functions.done);
  Erase(call);
  done(std::move(outcome));
}

}  // namespace sluice::http1
