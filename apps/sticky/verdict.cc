#include "apps/sticky/verdict.h"

#include <cstdint>

#include "tools/report/format.h"

namespace sluice::sticky {
namespace {

using report::FormatDuration;
using report::FormatExact;

constexpr size_t kColumns = 80;

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string Most(const Tally& tally) {
  return FormatExact(tally.messages_a_receive.max());
}

// "1 receive", "3,000 receives"; "1 was", "2 were".
std::string Counted(uint64_t count, std::string_view one, std::string_view several) {
  return FormatExact(count) + " " + std::string(count == 1 ? one : several);
}

std::string PerSecond(const Tally& tally) {
  return report::FormatCount(tally.messages_per_second()) + " messages a second";
}

std::string NaiveVerdict(const Result& result) {
  if (result.perfect()) {
    return "intact this time, by luck: the receiver was there for every single send. Let it look "
           "away (--pause) or send faster (--rate).";
  }
  const Tally& tally = result.tally;
  const std::string share = tally.intact == 0
                                ? "no message"
                                : "only " + report::FormatPercent(Share(tally.intact, result.sent));
  return "wrong: " + share + " came out as sent. Each was a send of its own, yet " +
         Counted(tally.receives_of_several, "receive", "receives") +
         " held bytes of several (up to " + Most(tally) + ") and " +
         FormatExact(tally.receives_cut) +
         " ended inside one: TCP carries bytes, and a receive takes what is there.";
}

std::string IntervalVerdict(const Result& result, const Settings& settings) {
  const Tally& tally = result.tally;
  const std::string slept = Words(settings.interval);
  const std::string price = " The price: " + PerSecond(tally) + ".";
  if (result.perfect()) {
    return "cured here: the receiver never looked away for the " + slept +
           " between two sends. One that does brings the fault back." + price;
  }
  std::string why;
  if (tally.glued > 0) {
    why += " What was sent while the receiver looked away stuck together: " +
           FormatExact(tally.glued) + " glued, though the sender sleeps " + slept +
           " after each send.";
  }
  if (settings.message_bytes_max > settings.receive_bytes && tally.split > 0) {
    why += " No sleep makes more than the " + FormatExact(settings.receive_bytes) +
           " bytes of a receive come in one piece.";
  }
  return "not cured." + why + price;
}

std::string FramedVerdict(const Result& result) {
  const Tally& tally = result.tally;
  if (!result.perfect()) {
    return "FAILED: of " + FormatExact(result.sent) + " sent, " + FormatExact(tally.intact) +
           " came out intact and in order.";
  }
  const std::string how =
      result.mode == Mode::kDelimiter
          ? "the receiver cuts the stream at the terminator, which no message may hold"
          : "each message is preceded by its length, so it may hold any bytes";
  const std::string at_once = tally.messages_a_receive.max() > 1
                                  ? "though up to " + Most(tally) + " came at once"
                                  : "and here no two came at once";
  return "cured: all " + FormatExact(result.sent) + " intact and in order, " + at_once + ": " +
         how + ".";
}

std::string DatagramVerdict(const Result& result, const Settings& settings) {
  const Tally& tally = result.tally;
  std::string text = tally.glued == 0 ? "never glued: a datagram is a message." : "GLUED.";
  if (result.lost() > 0) {
    text += " But " + Counted(result.lost(), "was", "were") + " lost";
    text += result.kernel_drops > 0
                ? ": the receiver's socket buffer (" + FormatExact(result.socket_buffer_bytes) +
                      " bytes) was full, and UDP tells nobody."
                : ", and UDP tells nobody.";
  }
  if (tally.truncated > 0) {
    text += " " + Counted(tally.truncated, "was", "were") + " longer than the " +
            FormatExact(settings.receive_bytes) + " bytes of a receive: the rest is gone.";
  }
  if (result.perfect()) text += " None was lost here, but nothing promises that.";
  return text;
}

std::string ModeVerdict(const Result& result, const Settings& settings) {
  if (result.sent == 0) return "nothing was sent, so this says nothing.";
  if (result.sent == 1 && result.perfect()) {
    return "intact, which says little: one message has no other to stick to. Send more "
           "(--messages, --duration, --rate).";
  }
  switch (result.mode) {
    case Mode::kNaive:
      return NaiveVerdict(result);
    case Mode::kInterval:
      return IntervalVerdict(result, settings);
    case Mode::kDelimiter:
    case Mode::kLengthPrefix:
      return FramedVerdict(result);
    case Mode::kUdp:
      return DatagramVerdict(result, settings);
  }
  return "";
}

}  // namespace

std::string Verdict(const Result& result, const Settings& settings) {
  std::string text = ModeVerdict(result, settings);
  if (result.interrupted) text += " (Interrupted: the mode was to go on.)";
  if (!result.status.ok()) text += " (" + std::string(result.status.message()) + ")";
  return text;
}

absl::Status Judge(const std::vector<Result>& results) {
  for (const Result& result : results) {
    const std::string name(ModeName(result.mode));
    if (!result.status.ok()) {
      return absl::UnavailableError(name + ": " + std::string(result.status.message()));
    }
    if (result.sent == 0 && !result.interrupted) {
      return absl::UnavailableError(name + ": nothing was sent: give a longer --duration");
    }
    if (IsFramed(result.mode) && !result.perfect()) {
      return absl::DataLossError(name + ": sent " + std::to_string(result.sent) + ", but " +
                                 std::to_string(result.tally.intact) +
                                 " came out intact and in order");
    }
  }
  return absl::OkStatus();
}

std::string Words(Duration duration) {
  std::string text = FormatDuration(duration);
  const size_t unit = text.find(' ');
  if (unit == std::string::npos || text.find('.') == std::string::npos) return text;
  size_t end = unit;
  while (text[end - 1] == '0') --end;
  if (text[end - 1] == '.') --end;
  return text.erase(end, unit - end);
}

std::string Wrap(std::string_view head, std::string_view text) {
  std::string out;
  std::string line(head);
  bool empty = true;
  while (!text.empty()) {
    const size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    if (!empty && line.size() + 1 + word.size() > kColumns) {
      out += line + "\n";
      line.assign(head.size(), ' ');
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out + line + "\n";
}

}  // namespace sluice::sticky
