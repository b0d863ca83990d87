// A client under test, and a server that is a script of raw bytes.
#ifndef SLUICE_TESTS_HTTP_CLIENT_CLIENT_FIXTURE_H_
#define SLUICE_TESTS_HTTP_CLIENT_CLIENT_FIXTURE_H_

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/http1_client.h"
#include "tests/conformance/fixture.h"

namespace sluice::test {

// What the server does once a request's head is complete (a body, if any, is read with it: by
// Content-Length or to the last chunk).
struct Reply {
  enum After : uint8_t { kStay, kClose, kReset };
  std::string bytes;
  After after = kStay;
};

// "HTTP/1.1 200 OK", a Content-Length and the body.
std::string Ok(std::string_view body, std::string_view more_fields = "");

class HttpClientTest : public ReactorTest {
 protected:
  // The server of the test. `answer` is asked for every request, in the order they are complete;
  // requests() has them.
  using AnswerFunction = std::function<Reply(const std::string& request, size_t connection)>;
  void Serve(AnswerFunction answer);
  // The same, from a list; the last one is repeated.
  void Serve(std::vector<Reply> replies);

  Http1Client& client() {
    if (client_ == nullptr) client_ = std::make_unique<Http1Client>(loop(), options);
    return *client_;
  }
  void DestroyClient() { client_.reset(); }
  void TearDown() override;

  Http1FetchRequest To(std::string target = "/", std::string method = "GET") const;

  // What became of a fetch. Lives in the fixture.
  struct Result {
    Http1FetchId id;
    bool done = false;
    Http1Outcome outcome;
    std::string streamed;
    int heads = 0;
  };
  Result& Fetch(Http1FetchRequest request);
  Result& FetchStreamed(Http1FetchRequest request);
  // And waits for its end.
  Http1Outcome& FetchNow(Http1FetchRequest request);

  // Whole requests, with their bodies, and the number of the connection of each.
  const std::vector<std::string>& requests() const { return requests_; }
  const std::vector<size_t>& connections_used() const { return connections_used_; }
  // "GET /x" of each.
  std::vector<std::string> request_lines() const;

  Http1ClientOptions options;
  Endpoint server;

 private:
  size_t Answer(Peer& peer, Connection& connection, std::string_view bytes);

  AnswerFunction answer_;
  std::vector<std::string> requests_;
  std::vector<size_t> connections_used_;
  std::deque<Result> results_;
  std::unique_ptr<Http1Client> client_;
};

}  // namespace sluice::test

#endif  // SLUICE_TESTS_HTTP_CLIENT_CLIENT_FIXTURE_H_
