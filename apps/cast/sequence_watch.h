// What the numbers of one sender's datagrams tell: which were lost, which came late or twice, and
// when the sender started anew.
#ifndef SLUICE_APPS_CAST_SEQUENCE_WATCH_H_
#define SLUICE_APPS_CAST_SEQUENCE_WATCH_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "apps/cast/packet.h"

namespace sluice::cast {

enum class Heard {
  kInOrder,
  kGap,        // numbers before it are missing: lost, or late
  kReordered,  // one of those, after all
  kDuplicate,
  kTooLate,      // so old that it may be either
  kRestart,      // the first one of a new run
  kImplausible,  // so far ahead that nobody can have sent as many: forged
};

struct SequenceTotals {
  uint64_t received = 0;  // everything that came
  uint64_t lost = 0;      // missing so far
  uint64_t reordered = 0;
  uint64_t duplicated = 0;
  uint64_t too_late = 0;
  uint64_t restarts = 0;
  uint64_t implausible = 0;
};

// Numbers before the first one heard are not missed: who tunes in late has lost nothing.
class SequenceWatch {
 public:
  // What came this far behind the newest cannot be told from a duplicate any more.
  static constexpr uint64_t kWindow = 1024;
  // A number further ahead of the newest is not believed: one that is forged would make all that
  // follow too late. At 100,000 a second as many are lost in 11 hours.
  static constexpr uint64_t kJumpMax = uint64_t{1} << 32;

  struct News {
    Heard heard = Heard::kInOrder;
    uint64_t missing_first = 0;  // kGap: the numbers missing,
    uint64_t missing_last = 0;   // both included
  };
  News Hear(const Number& number);

  const SequenceTotals& totals() const { return totals_; }

 private:
  void Begin(const Number& number);
  News Advance(uint64_t sequence);
  Heard Late(uint64_t sequence);

  bool begun_ = false;
  uint64_t run_ = 0;
  std::optional<uint64_t> run_before_;
  uint64_t first_ = 0;
  uint64_t newest_ = 0;
  std::bitset<kWindow> came_;  // the numbers from newest_ - kWindow + 1 to newest_, modulo kWindow
  SequenceTotals totals_;
};

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_SEQUENCE_WATCH_H_
