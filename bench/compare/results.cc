#include "bench/compare/results.h"

namespace sluice::compare {

void Samples::Add(size_t cycle, const Slice& slice) {
  if (cpu_us.size() <= cycle) {
    cpu_us.resize(cycle + 1);
    rate.resize(cycle + 1);
    p99_us.resize(cycle + 1);
  }
  const auto count = static_cast<double>(slice.messages);
  const double seconds = std::chrono::duration<double>(slice.elapsed).count();
  if (slice.messages > 0) {
    cpu_us[cycle] = static_cast<double>(slice.cpu.count()) / 1000 / count;
    rate[cycle] = count / seconds;
    p99_us[cycle] = static_cast<double>(slice.latency_ns.Percentile(99)) / 1000;
  }
  connections.resize(slice.connection_messages.size());
  for (size_t i = 0; i < connections.size(); ++i) connections[i] += slice.connection_messages[i];
  latency_ns.Merge(slice.latency_ns);
  messages += slice.messages;
  lost += slice.lost;
}

Cell Summarize(const Workload& workload, const Samples& samples, const Samples& floor) {
  Cell cell;
  cell.ratio = SpreadOf(RatiosInCycles(samples.cpu_us, floor.cpu_us));
  cell.cpu_us = SpreadOf(Present(samples.cpu_us));
  cell.rate = SpreadOf(Present(samples.rate));
  // Of short connections nobody is served for longer than one message.
  if (workload.kind != WorkKind::kChurn) cell.fairness = Fairness(samples.connections);
  cell.p50_us = static_cast<double>(samples.latency_ns.Percentile(50)) / 1000;
  cell.p99_us = static_cast<double>(samples.latency_ns.Percentile(99)) / 1000;
  cell.cpu_us_by_cycle = samples.cpu_us;
  cell.p99_us_by_cycle = samples.p99_us;
  cell.messages = samples.messages;
  cell.lost = samples.lost;
  return cell;
}

std::vector<std::string> Results::Failures() const {
  std::vector<std::string> failures;
  for (const Column& column : columns) {
    for (size_t row = 0; row < column.cells.size(); ++row) {
      const std::string& failure = column.cells[row].failure;
      if (failure.empty()) continue;
      failures.push_back(column.workload.title + ", " + rows[row].title + ": " + failure);
    }
  }
  return failures;
}

}  // namespace sluice::compare
