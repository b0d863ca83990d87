#include "apps/backlog/verdict.h"

#include <algorithm>

#include "tools/netlab/queue_rule.h"

namespace sluice::backlog {
namespace {

using netlab::HalfOpenBound;
using netlab::HalfOpenRule;

int64_t Completes(const CellSpec& spec) {
  return netlab::AcceptQueueCompletes(spec.backlog, spec.somaxconn);
}

HalfOpenRule HalfOpenRuleOf(const CellSpec& spec, int beyond_limit) {
  return netlab::HalfOpenHeld({.limit = netlab::AcceptQueueLimit(spec.backlog, spec.somaxconn),
                               .max_syn_backlog = spec.max_syn_backlog,
                               .cookies = static_cast<netlab::SynCookies>(spec.syncookies),
                               .beyond_limit = beyond_limit});
}

int64_t LateAcks(const CellSpec& spec) {
  return std::max<int64_t>(0, 2 * int64_t{LateAckBatch(spec)} - Completes(spec));
}

void JudgeNobodyAccepts(const CellSpec& spec, CellResult& result) {
  const int64_t expected = Completes(spec);
  if (spec.connects <= expected) {
    result.untested = "a burst of " + std::to_string(spec.connects) + " does not reach beyond " +
                      std::to_string(expected);
    return;
  }
  const auto measured = static_cast<int64_t>(result.completed);
  result.verdict = Verdict{"connects that complete = min(backlog, somaxconn) + 1", expected,
                           measured, measured == expected, ""};
}

void JudgeSlowAccept(const CellSpec& spec, CellResult& result) {
  const int64_t expected = Completes(spec);
  result.verdict = Verdict{"the accept queue is never longer than min(backlog, somaxconn) + 1",
                           expected, result.queue_peak, result.queue_peak <= expected, ""};
}

void JudgeLateAck(const CellSpec& spec, CellResult& result) {
  const auto measured = static_cast<int64_t>(result.reset);
  const int64_t expected = ExpectedOf(spec);
  if (LateAcks(spec) == 0) {
    result.untested = "with this backlog no last ACK comes late";
    return;
  }
  Verdict verdict{
      "last ACKs beyond min(backlog, somaxconn) + 1 are reset with"
      " tcp_abort_on_overflow = 1, ignored with 0",
      expected, measured, measured == expected, ""};
  if (result.queue_peak != Completes(spec)) {
    verdict.held = false;
    verdict.remark = "the accept queue held " + std::to_string(result.queue_peak);
  }
  result.verdict = verdict;
}

void JudgeHalfOpen(const CellSpec& spec, CellResult& result) {
  const HalfOpenRule rule = HalfOpenRuleOf(spec, 1);
  if (static_cast<int64_t>(result.syns_sent) <= rule.held) {
    result.untested =
        std::to_string(result.syns_sent) + " SYNs do not reach beyond " + std::to_string(rule.held);
    return;
  }
  const int64_t measured = result.half_open_peak;
  const char* text =
      rule.bound == HalfOpenBound::kNone ? "held half-open = 0: every SYN is answered by a cookie"
      : rule.bound == HalfOpenBound::kLimit ? "held half-open = min(backlog, somaxconn) + 1"
                                            : "held half-open = 3/4 of tcp_max_syn_backlog + 1";
  Verdict verdict{text, rule.held, measured, measured == rule.held, ""};
  const HalfOpenRule older = HalfOpenRuleOf(spec, 0);
  if (!verdict.held && measured == older.held) {
    verdict.held = true;
    verdict.expected = older.held;
    verdict.remark = "as kernels before January 2025: full at the limit, not above it";
  }
  result.verdict = verdict;
}

}  // namespace

uint32_t LateAckBatch(const CellSpec& spec) {
  return static_cast<uint32_t>(netlab::AcceptQueueLimit(spec.backlog, spec.somaxconn));
}

int64_t ExpectedOf(const CellSpec& spec) {
  switch (spec.kind) {
    case CellKind::kNobodyAccepts:
    case CellKind::kSlowAccept:
      return Completes(spec);
    case CellKind::kLateAck:
      return spec.abort_on_overflow != 0 ? LateAcks(spec) : 0;
    case CellKind::kHalfOpen:
      return HalfOpenRuleOf(spec, 1).held;
  }
  return 0;
}

void Judge(const CellSpec& spec, CellResult& result) {
  switch (spec.kind) {
    case CellKind::kNobodyAccepts:
      return JudgeNobodyAccepts(spec, result);
    case CellKind::kSlowAccept:
      return JudgeSlowAccept(spec, result);
    case CellKind::kLateAck:
      return JudgeLateAck(spec, result);
    case CellKind::kHalfOpen:
      return JudgeHalfOpen(spec, result);
  }
}

}  // namespace sluice::backlog
