#include "protocols/http1_access_log.h"

#include <array>
#include <cstdio>

#include "protocols/http1_date.h"

namespace sluice::http1 {
namespace {

// What a client sent must not end a line or its quotes: other bytes than plain ASCII are \xHH (as
// \u00HH in JSON, which then has each byte as the character of that number).
void AppendEscaped(std::string_view text, bool json, std::string* line) {
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      *line += '\\';
      *line += byte;
    } else if (code >= 0x20 && code < 0x7f) {
      *line += byte;
    } else {
      std::array<char, 8> escape;
      std::snprintf(escape.data(), escape.size(), json ? "\\u00%02x" : "\\x%02x", code);
      *line += escape.data();
    }
  }
}

void AppendQuoted(std::string_view text, bool json, std::string* line) {
  *line += '"';
  AppendEscaped(text, json, line);
  *line += '"';
}

std::string Version(const LogRecord& record) {
  return record.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

std::string CommonLine(const LogRecord& record, Duration unix_time) {
  std::string line = record.client + " - - [" + CommonLogDate(unix_time) + "] ";
  if (record.method.empty()) {
    line += "\"-\"";
  } else {
    AppendQuoted(record.method + " " + record.target + " " + Version(record), false, &line);
  }
  line += " " + std::to_string(record.status) + " ";
  line += record.body_bytes == 0 ? "-" : std::to_string(record.body_bytes);
  return line + "\n";
}

void AppendMember(std::string_view name, std::string_view value, std::string* line) {
  *line += ",\"";
  *line += name;
  *line += "\":";
  AppendQuoted(value, true, line);
}

std::string JsonLine(const LogRecord& record, Duration unix_time) {
  std::string line = "{\"time\":\"" + JsonLogDate(unix_time) + "\"";
  AppendMember("client", record.client, &line);
  AppendMember("method", record.method, &line);
  AppendMember("target", record.target, &line);
  AppendMember("version", Version(record), &line);
  line += ",\"status\":" + std::to_string(record.status);
  line += ",\"bytes\":" + std::to_string(record.body_bytes);
  line += ",\"duration_us\":" +
          std::to_string(
              std::chrono::duration_cast<std::chrono::microseconds>(record.duration).count());
  line += record.complete ? ",\"complete\":true" : ",\"complete\":false";
  AppendMember("referer", record.referer, &line);
  AppendMember("user_agent", record.user_agent, &line);
  return line + "}\n";
}

}  // namespace

std::string LogLine(const LogRecord& record, Http1AccessLog::Format format, Duration unix_time) {
  return format == Http1AccessLog::Format::kCommon ? CommonLine(record, unix_time)
                                                   : JsonLine(record, unix_time);
}

}  // namespace sluice::http1
