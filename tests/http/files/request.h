// Requests to ask the library with, as a parser makes them.
#ifndef SLUICE_TESTS_HTTP_FILES_REQUEST_H_
#define SLUICE_TESTS_HTTP_FILES_REQUEST_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocols/http1_parser.h"

namespace sluice::test {

class ParsedRequest {
 public:
  // `fields`: lines with their CRLF.
  explicit ParsedRequest(std::string_view fields, std::string_view method = "GET",
                         std::string_view target = "/")
      : bytes_(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" +
               std::string(fields) + "\r\n"),
        parser_(limits_) {
    EXPECT_EQ(parser_.Parse(bytes_, &request_).result, DecodeResult::kMessage) << bytes_;
  }
  const Http1Request& operator*() const { return request_; }

 private:
  const Http1Limits limits_;
  const std::string bytes_;
  Http1RequestParser parser_;
  Http1Request request_;
};

}  // namespace sluice::test

#endif  // SLUICE_TESTS_HTTP_FILES_REQUEST_H_
