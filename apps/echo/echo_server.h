// The echo itself: what arrives goes back, upper-cased where asked, on streams and datagrams.
#ifndef SLUICE_APPS_ECHO_ECHO_SERVER_H_
#define SLUICE_APPS_ECHO_ECHO_SERVER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "apps/echo/upper.h"
#include "reactor/handler.h"
#include "reactor/stats.h"
#include "reactor/udp.h"

namespace sluice::echo {

// kNone: bytes go back as they come. kLine, kLength: whole messages do, and a malformed or
// over-long one closes the connection.
enum class Framing : uint8_t { kNone, kLine, kLength };

// "none", "line", "length"; InvalidArgument names what there is.
absl::StatusOr<Framing> ParseFraming(std::string_view text);

struct EchoOptions {
  Framing framing = Framing::kNone;
  std::optional<TextEncoding> upper;  // of this text; unset: nothing is changed
  size_t message_bytes_max = size_t{1} << 20;
  bool log_closes = false;  // a line on standard error for each connection that ended
};

// What one loop echoed. Written on the loop's thread; read after it ended. One a cache line.
struct alignas(64) EchoCounters {
  uint64_t connections = 0;
  uint64_t connections_open = 0;
  uint64_t stream_chunks = 0;  // received: framed messages, or pieces as they came
  uint64_t stream_bytes = 0;
  uint64_t datagrams = 0;
  uint64_t datagram_bytes = 0;
  uint64_t datagrams_dropped = 0;  // not answered: from our own port, or no room to send
  std::array<uint64_t, kCloseCodes> closes{};

  void Add(const EchoCounters& other);
};

// The counters outlive the handlers. `options` has a valid message_bytes_max for its framing:
// CheckOptions.
absl::Status CheckOptions(const EchoOptions& options);
HandlerFactory MakeStreamEcho(const EchoOptions& options, EchoCounters& counters);

// A datagram from the socket's own port is not answered: two echo servers whose addresses someone
// put into each other's datagrams would answer one another for ever (CVE-2024-2169).
std::unique_ptr<DatagramHandler> MakeDatagramEcho(const EchoOptions& options,
                                                  EchoCounters& counters);

// A table for people.
std::string DescribeCounters(const EchoCounters& counters);

}  // namespace sluice::echo

#endif  // SLUICE_APPS_ECHO_ECHO_SERVER_H_
