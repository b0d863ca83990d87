// Judges units that claim to be one message each: what a codec handed over, or a datagram. A unit
// is believed by its number and checksum, and by nothing else.
#ifndef SLUICE_APPS_STICKY_UNIT_JUDGE_H_
#define SLUICE_APPS_STICKY_UNIT_JUDGE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "apps/sticky/message.h"
#include "apps/sticky/sketch.h"
#include "apps/sticky/tally.h"
#include "reactor/base/time.h"

namespace sluice::sticky {

class UnitJudge {
 public:
  // All three outlive the judge.
  UnitJudge(const MessagePlan& plan, Tally& tally, Sketch& sketch)
      : plan_(plan), tally_(tally), sketch_(sketch) {}

  void BeginReceive(size_t bytes);
  // `cut`: the datagram was longer, its end is gone.
  void Unit(std::string_view bytes, bool cut, TimePoint now);
  // `kept_bytes`: of a message whose end has not come yet.
  void EndReceive(size_t kept_bytes);

  // Bytes of a message that never became complete: the stream ended inside it.
  void End(size_t kept_bytes);

 private:
  void Whole(uint64_t number, bool alone, std::string_view message, TimePoint now);
  void Cut(std::string_view bytes);
  void Odd(std::string_view bytes, TimePoint now);
  // True when the number comes for the first time.
  bool Mark(uint64_t number);

  const MessagePlan& plan_;
  Tally& tally_;
  Sketch& sketch_;
  uint64_t units_ = 0;  // of this receive
  uint64_t last_number_ = 0;
  std::vector<uint64_t> seen_;  // a bit a number
};

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_UNIT_JUDGE_H_
