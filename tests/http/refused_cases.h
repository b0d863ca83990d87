// How refused requests are written down: one line each, of what is wrong in it.
#ifndef SLUICE_TESTS_HTTP_REFUSED_CASES_H_
#define SLUICE_TESTS_HTTP_REFUSED_CASES_H_

#include <string>
#include <utility>

#include "tests/http/message_cases.h"

namespace sluice::http_test {

inline MessageCase Refused(std::string name, std::string bytes, int status, Http1Error error) {
  return {std::move(name), std::move(bytes), ErrorLine(status, error)};
}

// A request whose first line is `line`.
inline MessageCase Line(std::string name, const std::string& line, int status, Http1Error error) {
  return Refused(std::move(name), line + "\r\nHost: a\r\n\r\n", status, error);
}

// A request with `fields` behind its Host, each with its CRLF.
inline MessageCase Fields(std::string name, const std::string& fields, int status,
                          Http1Error error) {
  return Refused(std::move(name), "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n", status,
                 error);
}

}  // namespace sluice::http_test

#endif  // SLUICE_TESTS_HTTP_REFUSED_CASES_H_
