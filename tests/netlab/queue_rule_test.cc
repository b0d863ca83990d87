#include "tools/netlab/queue_rule.h"

#include <gtest/gtest.h>

#include <climits>

namespace sluice::netlab {
namespace {

TEST(QueueRule, AcceptQueueCompletesOneMoreThanItsLimit) {
  const struct {
    int backlog;
    int64_t somaxconn;
    int64_t limit;
  } rows[] = {
      {0, 4096, 0},
      {1, 4096, 1},
      {5, 4096, 5},
      {128, 4096, 128},
      {128, 16, 16},
      {16, 16, 16},
      {4097, 4096, 4096},
      {-1, 4096, 4096},
      {-1, 16, 16},
      {INT_MIN, 7, 7},
      {INT_MAX, INT_MAX, INT_MAX},
      {-1, INT_MAX, INT_MAX},
      {5, 0, 0},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(AcceptQueueLimit(row.backlog, row.somaxconn), row.limit) << row.backlog;
    EXPECT_EQ(AcceptQueueCompletes(row.backlog, row.somaxconn), row.limit + 1) << row.backlog;
  }
}

TEST(QueueRule, HalfOpenHeld) {
  const struct {
    HalfOpenSetup setup;
    int64_t held;
    HalfOpenBound bound;
  } rows[] = {
      // Cookies off: three quarters of tcp_max_syn_backlog and one more ...
      {{.limit = 4096, .max_syn_backlog = 8, .cookies = SynCookies::kOff},
       7,
       HalfOpenBound::kSynBacklog},
      {{.limit = 4096, .max_syn_backlog = 128, .cookies = SynCookies::kOff},
       97,
       HalfOpenBound::kSynBacklog},
      {{.limit = 4096, .max_syn_backlog = 1024, .cookies = SynCookies::kOff},
       769,
       HalfOpenBound::kSynBacklog},
      {{.limit = 4096, .max_syn_backlog = 10, .cookies = SynCookies::kOff},
       9,
       HalfOpenBound::kSynBacklog},
      // ... or the limit of the listener, whichever is less.
      {{.limit = 5, .max_syn_backlog = 1024, .cookies = SynCookies::kOff},
       6,
       HalfOpenBound::kLimit},
      {{.limit = 96, .max_syn_backlog = 128, .cookies = SynCookies::kOff},
       97,
       HalfOpenBound::kLimit},
      {{.limit = 97, .max_syn_backlog = 128, .cookies = SynCookies::kOff},
       97,
       HalfOpenBound::kSynBacklog},
      {{.limit = 0, .max_syn_backlog = 128, .cookies = SynCookies::kOff}, 1, HalfOpenBound::kLimit},
      {{.limit = 0, .max_syn_backlog = 128, .cookies = SynCookies::kOff, .beyond_limit = 0},
       0,
       HalfOpenBound::kLimit},
      // Cookies when full: tcp_max_syn_backlog does not matter.
      {{.limit = 128, .max_syn_backlog = 8, .cookies = SynCookies::kWhenFull},
       129,
       HalfOpenBound::kLimit},
      {{.limit = 128, .max_syn_backlog = 8, .cookies = SynCookies::kWhenFull, .beyond_limit = 0},
       128,
       HalfOpenBound::kLimit},
      {{.limit = 128, .max_syn_backlog = 1024, .cookies = SynCookies::kAlways},
       0,
       HalfOpenBound::kNone},
  };
  for (const auto& row : rows) {
    const HalfOpenRule rule = HalfOpenHeld(row.setup);
    EXPECT_EQ(rule.held, row.held) << row.setup.limit << " " << row.setup.max_syn_backlog;
    EXPECT_EQ(rule.bound, row.bound) << row.setup.limit << " " << row.setup.max_syn_backlog;
  }
}

TEST(QueueRule, HalfOpenLifetime) {
  EXPECT_EQ(HalfOpenLifetimeSeconds(0), 1);
  EXPECT_EQ(HalfOpenLifetimeSeconds(1), 3);
  EXPECT_EQ(HalfOpenLifetimeSeconds(5), 63);
}

}  // namespace
}  // namespace sluice::netlab
