#include <cstdint>
#include <nlohmann/json.hpp>

#include "apps/sticky/report.h"

namespace sluice::sticky {
namespace {

using Json = nlohmann::ordered_json;

double Microseconds(uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1000;
}

Json Histogram(const report::Histogram& histogram) {
  Json ranges = Json::array();
  histogram.ForEachRange([&ranges](uint64_t low, uint64_t high, uint64_t count) {
    ranges.push_back({{"low", low}, {"high", high}, {"receives", count}});
  });
  return ranges;
}

Json ModeObject(const Result& result) {
  const Tally& tally = result.tally;
  return {
      {"mode", ModeName(result.mode)},
      {"sent", result.sent},
      {"received", tally.received()},
      {"intact", tally.intact},
      {"glued", tally.glued},
      {"split", tally.split},
      {"corrupted", tally.corrupted},
      {"lost", result.lost()},
      {"truncated", tally.truncated},
      {"messages_per_second", tally.messages_per_second()},
      {"p50_us", Microseconds(tally.latency_ns.Percentile(50))},
      {"p99_us", Microseconds(tally.latency_ns.Percentile(99))},
      {"reordered", tally.reordered},
      {"repeated", tally.repeated},
      {"interrupted", result.interrupted},
      {"kernel_drops", result.kernel_drops},
      {"sends", result.sends},
      {"receives", tally.receives},
      {"receives_of_several", tally.receives_of_several},
      {"receives_cut", tally.receives_cut},
      {"messages_per_receive", Histogram(tally.messages_a_receive)},
  };
}

}  // namespace

std::string JsonReport(const std::vector<Result>& results, const Settings& settings) {
  Json report = {{"modes", Json::array()}};
  for (const Result& result : results) report["modes"].push_back(ModeObject(result));
  report["interrupted"] = results.size() < settings.modes.size() || results.back().interrupted;
  report["backend"] = results.empty() ? "" : results.front().backend;
  report["seed"] = settings.seed;
  report["message_bytes_min"] = settings.message_bytes_min;
  report["message_bytes_max"] = settings.message_bytes_max;
  report["receive_bytes"] = settings.receive_bytes;
  return report.dump(2) + "\n";
}

}  // namespace sluice::sticky
