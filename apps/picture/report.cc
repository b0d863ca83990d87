#include "apps/picture/report.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <utility>

#include "tools/report/format.h"
#include "tools/report/table.h"

namespace sluice::picture {
namespace {

using report::FormatCounted;
using report::FormatExact;
using report::Table;

Table::Column Right(std::string title) {
  return {std::move(title), Table::Align::kRight};
}

std::string Fixed(double number) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", number);
  return text;
}

std::string LostPercent(const Counts& counts) {
  const double all = static_cast<double>(counts.delivered + counts.lost());
  return all == 0 ? "-" : report::FormatPercent(static_cast<double>(counts.lost()) / all);
}

std::string Stream(const SenderKey& key) {
  if (key.stream == 0) return "plain";
  char text[16];
  std::snprintf(text, sizeof(text), "%08x", key.stream);
  return text;
}

std::string SenderTable(const ReceiveReport& report) {
  Table table({{"sender"},
               {"stream"},
               Right("frames/s"),
               Right("jitter"),
               Right("longest gap"),
               Right("whole"),
               Right("repaired"),
               Right("lost"),
               Right("lost %"),
               Right("goodput")});
  for (const Sender& sender : report.senders) {
    const Counts& counts = sender.counts;
    // Nothing tells how many plain pictures were sent.
    const bool plain = report.plain;
    table.AddRow({sender.key.from.ToString(), Stream(sender.key),
                  Fixed(sender.rate.frames_per_second()),
                  report::FormatDuration(sender.rate.jitter()),
                  report::FormatDuration(sender.rate.interval_max()), FormatExact(counts.delivered),
                  plain ? "-" : FormatExact(counts.repaired),
                  plain ? "?" : FormatExact(counts.lost()), plain ? "?" : LostPercent(counts),
                  report::FormatBytes(sender.rate.bytes_per_second()) + "/s"});
  }
  return table.ToString();
}

// "3 expired, 1 unseen"; only what is there.
std::string Listed(std::initializer_list<std::pair<uint64_t, const char*>> counts) {
  std::string text;
  for (const auto& [count, what] : counts) {
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += FormatExact(count) + " " + what;
  }
  return text;
}

void AddLine(std::string& text, const char* head, const std::string& rest) {
  if (!rest.empty()) text += std::string(head) + rest + "\n";
}

std::string Seconds(Duration duration) {
  return report::FormatDuration(duration);
}

}  // namespace

std::string TextReport(const ReceiveReport& report) {
  const Counts& totals = report.totals;
  std::string text = FormatCounted(totals.delivered, "picture") + " in " +
                     Seconds(report.counts.duration) + " from " +
                     FormatCounted(report.senders_seen, "sender") + "\n";
  if (!report.senders.empty()) text += SenderTable(report);
  AddLine(text, "repaired by parity: ", Listed({{totals.repaired, "of the whole pictures"}}));
  AddLine(text, "lost frames: ",
          Listed({{totals.expired, "had a part missing for too long"},
                  {totals.unseen, "without a single part"},
                  {totals.crowded_out, "crowded out by newer ones"},
                  {totals.forgotten, "given up for want of memory"},
                  {totals.damaged, "not what was sent"}}));
  AddLine(text, "parts: ",
          report.plain ? ""
                       : Listed({{totals.of(PartVerdict::kUsed), "used"},
                                 {totals.of(PartVerdict::kSurplus), "surplus"},
                                 {totals.of(PartVerdict::kDuplicate), "duplicate"},
                                 {totals.of(PartVerdict::kLate), "late"},
                                 {totals.of(PartVerdict::kContradictory), "contradictory"},
                                 {totals.of(PartVerdict::kTooFar), "too far ahead"}}));
  AddLine(text, "refused datagrams: ",
          Listed({{totals.of(PartVerdict::kForeign), "foreign"},
                  {totals.of(PartVerdict::kCorrupt), "corrupt"},
                  {totals.of(PartVerdict::kImpossible), "with an impossible header"},
                  {totals.of(PartVerdict::kTooLarge), "of frames larger than --frame-bytes-max"},
                  {totals.of(PartVerdict::kNoRoom), "of more senders than --senders-max"}}));
  AddLine(text, "dropped by the kernel: ",
          Listed({{report.counts.kernel_drops, "datagrams found the receive buffer full"}}));
  AddLine(text,
          "not saved: ", report.not_saved == 0 ? "" : FormatCounted(report.not_saved, "picture"));
  AddLine(text, "timeouts: ", Listed({{report.counts.timeouts, "waits without a picture"}}));
  return text;
}

std::string TextReport(const SendReport& report) {
  const SendCounts& counts = report.counts;
  const double seconds = std::chrono::duration<double>(counts.duration).count();
  const auto rate = [seconds](uint64_t count) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
  };
  std::string text = "sent " + FormatCounted(counts.frames, "picture") + " in " +
                     Seconds(counts.duration) + ": " + FormatCounted(counts.datagrams, "datagram");
  if (counts.parity_datagrams > 0) {
    text += " (" + FormatExact(counts.parity_datagrams) + " of them parity)";
  }
  text += ", " + report::FormatBytes(static_cast<double>(counts.wire_bytes)) + ", " +
          report::FormatBytes(rate(counts.wire_bytes)) + "/s\n";
  AddLine(text,
          "not read: ", counts.unreadable == 0 ? "" : FormatCounted(counts.unreadable, "picture"));
  AddLine(text, "late: ", Listed({{counts.slips, "times this host was behind its own plan"}}));
  AddLine(text, "dropped here: ", Listed({{counts.queue_drops, "datagrams found our queue full"}}));
  if (counts.refused > 0) {
    AddLine(text, "refused by the kernel: ",
            FormatCounted(counts.refused, "datagram") + " (" + std::strerror(counts.refusal) + ")");
  }
  return text;
}

std::string DescribeGrant(std::string_view buffer, std::string_view option, std::string_view limit,
                          const BufferGrant& grant) {
  std::string text = std::string(buffer) + " (" + std::string(option) +
                     "): " + FormatExact(static_cast<uint64_t>(grant.granted)) + " bytes granted";
  if (grant.asked == 0) return text;
  text += ", " + FormatExact(static_cast<uint64_t>(grant.asked)) + " asked for";
  // socket(7): the kernel doubles what is asked for, to allow for its own bookkeeping.
  if (grant.granted < 2 * grant.asked) {
    text += "; twice that would be all: " + std::string(limit) + " is the cap (sysctl)";
  }
  return text;
}

}  // namespace sluice::picture
