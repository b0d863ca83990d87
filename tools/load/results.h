// What a run found out.
#ifndef SLUICE_TOOLS_LOAD_RESULTS_H_
#define SLUICE_TOOLS_LOAD_RESULTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "reactor/base/time.h"
#include "reactor/close_reason.h"
#include "tools/report/histogram.h"

namespace sluice::load {

// Why a connection, or one datagram's answer, counts as an error.
enum class Failure : uint8_t {
  kConnectRefused,
  kConnectTimeout,
  kConnectFailed,  // any other error of connecting: unreachable, no local port, no descriptor
  kAnswerTimeout,
  kPeerReset,
  kPeerClosed,  // the server ended the stream
  kMismatch,    // an answer was not the bytes sent
  kMalformed,   // an answer was not HTTP/1.1
  kIoError,
};
inline constexpr size_t kFailures = static_cast<size_t>(Failure::kIoError) + 1;

std::string_view FailureName(Failure failure);  // "connect_refused", as JSON has it

// Of a connection that the load did not end itself.
Failure FailureOf(CloseReason reason);

struct Results {
  // In the measured window.
  uint64_t requests = 0;  // answered, every byte as it should be
  uint64_t bytes = 0;     // of their messages, one way; of HTTP answers, heads and all
  Duration elapsed{0};
  report::Histogram latency_ns;
  std::array<uint64_t, 6> statuses{};  // of HTTP answers, by the first digit

  // In the whole run.
  std::array<uint64_t, kFailures> failures{};
  uint64_t datagrams = 0;  // sent
  uint64_t lost = 0;       // of these: without an answer in time
  uint64_t late = 0;       // answered after they counted as lost, or twice
  uint64_t ready = 0;      // connections that answered once
  report::Histogram connect_ns;
  std::string first_failure;  // in words; empty when there was none
  std::string backend;
  std::string backend_reason;
  bool interrupted = false;

  // HTTP answers 4xx and 5xx.
  uint64_t refusals() const { return statuses[4] + statuses[5]; }
  uint64_t errors() const;
  // "64 errors (answer_timeout), the first: ..."; of errors() > 0.
  std::string DescribeErrors() const;
  double rate_per_second() const;
  // Adds what another loop measured at the same time.
  void Merge(const Results& other);
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_RESULTS_H_
