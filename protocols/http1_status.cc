#include "protocols/http1_status.h"

#include <array>
#include <string>

#include "reactor/base/check.h"

namespace sluice {
namespace {

constexpr int kFirst = 100;
constexpr int kLast = 599;

struct NamedStatus {
  int status;
  std::string_view text;
};

constexpr NamedStatus kNamed[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

using StatusLines = std::array<std::string, kLast - kFirst + 1>;

StatusLines MakeStatusLines() {
  StatusLines lines;
  for (int status = kFirst; status <= kLast; ++status) {
    lines[static_cast<size_t>(status - kFirst)] =
        "HTTP/1.1 " + std::to_string(status) + " " + std::string(Http1StatusText(status)) + "\r\n";
  }
  return lines;
}

}  // namespace

std::string_view Http1StatusText(int status) {
  for (const NamedStatus& named : kNamed) {
    if (named.status == status) return named.text;
  }
  return "";
}

std::string_view http1::StatusLineText(int status) {
  static const StatusLines* const kLines = new StatusLines(MakeStatusLines());
  SLUICE_CHECK(status >= kFirst && status <= kLast, "a status is 100 to 599");
  return (*kLines)[static_cast<size_t>(status - kFirst)];
}

}  // namespace sluice
