#include "tools/load/output.h"

#include <nlohmann/json.hpp>

#include "tools/report/format.h"
#include "tools/report/table.h"

namespace sluice::load {
namespace {

using report::FormatBytes;
using report::FormatDuration;
using report::FormatExact;
using report::FormatPercent;
using report::FormatRate;
using report::Histogram;
using report::Table;

std::string_view FramingName(const LoadOptions& options) {
  if (options.transport == Transport::kDatagram) return "none";
  switch (options.framing) {
    case Framing::kLine:
      return "line";
    case Framing::kLength:
      return "length";
    case Framing::kNone:
      break;
  }
  return "none";
}

std::string_view TransportName(const LoadOptions& options) {
  if (options.transport == Transport::kDatagram) return "udp";
  if (options.transport == Transport::kHttp) return "http";
  return options.target.is_unix() ? "stream" : "tcp";
}

double Seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double LostFraction(const Results& results) {
  if (results.datagrams == 0) return 0;
  return static_cast<double>(results.lost) / static_cast<double>(results.datagrams);
}

std::string Headline(const LoadOptions& options, int threads, const Results& results) {
  std::string text = std::string(TransportName(options)) + " " + options.target_text + ": " +
                     report::FormatCounted(options.connections, "connection");
  text += options.idle
              ? ", held idle for " + FormatDuration(options.duration) + ", then one request each"
              : ", " + std::to_string(options.depth) +
                    (options.depth == 1 ? " request" : " requests") + " under way on each";
  if (options.transport == Transport::kHttp) {
    text += ", " + FormatBytes(static_cast<double>(options.http_request.size())) + " a request";
  } else {
    text += ", " + FormatBytes(static_cast<double>(options.message_bytes)) + " messages, framing " +
            std::string(FramingName(options));
  }
  return text + " (" + results.backend + ", " + std::to_string(threads) +
         (threads == 1 ? " loop)" : " loops)");
}

void AddLatencyRow(Table& table, const std::string& name, const Histogram& histogram) {
  const auto cell = [](uint64_t nanoseconds) {
    return FormatDuration(Duration(static_cast<int64_t>(nanoseconds)));
  };
  if (histogram.count() == 0) return;
  table.AddRow({name, cell(histogram.Percentile(50)), cell(histogram.Percentile(90)),
                cell(histogram.Percentile(99)), cell(histogram.Percentile(99.9)),
                cell(histogram.max())});
}

nlohmann::ordered_json PercentilesAsJson(const Histogram& histogram) {
  const auto us = [](double nanoseconds) { return nanoseconds / 1000; };
  const auto percentile = [&](double percent) {
    return us(static_cast<double>(histogram.Percentile(percent)));
  };
  return {{"p50_us", percentile(50)},
          {"p90_us", percentile(90)},
          {"p99_us", percentile(99)},
          {"p999_us", percentile(99.9)},
          {"max_us", us(static_cast<double>(histogram.max()))},
          {"mean_us", us(histogram.mean())}};
}

// "2xx 1,234, 5xx 6\n"
std::string DescribeStatuses(const Results& results) {
  std::string text;
  for (size_t digit = 2; digit < results.statuses.size(); ++digit) {
    if (results.statuses[digit] == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(digit) + "xx " +
            FormatExact(results.statuses[digit]);
  }
  return (text.empty() ? "none" : text) + "\n";
}

nlohmann::ordered_json StatusesAsJson(const Results& results) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (size_t digit = 2; digit < results.statuses.size(); ++digit) {
    json[std::to_string(digit) + "xx"] = results.statuses[digit];
  }
  return json;
}

}  // namespace

std::string DescribeResults(const LoadOptions& options, int threads, const Results& results) {
  using Align = Table::Align;
  Table totals(
      {{"requests", Align::kRight},
       {"rate", Align::kRight},
       {options.transport == Transport::kHttp ? "received" : "bytes each way", Align::kRight},
       {"errors", Align::kRight},
       {"connected", Align::kRight}});
  const double elapsed = Seconds(results.elapsed);
  const double bytes_per_second = elapsed > 0 ? static_cast<double>(results.bytes) / elapsed : 0;
  totals.AddRow({FormatExact(results.requests), FormatRate(results.rate_per_second()),
                 FormatBytes(bytes_per_second) + "/s", FormatExact(results.errors()),
                 FormatExact(results.ready) + " of " + FormatExact(options.connections)});
  Table latencies({{""},
                   {"p50", Align::kRight},
                   {"p90", Align::kRight},
                   {"p99", Align::kRight},
                   {"p99.9", Align::kRight},
                   {"max", Align::kRight}});
  AddLatencyRow(latencies, "answer", results.latency_ns);
  AddLatencyRow(latencies, "connect and first answer", results.connect_ns);

  std::string text = Headline(options, threads, results) + "\n\n" + totals.ToString();
  if (results.ready > 0) text += "\n" + latencies.ToString();
  if (options.transport == Transport::kHttp) text += "\n  answers: " + DescribeStatuses(results);
  if (options.transport == Transport::kDatagram) {
    text += "\n  lost: " + FormatExact(results.lost) + " of " + FormatExact(results.datagrams) +
            " (" + FormatPercent(LostFraction(results)) + ", no answer within " +
            FormatDuration(options.datagram_timeout) +
            "), late or repeated: " + FormatExact(results.late) + "\n";
  }
  for (size_t i = 0; i < kFailures; ++i) {
    if (results.failures[i] == 0) continue;
    text += "\n  error " + std::string(FailureName(static_cast<Failure>(i))) + ": " +
            FormatExact(results.failures[i]);
  }
  if (results.errors() > 0) text += "\n";
  if (!results.first_failure.empty()) text += "  the first: " + results.first_failure + "\n";
  if (results.interrupted) text += "\n  ended early by a signal\n";
  return text;
}

std::string ResultsAsJson(const LoadOptions& options, int threads, const Results& results) {
  nlohmann::ordered_json reasons = nlohmann::ordered_json::object();
  for (size_t i = 0; i < kFailures; ++i) {
    reasons[std::string(FailureName(static_cast<Failure>(i)))] = results.failures[i];
  }
  nlohmann::ordered_json json = {
      {"requests", results.requests},
      {"errors", results.errors()},
      {"rate_per_second", results.rate_per_second()},
      {"latency", PercentilesAsJson(results.latency_ns)},
      {"connect", PercentilesAsJson(results.connect_ns)},
      {"error_reasons", reasons},
      {"first_failure", results.first_failure},
      {"datagrams_sent", results.datagrams},
      {"datagrams_lost", results.lost},
      {"datagrams_late", results.late},
      {"bytes", results.bytes},
      {"elapsed_seconds", Seconds(results.elapsed)},
      {"interrupted", results.interrupted},
      {"connections_ready", results.ready},
      {"connections", options.connections},
      {"depth", options.depth},
      {"message_bytes", options.message_bytes},
      {"framing", std::string(FramingName(options))},
      {"transport", std::string(TransportName(options))},
      {"target", options.target_text},
      {"idle", options.idle},
      {"seed", options.seed},
      {"backend", results.backend},
      {"threads", threads},
  };
  if (options.transport == Transport::kHttp) json["answers"] = StatusesAsJson(results);
  return json.dump(2) + "\n";
}

}  // namespace sluice::load
