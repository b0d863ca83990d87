#include "apps/backlog/cell.h"
#include "nlohmann/json.hpp"

namespace sluice::backlog {
namespace {

using nlohmann::json;

double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

json PercentilesAsJson(const Percentiles& percentiles) {
  return {{"p50_us", percentiles.p50_us},
          {"p90_us", percentiles.p90_us},
          {"p99_us", percentiles.p99_us},
          {"max_us", percentiles.max_us}};
}

Percentiles PercentilesFromJson(const json& object) {
  return {object.at("p50_us"), object.at("p90_us"), object.at("p99_us"), object.at("max_us")};
}

// null: as fast as they come.
json RateAsJson(const AcceptRate& rate) {
  return rate.unlimited() ? json(nullptr) : json(rate.per_second());
}

json VerdictAsJson(const CellResult& result) {
  if (!result.verdict) return {{"untested", result.untested}};
  const Verdict& verdict = *result.verdict;
  return {{"text", verdict.rule},
          {"expected", verdict.expected},
          {"measured", verdict.measured},
          {"held", verdict.held},
          {"remark", verdict.remark}};
}

void VerdictFromJson(const json& object, CellResult& result) {
  if (object.contains("untested")) {
    result.untested = object.at("untested");
    return;
  }
  result.verdict = Verdict{.rule = object.at("text"),
                           .expected = object.at("expected"),
                           .measured = object.at("measured"),
                           .held = object.at("held"),
                           .remark = object.at("remark")};
}

}  // namespace

std::string_view CellKindName(CellKind kind) {
  switch (kind) {
    case CellKind::kNobodyAccepts:
      return "nobody_accepts";
    case CellKind::kSlowAccept:
      return "slow_accept";
    case CellKind::kLateAck:
      return "late_ack";
    case CellKind::kHalfOpen:
      return "half_open";
  }
  return "unknown";
}

json CellAsJson(const CellSpec& spec, const CellResult& result) {
  return {{"kind", CellKindName(spec.kind)},
          {"backlog", spec.backlog},
          {"somaxconn", spec.somaxconn},
          {"syncookies", spec.syncookies},
          {"abort_on_overflow", spec.abort_on_overflow},
          {"max_syn_backlog", spec.max_syn_backlog},
          {"connects", spec.connects},
          {"timeout_ms", Milliseconds(spec.timeout)},
          {"accepts_per_second", RateAsJson(spec.accept_rate)},
          {"service_time_ms", Milliseconds(spec.service_time)},
          {"syns_per_second", spec.syns_per_second},
          {"backend", result.backend},
          {"completed", result.completed},
          {"timed_out", result.timed_out},
          {"reset", result.reset},
          {"failed", result.failed},
          {"answered", result.answered},
          {"connect", PercentilesAsJson(result.connect)},
          {"answer", PercentilesAsJson(result.answer)},
          {"queue_limit", result.queue_limit},
          {"queue_peak", result.queue_peak},
          {"half_open_peak", result.half_open_peak},
          {"syns_sent", result.syns_sent},
          {"ghosts", result.ghosts},
          {"syn_backlog_drops", result.syn_backlog_drops},
          {"counters", result.counters},
          {"rule", VerdictAsJson(result)}};
}

absl::StatusOr<CellResult> ResultFromJson(const std::string& text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InternalError("a cell answered with something unreadable");
  CellResult result;
  result.backend = object.at("backend");
  result.completed = object.at("completed");
  result.timed_out = object.at("timed_out");
  result.reset = object.at("reset");
  result.failed = object.at("failed");
  result.answered = object.at("answered");
  result.connect = PercentilesFromJson(object.at("connect"));
  result.answer = PercentilesFromJson(object.at("answer"));
  result.queue_limit = object.at("queue_limit");
  result.queue_peak = object.at("queue_peak");
  result.half_open_peak = object.at("half_open_peak");
  result.syns_sent = object.at("syns_sent");
  result.ghosts = object.at("ghosts");
  result.syn_backlog_drops = object.at("syn_backlog_drops");
  result.counters = object.at("counters").get<MovedCounters>();
  VerdictFromJson(object.at("rule"), result);
  return result;
}

}  // namespace sluice::backlog
