#include "tools/sim/queue_grid/plan.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace sluice::queue_grid {
namespace {

using std::chrono::milliseconds;

// Between retries: SYNs are sent again after 1, 2, 3, 4, 5, 7 and 11 s, SYN-ACKs after 1, 3 and 7
// s, each a little late. Then the kernel prunes, too.
constexpr Duration kAfterOne = milliseconds(1500);
constexpr Duration kAfterThree = milliseconds(3500);
constexpr Duration kAfterFive = milliseconds(6000);
constexpr Duration kAfterSeven = milliseconds(8500);

constexpr int kCookies[] = {0, 1, 2};

uint32_t LimitOf(const Cell& cell) {
  return std::min(static_cast<uint32_t>(cell.backlog), cell.somaxconn);
}

// A burst that just fits, and one that does not by far.
void PlanLoopback(std::vector<Cell>& cells) {
  for (const uint32_t somaxconn : {4096u, 16u}) {
    for (const int backlog : {0, 1, 5, 128, -1}) {
      if (backlog == -1 && somaxconn == 4096) continue;
      for (const int cookies : kCookies) {
        Cell cell{.backlog = backlog, .somaxconn = somaxconn, .syncookies = cookies};
        for (const uint32_t more : {1u, 64u}) {
          cell.connects = LimitOf(cell) + more;
          cells.push_back(cell);
        }
      }
    }
  }
  cells.push_back({.syncookies = 0, .abort_on_overflow = true, .connects = 70});
  cells.push_back({.syncookies = 1, .abort_on_overflow = true, .connects = 70});
}

void PlanSynRetries(std::vector<Cell>& cells) {
  for (const Duration read_at : {kAfterOne, kAfterThree, kAfterFive, kAfterSeven}) {
    cells.push_back({.syncookies = 0, .connects = 70, .read_at = read_at});
    cells.push_back({.backlog = 128, .somaxconn = 16, .connects = 80, .read_at = read_at});
    cells.push_back({.syn_linear_timeouts = 0, .connects = 40, .read_at = read_at});
  }
  // Room for all of them by then. With less room the kernel's own outcome varies: SYNs whose timers
  // are due together are sent together, and may all arrive before the first of their last ACKs.
  for (const uint32_t accepted : {4u, 6u}) {
    cells.push_back({.connects = 10, .accepted = accepted, .read_at = kAfterOne});
  }
  // They give up after 3 and after 7 s.
  cells.push_back({.syn_retries = 1, .connects = 40, .read_at = kAfterThree});
  cells.push_back({.syn_retries = 2, .connects = 40, .read_at = kAfterFive});
  cells.push_back({.syn_retries = 2, .connects = 40, .read_at = kAfterSeven});
}

void PlanInjected(std::vector<Cell>& cells) {
  struct Row {
    int backlog;
    uint32_t somaxconn;
    uint32_t max_syn_backlog;
    uint32_t syns;
  };
  for (const Row& row : {Row{0, 4096, 1024, 30}, Row{5, 4096, 1024, 40}, Row{5, 4096, 8, 40},
                         Row{96, 4096, 128, 250}, Row{128, 4096, 1024, 300}, Row{128, 16, 1024, 60},
                         Row{1024, 4096, 8, 40}, Row{1024, 4096, 10, 40}, Row{1024, 4096, 128, 250},
                         Row{4096, 4096, 1024, 1600}}) {
    for (const int cookies : kCookies) {
      cells.push_back({.path = Path::kInjected,
                       .backlog = row.backlog,
                       .somaxconn = row.somaxconn,
                       .syncookies = cookies,
                       .max_syn_backlog = row.max_syn_backlog,
                       .syns = row.syns});
    }
  }
}

// SYN-ACKs sent again, old entries pruned above half of the limit, entries that end.
void PlanSynAckRetries(std::vector<Cell>& cells) {
  for (const Duration read_at : {kAfterOne, kAfterThree, kAfterSeven}) {
    Cell cell{.path = Path::kInjected, .backlog = 128, .syns = 300, .read_at = read_at};
    cells.push_back(cell);  // held by the limit
    cell.backlog = 1024;
    cell.syncookies = 0;
    cell.max_syn_backlog = 128;
    cells.push_back(cell);  // held by three quarters of tcp_max_syn_backlog
    cell.syns = 40;
    cell.backlog = 5;
    cells.push_back(cell);
  }
  for (const int retries : {0, 1}) {
    Cell cell{.path = Path::kInjected, .backlog = 128, .synack_retries = retries, .syns = 40};
    cell.read_at = retries == 0 ? kAfterOne : kAfterThree;
    cells.push_back(cell);
  }
}

void PlanFlooded(std::vector<Cell>& cells) {
  struct Row {
    int backlog;
    uint32_t max_syn_backlog;
    uint32_t syns;
    uint32_t connects;
  };
  for (const Row& row : {Row{5, 1024, 40, 30}, Row{128, 1024, 300, 40}, Row{1024, 128, 250, 40},
                         Row{128, 1024, 100, 200}}) {
    for (const int cookies : kCookies) {
      Cell cell{.path = Path::kFlooded,
                .backlog = row.backlog,
                .syncookies = cookies,
                .max_syn_backlog = row.max_syn_backlog,
                .syns = row.syns,
                .connects = row.connects};
      cells.push_back(cell);
      if (row.backlog != 5) continue;
      cell.read_at = kAfterOne;
      cells.push_back(cell);
    }
  }
}

void PlanDelayed(std::vector<Cell>& cells) {
  for (const int backlog : {0, 5, 16, 128}) {
    for (const int cookies : kCookies) {
      cells.push_back({.path = Path::kDelayed,
                       .backlog = backlog,
                       .syncookies = cookies,
                       .connects = static_cast<uint32_t>(backlog) + 84});
    }
  }
  cells.push_back({.path = Path::kDelayed,
                   .backlog = 128,
                   .syncookies = 0,
                   .max_syn_backlog = 64,
                   .connects = 100});
  // Part of the accept queue is taken already: last ACKs of entries that are held find no room.
  for (const int cookies : kCookies) {
    for (const bool abort : {false, true}) {
      Cell cell{.path = Path::kDelayed,
                .backlog = 16,
                .syncookies = cookies,
                .abort_on_overflow = abort,
                .filled = 10,
                .connects = 60};
      cells.push_back(cell);
      if (cookies == 2) continue;
      for (const Duration read_at : {kAfterOne, kAfterThree}) {
        cell.read_at = read_at;
        cells.push_back(cell);
      }
    }
  }
  // An entry whose last ACK found no room gets in with the ACK that answers the next SYN-ACK.
  cells.push_back({.path = Path::kDelayed,
                   .backlog = 16,
                   .filled = 10,
                   .connects = 60,
                   .accepted = 4,
                   .read_at = kAfterOne});
}

// Of the cells of a path that do not wait every so manieth, of the others those that wait least.
// Rows come in twos and threes: these strides meet every kind.
constexpr std::array<size_t, kPaths.size()> kQuickStrides = {5, 4, 2, 2};

std::vector<Cell> Fewer(const std::vector<Cell>& cells) {
  std::vector<Cell> few;
  std::array<size_t, kPaths.size()> seen{};
  for (const Cell& cell : cells) {
    const auto path = static_cast<size_t>(cell.path);
    const bool wanted = cell.read_at == Duration(0) ? seen[path]++ % kQuickStrides[path] == 0
                                                    : cell.read_at == kAfterOne;
    if (wanted) few.push_back(cell);
  }
  return few;
}

}  // namespace

std::vector<Cell> PlanGrid(bool quick) {
  std::vector<Cell> cells;
  PlanLoopback(cells);
  PlanSynRetries(cells);
  PlanInjected(cells);
  PlanSynAckRetries(cells);
  PlanFlooded(cells);
  PlanDelayed(cells);
  return quick ? Fewer(cells) : cells;
}

}  // namespace sluice::queue_grid
