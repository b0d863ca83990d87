// What a load run is asked to do.
#ifndef SLUICE_TOOLS_LOAD_OPTIONS_H_
#define SLUICE_TOOLS_LOAD_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "protocols/http1_message.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"

namespace sluice::load {

enum class Transport : uint8_t { kStream, kDatagram, kHttp };

// How a stream's messages are marked: not at all, by a newline behind, by four bytes of length
// (big endian) before.
enum class Framing : uint8_t { kNone, kLine, kLength };

struct LoadOptions {
  Transport transport = Transport::kStream;
  Endpoint target;
  std::string target_text;  // as it was given
  Framing framing = Framing::kNone;
  std::string http_request{};  // all of its bytes
  Http1Method http_method = Http1Method::kGet;
  bool any_status = false;  // answers 4xx and 5xx are as good as others
  uint64_t requests = 0;    // then it ends, whatever the duration; 0: it does not
  uint32_t connections = 64;
  size_t message_bytes = 64;  // framing not counted
  uint32_t depth = 1;         // requests under way on each connection
  Duration duration = std::chrono::seconds(5);
  Duration warmup = std::chrono::seconds(1);
  Duration timeout = std::chrono::seconds(10);                 // of connecting, and of an answer
  Duration datagram_timeout = std::chrono::milliseconds(200);  // then a datagram counts as lost
  uint32_t connecting_max = 64;                                // not yet answered once
  bool idle = false;          // hold the connections for `duration`, then one request each
  bool expect_upper = false;  // the server answers in upper case
  uint64_t seed = 1;
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_OPTIONS_H_
