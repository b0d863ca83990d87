// A line for each answer of an HTTP/1.1 server, in the common log format or as JSON:
//
//   127.0.0.1 - - [05/Nov/2025:10:11:12 +0000] "GET /x HTTP/1.1" 200 12
//   {"time":"2025-11-05T10:11:12.345Z","client":"127.0.0.1","method":"GET","target":"/x",...}
//
// What a client sent is escaped, so that it can neither end a line nor a field.
#ifndef SLUICE_PROTOCOLS_HTTP1_ACCESS_LOG_H_
#define SLUICE_PROTOCOLS_HTTP1_ACCESS_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "protocols/http1_message.h"
#include "reactor/base/time.h"

namespace sluice {

struct Http1AccessLog {
  enum class Format : uint8_t { kCommon, kJson };

  // Called with each line, its newline included, when its answer is complete or cut off. On the
  // threads of all loops that share the server. Unset: no log.
  std::function<void(std::string_view line)> write;
  Format format = Format::kCommon;
};

namespace http1 {

struct LogRecord {
  std::string client;
  std::string method;  // empty: there was no request that could be read
  std::string target;
  std::string referer;
  std::string user_agent;
  uint8_t minor_version = 1;
  uint16_t status = 0;
  uint64_t body_bytes = 0;
  bool complete = true;  // false: the connection ended before the answer did
  TimePoint begun;
  Duration duration{0};
};

// The time of day in nanoseconds since 1970 is `unix_time`.
std::string LogLine(const LogRecord& record, Http1AccessLog::Format format, Duration unix_time);

}  // namespace http1
}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_ACCESS_LOG_H_
