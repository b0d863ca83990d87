// What became of the messages of one mode. Every message sent falls into exactly one class:
//
//   intact     one unit held exactly it. A unit is what the program takes for a message: a receive
//              (naive, interval, udp) or what the codec handed over (delimiter, length-prefix)
//   glued      it came whole, in a unit that held bytes of other messages too
//   split      its bytes came in more than one unit
//   corrupted  all its bytes came, and the checksum or the number is wrong
//   truncated  its end was cut off
//   lost       none of it came
#ifndef SLUICE_APPS_STICKY_TALLY_H_
#define SLUICE_APPS_STICKY_TALLY_H_

#include <cstdint>

#include "reactor/base/time.h"
#include "tools/report/histogram.h"

namespace sluice::sticky {

// Written by the receiver's thread, read after it ended.
struct Tally {
  uint64_t intact = 0;
  uint64_t glued = 0;
  uint64_t split = 0;
  uint64_t corrupted = 0;
  uint64_t truncated = 0;

  uint64_t reordered = 0;  // came after one with a higher number; in a class above all the same
  uint64_t repeated = 0;   // came a second time; in no class

  uint64_t receives = 0;
  uint64_t receives_of_several = 0;      // held bytes of two messages or more
  uint64_t receives_cut = 0;             // ended inside a message
  report::Histogram messages_a_receive;  // those it held bytes of, pieces included
  report::Histogram latency_ns;          // from the send to the unit with its last byte

  TimePoint first_sent = kNever;  // the send time of the first that came whole
  TimePoint last_arrived{};

  uint64_t received() const { return intact + glued + split + corrupted + truncated; }
  // `sent` comes from the sender, which counts on its own thread.
  uint64_t lost(uint64_t sent) const { return sent > received() ? sent - received() : 0; }
  // Nothing but intact messages, in the order sent.
  bool perfect(uint64_t sent) const {
    return intact == sent && received() == sent && reordered == 0 && repeated == 0;
  }
  double messages_per_second() const {
    if (last_arrived <= first_sent) return 0;
    const std::chrono::duration<double> took = last_arrived - first_sent;
    return static_cast<double>(received() - truncated) / took.count();
  }

  // A message with all its bytes there, `age` old.
  void Arrived(Duration age, TimePoint now) {
    latency_ns.Record(static_cast<uint64_t>(age.count()));
    if (first_sent == kNever) first_sent = now - age;
    last_arrived = now;
  }
  void Receive(uint64_t messages, bool cut) {
    ++receives;
    receives_of_several += messages > 1;
    receives_cut += cut;
    messages_a_receive.Record(messages);
  }
};

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_TALLY_H_
