// How fast a member with a connection may speak: one who is faster than that is not read for a
// while, and TCP slows it down. Nothing is lost, nobody else waits, and who hears over a slow link
// is not flooded by one speaker.
#ifndef SLUICE_APPS_CHAT_SPEECH_H_
#define SLUICE_APPS_CHAT_SPEECH_H_

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "apps/chat/pace.h"
#include "reactor/loop.h"
#include "reactor/timer.h"

namespace sluice::chat {

// In lines: a long one is worth several, and so is each where there are many to hear it. Up to
// `most`, so that the longest line to the largest room can be paid for.
inline double SpeechCost(size_t line_bytes, size_t members, double most) {
  constexpr size_t kLineBytes = 128;
  constexpr size_t kMembers = 25;
  const auto lines = static_cast<double>(1 + line_bytes / kLineBytes);
  const auto rooms = std::max(1.0, static_cast<double>(members) / kMembers);
  return std::min(most, lines * rooms);
}

class Speech {
 public:
  // `go_on` is called once it may be read again, on the loop's thread. The rate and the loop
  // outlive it.
  Speech(Loop& loop, const Rate& rate, absl::AnyInvocable<void()> go_on)
      : loop_(loop), rate_(rate), pace_(rate, loop.now()), timer_(loop, std::move(go_on)) {}

  // After each line. False: it is not to be read until `go_on`.
  bool Said(size_t line_bytes, size_t members) {
    pace_.Spend(rate_, SpeechCost(line_bytes, members, rate_.burst), loop_.now());
    const Duration wait = pace_.Wait(rate_);
    if (wait == Duration(0)) return true;
    timer_.ArmAfter(wait);
    return false;
  }

 private:
  Loop& loop_;
  const Rate& rate_;
  Pace pace_;
  Timer timer_;
};

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_SPEECH_H_
