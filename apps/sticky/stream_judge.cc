#include "apps/sticky/stream_judge.h"

#include <algorithm>

#include "reactor/base/check.h"

namespace sluice::sticky {

void StreamJudge::Receive(std::string_view bytes, TimePoint now) {
  SLUICE_CHECK(!bytes.empty(), "a receive holds a byte at least");
  const bool sketching = sketch_.recording();
  if (sketching) {
    sketch_.BeginReceive(bytes.size());
    sketch_.BeginUnit();
  }
  uint64_t messages = 0;
  for (std::string_view rest = bytes; !rest.empty(); ++messages) {
    const size_t size = plan_.SizeOf(number_);
    const size_t taken = std::min(size - partial_.size(), rest.size());
    const bool begins = partial_.empty();
    const bool ends = partial_.size() + taken == size;
    if (sketching) sketch_.AddPiece({number_, taken, begins, ends});
    if (begins && ends) {
      Classify(rest.substr(0, taken), taken == bytes.size(), now);
    } else {
      partial_.append(rest.substr(0, taken));
      if (ends) Classify(partial_, false, now);
    }
    rest.remove_prefix(taken);
  }
  tally_.Receive(messages, !partial_.empty());
  if (sketching) sketch_.EndReceive(0);
}

void StreamJudge::Classify(std::string_view message, bool alone, TimePoint now) {
  tally_.Arrived(AgeOf(message, now), now);
  if (!plan_.Verify(number_, message)) {
    ++tally_.corrupted;
  } else if (!partial_.empty()) {
    ++tally_.split;
  } else if (alone) {
    ++tally_.intact;
  } else {
    ++tally_.glued;
  }
  partial_.clear();
  ++number_;
}

void StreamJudge::End() {
  if (partial_.empty()) return;
  ++tally_.truncated;
  partial_.clear();
  ++number_;
}

}  // namespace sluice::sticky
