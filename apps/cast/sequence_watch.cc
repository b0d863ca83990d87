#include "apps/cast/sequence_watch.h"

namespace sluice::cast {

SequenceWatch::News SequenceWatch::Hear(const Number& number) {
  ++totals_.received;
  if (!begun_) {
    Begin(number);
    return {};
  }
  if (number.run == run_) {
    if (number.sequence > newest_) return Advance(number.sequence);
    return {.heard = Late(number.sequence)};
  }
  // The last datagrams of the run before may have been overtaken by the first of this one.
  if (number.run == run_before_) {
    ++totals_.too_late;
    return {.heard = Heard::kTooLate};
  }
  ++totals_.restarts;
  run_before_ = run_;
  Begin(number);
  return {.heard = Heard::kRestart};
}

void SequenceWatch::Begin(const Number& number) {
  begun_ = true;
  run_ = number.run;
  first_ = newest_ = number.sequence;
  came_.reset();
  came_.set(newest_ % kWindow);
}

SequenceWatch::News SequenceWatch::Advance(uint64_t sequence) {
  const uint64_t before = newest_;
  if (sequence - before > kJumpMax) {
    ++totals_.implausible;
    return {.heard = Heard::kImplausible};
  }
  if (sequence - before >= kWindow) {
    came_.reset();
  } else {
    for (uint64_t missing = before + 1; missing < sequence; ++missing) {
      came_.reset(missing % kWindow);
    }
  }
  newest_ = sequence;
  came_.set(sequence % kWindow);
  if (sequence == before + 1) return {};
  totals_.lost += sequence - before - 1;
  return {.heard = Heard::kGap, .missing_first = before + 1, .missing_last = sequence - 1};
}

Heard SequenceWatch::Late(uint64_t sequence) {
  if (newest_ - sequence >= kWindow) {
    ++totals_.too_late;
    return Heard::kTooLate;
  }
  if (came_.test(sequence % kWindow)) {
    ++totals_.duplicated;
    return Heard::kDuplicate;
  }
  came_.set(sequence % kWindow);
  ++totals_.reordered;
  // Numbers before the first were never counted as lost.
  if (sequence > first_) --totals_.lost;
  return Heard::kReordered;
}

}  // namespace sluice::cast
