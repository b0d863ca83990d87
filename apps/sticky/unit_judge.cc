#include "apps/sticky/unit_judge.h"

namespace sluice::sticky {

void UnitJudge::BeginReceive(size_t bytes) {
  units_ = 0;
  if (sketch_.recording()) sketch_.BeginReceive(bytes);
}

void UnitJudge::Unit(std::string_view bytes, bool cut, TimePoint now) {
  ++units_;
  if (sketch_.recording()) sketch_.BeginUnit();
  if (cut) {
    Cut(bytes);
    return;
  }
  const std::optional<uint64_t> number = ReadNumber(bytes);
  if (number && plan_.Verify(*number, bytes)) [[likely]] {
    Whole(*number, true, bytes, now);
  } else {
    Odd(bytes, now);
  }
}

void UnitJudge::EndReceive(size_t kept_bytes) {
  const bool kept = kept_bytes > 0;
  tally_.Receive(units_ + kept, kept);
  if (sketch_.recording()) sketch_.EndReceive(kept_bytes);
}

void UnitJudge::End(size_t kept_bytes) {
  if (kept_bytes > 0) ++tally_.truncated;
}

void UnitJudge::Whole(uint64_t number, bool alone, std::string_view message, TimePoint now) {
  if (sketch_.recording()) sketch_.AddPiece({number, message.size(), true, true});
  if (!Mark(number)) {
    ++tally_.repeated;
    return;
  }
  if (number < last_number_) ++tally_.reordered;
  last_number_ = number;
  tally_.Arrived(AgeOf(message, now), now);
  ++(alone ? tally_.intact : tally_.glued);
}

void UnitJudge::Cut(std::string_view bytes) {
  const std::optional<uint64_t> number = ReadNumber(bytes);
  if (sketch_.recording()) sketch_.AddPiece({number.value_or(0), bytes.size(), true, false});
  ++tally_.truncated;
}

// No message as it stands. Either several whole ones in a row, or bytes that were changed.
void UnitJudge::Odd(std::string_view bytes, TimePoint now) {
  while (true) {
    const std::optional<uint64_t> number = ReadNumber(bytes);
    if (!number || *number > kMessageNumberMax) break;
    const std::string_view front = bytes.substr(0, plan_.SizeOf(*number));
    if (!plan_.Verify(*number, front)) break;
    Whole(*number, false, front, now);
    bytes.remove_prefix(front.size());
  }
  if (bytes.empty()) return;
  if (sketch_.recording()) sketch_.AddPiece({0, bytes.size(), true, true});
  ++tally_.corrupted;
}

bool UnitJudge::Mark(uint64_t number) {
  const size_t word = number / 64;
  const uint64_t bit = uint64_t{1} << (number % 64);
  if (word >= seen_.size()) seen_.resize(word + word / 2 + 1024);
  if ((seen_[word] & bit) != 0) return false;
  seen_[word] |= bit;
  return true;
}

}  // namespace sluice::sticky
