// Judges a stream without framing: given what each receive held, where were the messages in it?
// The plan knows every message's size, so the judge needs no framing to tell; the naive program it
// watches has none and believes that each receive is a message.
#ifndef SLUICE_APPS_STICKY_STREAM_JUDGE_H_
#define SLUICE_APPS_STICKY_STREAM_JUDGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "apps/sticky/message.h"
#include "apps/sticky/sketch.h"
#include "apps/sticky/tally.h"
#include "reactor/base/time.h"

namespace sluice::sticky {

class StreamJudge {
 public:
  // All three outlive the judge.
  StreamJudge(const MessagePlan& plan, Tally& tally, Sketch& sketch)
      : plan_(plan), tally_(tally), sketch_(sketch) {}

  // One receive, in the order of the stream; not empty.
  void Receive(std::string_view bytes, TimePoint now);
  // The stream ended.
  void End();

 private:
  // `message` has all its bytes; `alone`: and they were all of one receive.
  void Classify(std::string_view message, bool alone, TimePoint now);

  const MessagePlan& plan_;
  Tally& tally_;
  Sketch& sketch_;
  uint64_t number_ = 1;  // the message the next byte belongs to
  std::string partial_;  // what earlier receives held of it
};

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_STREAM_JUDGE_H_
