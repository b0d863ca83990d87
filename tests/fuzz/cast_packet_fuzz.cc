// Fuzz target: whatever a datagram holds, sluice-cast reads nothing outside it, takes for numbered
// only what it would write itself, and counts in a way that adds up.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cast/packet.h"
#include "apps/cast/sequence_watch.h"

namespace sluice::cast {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void CheckPacket(std::string_view datagram) {
  const Packet packet = Decode(datagram);
  Require(packet.text.data() + packet.text.size() == datagram.data() + datagram.size(),
          "the text reaches to the datagram's end");
  if (!packet.number) {
    Require(packet.text.size() == datagram.size(), "plain text is the whole datagram");
    return;
  }
  Require(packet.number->sequence > 0, "numbers begin with 1");
  Require(Encode(*packet.number, packet.text) == datagram, "it is what Encode writes");
}

// Each byte a step forward or back, now and then another run.
void CheckCounts(std::string_view steps) {
  SequenceWatch watch;
  uint64_t sequence = uint64_t{1} << 40;
  uint64_t run = 1;
  uint64_t received = 0;
  uint64_t named = 0;  // kinds of news
  for (const char step : steps) {
    sequence += static_cast<uint64_t>(int64_t{step} * (step & 1 ? 1 : 97));
    if (step == 'R') ++run;
    const SequenceWatch::News news = watch.Hear({run, sequence});
    ++received;
    if (news.heard == Heard::kGap) {
      Require(news.missing_first <= news.missing_last && news.missing_last == sequence - 1,
              "a gap ends before what was heard");
    }
    named += news.heard != Heard::kInOrder && news.heard != Heard::kGap;
  }
  const SequenceTotals& totals = watch.totals();
  Require(totals.received == received, "everything is counted");
  Require(totals.reordered + totals.duplicated + totals.too_late + totals.restarts == named,
          "every piece of news is counted once");
  Require(totals.lost < uint64_t{1} << 48, "no more is lost than was passed over");
}

}  // namespace
}  // namespace sluice::cast

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // A copy of the very size: reading beyond it is reading outside.
  const std::vector<char> datagram(input.begin(), input.end());
  sluice::cast::CheckPacket({datagram.data(), datagram.size()});
  sluice::cast::CheckCounts(input);
  return 0;
}
