// Each byte that may not stand in a method, a target, a field name or a value, at each of these.
#include <cstdio>
#include <string_view>

#include "tests/http/refused_cases.h"

namespace sluice::http_test {
namespace {

constexpr std::string_view kDelimiters = "\"(),/;<=>?@[\\]{}";

std::string Named(const char* what, char byte) {
  char name[64];
  std::snprintf(name, sizeof name, "%sWithByte%02x", what,
                static_cast<unsigned>(static_cast<unsigned char>(byte)));
  return name;
}

std::string With(const char* before, char byte, const char* behind) {
  return before + std::string(1, byte) + behind;
}

// Tab, LF and CR have cases and reasons of their own.
std::string ControlBytes() {
  std::string bytes = "\x7f";
  for (char byte = 0; byte < 0x20; ++byte) {
    if (byte != '\t' && byte != '\n' && byte != '\r') bytes += byte;
  }
  return bytes;
}

}  // namespace

std::vector<MessageCase> RefusedBytes() {
  using enum Http1Error;
  std::vector<MessageCase> all;
  for (const char byte : ControlBytes()) {
    all.push_back(Line(Named("Method", byte), With("G", byte, "T / HTTP/1.1"), 400, kControlByte));
    all.push_back(
        Line(Named("Target", byte), With("GET /a", byte, " HTTP/1.1"), 400, kControlByte));
    all.push_back(Line(Named("Query", byte), With("GET /?", byte, " HTTP/1.1"), 400, kControlByte));
    all.push_back(
        Line(Named("Version", byte), With("GET / HTTP/1.1", byte, ""), 400, kControlByte));
    all.push_back(Fields(Named("Name", byte), With("X", byte, "Y: z\r\n"), 400, kControlByte));
    all.push_back(Fields(Named("Value", byte), With("X: y", byte, "z\r\n"), 400, kControlByte));
    all.push_back(
        Fields(Named("Length", byte), With("Content-Length: 5", byte, "\r\n"), 400, kControlByte));
    all.push_back(Fields(Named("Encoding", byte), With("Transfer-Encoding: ", byte, "chunked\r\n"),
                         400, kControlByte));
  }
  for (const char byte : kDelimiters) {
    all.push_back(Line(Named("Method", byte), With("G", byte, "T / HTTP/1.1"), 400, kBadMethod));
    all.push_back(Fields(Named("Name", byte), With("X", byte, "Y: z\r\n"), 400, kBadFieldName));
  }
  for (const char byte : std::string_view("\"#<>[\\]^`{|}\x80\xff")) {
    all.push_back(Line(Named("Path", byte), With("GET /a", byte, "b HTTP/1.1"), 400, kBadTarget));
    all.push_back(Line(Named("Query", byte), With("GET /?a", byte, "b HTTP/1.1"), 400, kBadTarget));
  }
  for (const char byte : std::string_view("\"#,/<>?@[\\]^`{|}\t \x80\xff")) {
    all.push_back(Refused(Named("Host", byte),
                          "GET / HTTP/1.1\r\nHost: a" + std::string(1, byte) + "b\r\n\r\n", 400,
                          kBadHost));
  }
  return all;
}

}  // namespace sluice::http_test
