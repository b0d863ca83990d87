// Holds what a cell measured against the kernel's rule. Pure.
#ifndef SLUICE_APPS_BACKLOG_VERDICT_H_
#define SLUICE_APPS_BACKLOG_VERDICT_H_

#include "apps/backlog/cell.h"

namespace sluice::backlog {

// kNobodyAccepts: how many connects complete. kSlowAccept: how long the queue may get. kLateAck:
// how many of the connected are reset. kHalfOpen: how many half-open connections are held.
int64_t ExpectedOf(const CellSpec& spec);

// Sets result.verdict, or result.untested where the cell does not reach what it should show.
void Judge(const CellSpec& spec, CellResult& result);

// Of a kLateAck cell: two batches of so many clients connect, and then speak, one after the other.
// The half-open queue holds one batch on every kernel, the accept queue one batch and one more.
uint32_t LateAckBatch(const CellSpec& spec);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_VERDICT_H_
