#include <chrono>
#include <nlohmann/json.hpp>

#include "apps/picture/report.h"

namespace sluice::picture {
namespace {

using Json = nlohmann::ordered_json;

double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double Seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

void AddFrames(Json& object, const Counts& counts) {
  object["whole"] = counts.delivered;
  object["repaired"] = counts.repaired;
  object["lost"] = counts.lost();
  const uint64_t all = counts.delivered + counts.lost();
  object["lost_fraction"] =
      all == 0 ? 0.0 : static_cast<double>(counts.lost()) / static_cast<double>(all);
  object["lost_by"] = {{"expired", counts.expired},
                       {"unseen", counts.unseen},
                       {"crowded_out", counts.crowded_out},
                       {"forgotten", counts.forgotten},
                       {"damaged", counts.damaged}};
  object["parts"] = {{"used", counts.of(PartVerdict::kUsed)},
                     {"surplus", counts.of(PartVerdict::kSurplus)},
                     {"duplicate", counts.of(PartVerdict::kDuplicate)},
                     {"late", counts.of(PartVerdict::kLate)},
                     {"contradictory", counts.of(PartVerdict::kContradictory)},
                     {"too_far", counts.of(PartVerdict::kTooFar)}};
}

Json SenderObject(const Sender& sender) {
  Json object = {{"sender", sender.key.from.ToString()},
                 {"stream", sender.key.stream},
                 {"frames_per_second", sender.rate.frames_per_second()},
                 {"jitter_ms", Milliseconds(sender.rate.jitter())},
                 {"longest_gap_ms", Milliseconds(sender.rate.interval_max())},
                 {"goodput_bytes_per_second", sender.rate.bytes_per_second()},
                 {"picture_bytes", sender.rate.bytes()}};
  AddFrames(object, sender.counts);
  return object;
}

Json Grant(const BufferGrant& grant) {
  return {{"asked_bytes", grant.asked}, {"granted_bytes", grant.granted}};
}

}  // namespace

std::string JsonListening(const Endpoint& endpoint, std::string_view backend) {
  const Json json = {
      {"event", "listening"}, {"address", endpoint.ToString()}, {"backend", backend}};
  return json.dump() + "\n";
}

std::string JsonReport(const ReceiveReport& report) {
  Json json = {{"event", "report"},
               {"backend", report.backend},
               {"plain", report.plain},
               {"seconds", Seconds(report.counts.duration)},
               {"datagrams", report.counts.datagrams},
               {"bytes", report.counts.bytes}};
  AddFrames(json, report.totals);
  json["refused"] = {{"foreign", report.totals.of(PartVerdict::kForeign)},
                     {"corrupt", report.totals.of(PartVerdict::kCorrupt)},
                     {"impossible", report.totals.of(PartVerdict::kImpossible)},
                     {"too_large", report.totals.of(PartVerdict::kTooLarge)},
                     {"no_room", report.totals.of(PartVerdict::kNoRoom)}};
  json["kernel_drops"] = report.counts.kernel_drops;
  json["timeouts"] = report.counts.timeouts;
  json["saved"] = report.saved;
  json["not_saved"] = report.not_saved;
  json["receive_buffer"] = Grant(report.receive_buffer);
  json["senders_seen"] = report.senders_seen;
  json["senders"] = Json::array();
  for (const Sender& sender : report.senders) json["senders"].push_back(SenderObject(sender));
  return json.dump() + "\n";
}

std::string JsonReport(const SendReport& report) {
  const SendCounts& counts = report.counts;
  const Json json = {{"event", "report"},
                     {"backend", report.backend},
                     {"seconds", Seconds(counts.duration)},
                     {"frames", counts.frames},
                     {"datagrams", counts.datagrams},
                     {"parity_datagrams", counts.parity_datagrams},
                     {"picture_bytes", counts.picture_bytes},
                     {"wire_bytes", counts.wire_bytes},
                     {"unreadable", counts.unreadable},
                     {"late", counts.slips},
                     {"queue_drops", counts.queue_drops},
                     {"refused", counts.refused},
                     {"send_buffer", Grant(report.send_buffer)}};
  return json.dump() + "\n";
}

}  // namespace sluice::picture
