#include "tools/netlab/queue_rule.h"

#include <algorithm>

namespace sluice::netlab {

int64_t AcceptQueueLimit(int backlog, int64_t somaxconn) {
  return std::min<int64_t>(static_cast<unsigned>(backlog), somaxconn);
}

int64_t AcceptQueueCompletes(int backlog, int64_t somaxconn) {
  return AcceptQueueLimit(backlog, somaxconn) + 1;
}

HalfOpenRule HalfOpenHeld(const HalfOpenSetup& setup) {
  const int64_t by_limit = setup.limit + setup.beyond_limit;
  switch (setup.cookies) {
    case SynCookies::kAlways:
      return {0, HalfOpenBound::kNone};
    case SynCookies::kWhenFull:  // tcp_max_syn_backlog is not looked at
      return {by_limit, HalfOpenBound::kLimit};
    case SynCookies::kOff:
      break;
  }
  // Dropped if (max - held) < (max >> 2), so the last one is taken at held = max - (max >> 2).
  const int64_t by_backlog = setup.max_syn_backlog - (setup.max_syn_backlog >> 2) + 1;
  if (by_limit <= by_backlog) return {by_limit, HalfOpenBound::kLimit};
  return {by_backlog, HalfOpenBound::kSynBacklog};
}

int64_t HalfOpenLifetimeSeconds(int synack_retries) {
  return (int64_t{1} << (std::clamp(synack_retries, 0, 60) + 1)) - 1;
}

}  // namespace sluice::netlab
