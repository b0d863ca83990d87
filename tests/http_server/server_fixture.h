// A server on the loop under test with routes that the tests share, and raw clients of it.
#ifndef SLUICE_TESTS_HTTP_SERVER_SERVER_FIXTURE_H_
#define SLUICE_TESTS_HTTP_SERVER_SERVER_FIXTURE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1_server.h"
#include "tests/conformance/fixture.h"
#include "tests/http_server/answers.h"

namespace sluice::test {

inline constexpr std::string_view kDateField = "Date: Sun, 06 Nov 1994 08:49:37 GMT";

// "GET /x HTTP/1.1\r\nHost: h\r\n\r\n" with more field lines between, each with its CRLF.
std::string Get(std::string_view target, std::string_view fields = "");
std::string Post(std::string_view target, std::string_view body, std::string_view fields = "");

class HttpServerTest : public ReactorTest {
 protected:
  HttpServerTest();
  // The loop goes before what its handlers use.
  void TearDown() override;

  // Made by the first use, with `options` as they are then.
  Http1Server& server();
  Listener* listener();

  // A client that sends `bytes` as it opens and closes when the server ends.
  PeerPtr Send(std::string_view bytes, Script script = {});
  // One that ends its stream behind them, and reads on.
  PeerPtr SendAndEnd(std::string_view bytes);
  // More from a client.
  void SendMore(const PeerPtr& client, std::string_view bytes);
  // Whatever comes back, once `count` answers are complete or the client was closed.
  std::vector<Answer> Receive(const PeerPtr& client, size_t count, std::string_view methods = "");
  // One answer to one request.
  Answer Ask(std::string_view request);
  Http1Exchange* FindLater(const std::string& name);

  Http1ServerOptions options;
  ListenerOptions listener_options;
  Http1Counters counters;
  std::map<std::string, Http1ExchangeId> later;  // of GET /later/{name} and POST /later/{name}
  std::vector<std::string> events;               // in the order in which they happened

 private:
  void AddRoutes();

  std::unique_ptr<Http1Server> server_;
  Listener* listener_ = nullptr;
};

}  // namespace sluice::test

#endif  // SLUICE_TESTS_HTTP_SERVER_SERVER_FIXTURE_H_
