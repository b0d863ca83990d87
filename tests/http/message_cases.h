// Messages and what must come of them, rule by rule: one table for all tests, since every one of
// them must read the same in any pieces, at any place in memory and with any instructions.
#ifndef SLUICE_TESTS_HTTP_MESSAGE_CASES_H_
#define SLUICE_TESTS_HTTP_MESSAGE_CASES_H_

#include <ostream>
#include <string>
#include <vector>

#include "protocols/http1_error.h"

namespace sluice::http_test {

struct MessageCase {
  std::string name;  // a C++ identifier, for the test's name
  std::string bytes;
  std::string transcript;  // what a Reader writes down
};

inline void PrintTo(const MessageCase& message, std::ostream* out) {
  *out << message.name;
}

std::vector<MessageCase> AcceptedRequests();
std::vector<MessageCase> RefusedRequestLines();
std::vector<MessageCase> RefusedFields();   // smuggling cases among them
std::vector<MessageCase> RefusedFraming();  // and the rest of them
std::vector<MessageCase> RefusedBytes();    // byte by byte
std::vector<MessageCase> RequestBodies();   // good and bad
std::vector<MessageCase> Responses();       // good and bad

// All the requests above.
std::vector<MessageCase> AllRequests();

// "error 400 control byte": how a transcript ends.
std::string ErrorLine(int status, Http1Error error);

}  // namespace sluice::http_test

#endif  // SLUICE_TESTS_HTTP_MESSAGE_CASES_H_
