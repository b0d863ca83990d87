#include "tools/load/results.h"

#include <algorithm>
#include <cerrno>
#include <numeric>

#include "tools/report/format.h"

namespace sluice::load {

std::string_view FailureName(Failure failure) {
  switch (failure) {
    case Failure::kConnectRefused:
      return "connect_refused";
    case Failure::kConnectTimeout:
      return "connect_timeout";
    case Failure::kConnectFailed:
      return "connect_failed";
    case Failure::kAnswerTimeout:
      return "answer_timeout";
    case Failure::kPeerReset:
      return "peer_reset";
    case Failure::kPeerClosed:
      return "peer_closed";
    case Failure::kMismatch:
      return "mismatch";
    case Failure::kMalformed:
      return "malformed";
    case Failure::kIoError:
      break;
  }
  return "io_error";
}

Failure FailureOf(CloseReason reason) {
  switch (reason.code) {
    case CloseCode::kConnectFailed:
      return reason.error == ECONNREFUSED ? Failure::kConnectRefused : Failure::kConnectFailed;
    case CloseCode::kConnectTimeout:
      return Failure::kConnectTimeout;
    case CloseCode::kPeerReset:
      return Failure::kPeerReset;
    case CloseCode::kLocal:
    case CloseCode::kPeerEnded:
      return Failure::kPeerClosed;
    default:
      return Failure::kIoError;
  }
}

uint64_t Results::errors() const {
  return std::accumulate(failures.begin(), failures.end(), uint64_t{0});
}

std::string Results::DescribeErrors() const {
  std::string names;
  for (size_t i = 0; i < kFailures; ++i) {
    if (failures[i] == 0) continue;
    names += (names.empty() ? "" : ", ") + std::string(FailureName(static_cast<Failure>(i)));
  }
  std::string text = report::FormatCounted(errors(), "error") + " (" + names + ")";
  if (!first_failure.empty()) text += ", the first: " + first_failure;
  return text;
}

double Results::rate_per_second() const {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  return seconds > 0 ? static_cast<double>(requests) / seconds : 0;
}

void Results::Merge(const Results& other) {
  requests += other.requests;
  bytes += other.bytes;
  elapsed = std::max(elapsed, other.elapsed);
  latency_ns.Merge(other.latency_ns);
  for (size_t i = 0; i < statuses.size(); ++i) statuses[i] += other.statuses[i];
  for (size_t i = 0; i < kFailures; ++i) failures[i] += other.failures[i];
  datagrams += other.datagrams;
  lost += other.lost;
  late += other.late;
  ready += other.ready;
  connect_ns.Merge(other.connect_ns);
  if (first_failure.empty()) first_failure = other.first_failure;
}

}  // namespace sluice::load
