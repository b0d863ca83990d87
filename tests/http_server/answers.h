// What a client of the server under test received, taken apart.
#ifndef SLUICE_TESTS_HTTP_SERVER_ANSWERS_H_
#define SLUICE_TESTS_HTTP_SERVER_ANSWERS_H_

#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

struct Answer {
  int status = 0;
  std::string head;      // all of it
  std::string body;      // without chunk framing
  bool complete = true;  // its body ended

  bool Has(std::string_view field_line) const {
    return head.find("\r\n" + std::string(field_line) + "\r\n") != std::string::npos;
  }
};

// The answers in `bytes`, the last perhaps incomplete. `methods` are those of the requests, one
// letter each ("GHP"): H for HEAD; beyond it all are like GET. `ended`: the server ended its
// stream.
std::vector<Answer> ReadAnswers(std::string_view bytes, std::string_view methods, bool ended);

// "200 404"
std::string Statuses(const std::vector<Answer>& answers);

}  // namespace sluice::test

#endif  // SLUICE_TESTS_HTTP_SERVER_ANSWERS_H_
