// The kernel's rules for listen queues as pure functions: what a measurement is held against.
#ifndef SLUICE_TOOLS_NETLAB_QUEUE_RULE_H_
#define SLUICE_TOOLS_NETLAB_QUEUE_RULE_H_

#include <cstdint>

namespace sluice::netlab {

// sk_max_ack_backlog of listen(backlog): the smaller of the two, compared unsigned (__sys_listen),
// so that a negative backlog means somaxconn.
int64_t AcceptQueueLimit(int backlog, int64_t somaxconn);

// Connects that complete while nobody accepts: limit + 1, because the queue counts as full only
// *above* its limit (sk_acceptq_is_full compares with >).
int64_t AcceptQueueCompletes(int backlog, int64_t somaxconn);

// net.ipv4.tcp_syncookies.
enum class SynCookies {
  kOff = 0,
  kWhenFull = 1,  // the default: only once the half-open queue is full
  kAlways = 2,
};

// What decides how many half-open connections a listener holds.
struct HalfOpenSetup {
  int64_t limit = 0;            // AcceptQueueLimit(): it bounds the half-open queue too
  int64_t max_syn_backlog = 0;  // net.ipv4.tcp_max_syn_backlog
  SynCookies cookies = SynCookies::kWhenFull;
  // 1 where the half-open queue is full above its limit, 0 where it is full at it. The kernel
  // changed from 0 to 1 with commit 3479c7549fb1 of January 2025 ("tcp/dccp: allow a connection
  // when sk_max_ack_backlog is zero"; also in the stable series), so an older kernel measures one
  // less.
  int beyond_limit = 1;
};

enum class HalfOpenBound {
  kLimit,       // the listener's limit; counted by TCPReqQFullDrop or TCPReqQFullDoCookies
  kSynBacklog,  // three quarters of tcp_max_syn_backlog; see SynBacklogDrops()
  kNone,        // nothing is held: every SYN is answered by a cookie
};

struct HalfOpenRule {
  int64_t held = 0;
  HalfOpenBound bound = HalfOpenBound::kNone;
};

// How many half-open connections of unknown peers a listener with an empty accept queue holds
// (tcp_conn_request). Peers in the tcp_metrics cache are exempt from the three-quarters rule. Above
// half of the limit the kernel prunes old entries, from about 1 s after the first: measure before.
HalfOpenRule HalfOpenHeld(const HalfOpenSetup& setup);

// How long a half-open connection lives if nothing answers: SYN-ACK timers of 1, 2, 4, ... s.
int64_t HalfOpenLifetimeSeconds(int synack_retries);

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_QUEUE_RULE_H_
