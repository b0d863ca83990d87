// Raw bytes in, statuses out: every rejection and every form of request, cut in every place.
#include "tests/http_server/server_fixture.h"

namespace sluice::test {
namespace {

struct RequestCase {
  std::string_view name;
  std::string bytes;
  std::string_view statuses;
  bool closes;
  std::string_view methods = "";
};

std::vector<RequestCase> Cases() {
  const std::string hello = Get("/");
  return {
      {"a request", hello, "200", false},
      {"an empty line before it", "\r\n" + hello, "200", false},
      {"two", hello + hello, "200 200", false},
      {"HEAD", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "200", false, "H"},
      {"HEAD without a Host", "HEAD / HTTP/1.1\r\n\r\n", "400", true, "H"},
      {"HEAD of a broken request", "\r\nHEAD /  HTTP/1.1\r\nHost: h\r\n\r\n", "400", true, "H"},
      {"HEAD, then GET", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + hello, "200 200", false, "H"},
      {"an absolute target", Get("http://h/"), "200", false},
      {"no such path", Get("/nowhere"), "404", false},
      {"a method that has no handler", Post("/", "x") + hello, "405 200", false},
      {"OPTIONS", "OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n", "204", false},
      {"OPTIONS of the server", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "204", false},
      {"OPTIONS of no path", "OPTIONS /no HTTP/1.1\r\nHost: h\r\n\r\n", "404", false},
      {"TRACE", "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", "405", false},
      {"CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", "501", true},
      {"a method nobody knows", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n" + hello, "501 200", false},
      {"close", Get("/", "Connection: close\r\n"), "200", true},
      {"close, and more", Get("/", "Connection: close\r\n") + hello, "200", true},
      {"close in a list", Get("/", "Connection: x-y , CLOSE\r\n"), "200", true},
      {"keep-alive in 1.1", Get("/", "Connection: keep-alive\r\n"), "200", false},
      {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "200", true},
      {"HTTP/1.0, keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + hello,
       "200 200", false},
      {"HTTP/1.0 that expects",
       "POST /echo HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue"
       "\r\n\r\nx",
       "200", true},
      {"chunks", Get("/chunks") + hello, "200 200", false},
      {"chunks for HTTP/1.0", "GET /chunks HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "200",
       true},
      {"no answer at all", Get("/forgotten") + hello, "500 200", false},
      {"a body", Post("/echo", "text") + hello, "200 200", false},
      {"an empty body", Post("/echo", "") + hello, "200 200", false},
      {"a chunked body",
       "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
       "2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nTrailer: t\r\n\r\n" +
           hello,
       "200 200", false},
      {"a body longer than the handler takes", Post("/echo", std::string(65, 'x')) + hello, "413",
       true},
      {"a chunked one",
       "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n28\r\n" +
           std::string(40, 'x') + "\r\n28\r\n" + std::string(40, 'x') + "\r\n0\r\n\r\n",
       "413", true},
      {"a body longer than the server takes", Post("/count", std::string(301, 'x')), "413", true},
      {"a body for a handler that does not want it",
       "PUT /unread HTTP/1.1\r\nHost: h\r\n"
       "Content-Length: 4\r\n\r\nbody" +
           hello,
       "201 200", false},
      {"a body for nobody", Post("/nowhere", "body") + hello, "404 200", false},
      {"a bad chunk",
       "POST /count HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabX", "400",
       true},
      {"100-continue", Post("/echo", "text", "Expect: 100-continue\r\n"), "200", false},
      {"another expectation", Get("/", "Expect: a miracle\r\n"), "417", true},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "400", true},
      {"a bare line feed", "GET / HTTP/1.1\nHost: h\r\n\r\n", "400", true},
      {"behind a good one", hello + "GET / HTTP/1.1\r\nHost : h\r\n\r\n", "200 400", true},
      {"a length and chunks",
       "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "400", true},
      {"a coding nobody knows",
       "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked"
       "\r\n\r\n",
       "501", true},
      {"a long target", Get("/" + std::string(100, 'x')), "414", true},
      {"a long line", Get("/", "X: " + std::string(200, 'x') + "\r\n"), "431", true},
      {"many lines", Get("/", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\n"), "431", true},
      {"another version", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505", true},
      {"not HTTP", "\x16\x03\x01\x02", "400", true},
  };
}

class RequestTest : public HttpServerTest {
 protected:
  RequestTest() {
    options.limits.target_bytes_max = 64;
    options.limits.field_line_bytes_max = 128;
    options.limits.fields_max = 6;
    options.limits.body_bytes_max = 300;
  }

  void ExpectAnswers(const RequestCase& test, const PeerPtr& client) {
    const auto count =
        static_cast<size_t>(std::count(test.statuses.begin(), test.statuses.end(), ' ')) + 1;
    std::vector<Answer> answers = Receive(client, test.closes ? 0 : count, test.methods);
    if (!answers.empty() && answers[0].status == 100) {
      answers = Receive(client, test.closes ? 0 : count + 1);
    }
    std::erase_if(answers, [](const Answer& answer) { return answer.status == 100; });
    EXPECT_EQ(Statuses(answers), test.statuses);
    EXPECT_EQ(client->closed(), test.closes);
    for (const Answer& answer : answers) EXPECT_TRUE(answer.Has(kDateField)) << answer.head;
    if (!answers.empty()) {
      const bool says_so = answers.back().Has("Connection: close");
      EXPECT_EQ(says_so, test.closes) << answers.back().head;
    }
    if (Connection* connection = loop().Find(client->id)) connection->Close();
  }
};

TEST_P(RequestTest, GetsItsAnswer) {
  for (const RequestCase& test : Cases()) {
    SCOPED_TRACE(test.name);
    ExpectAnswers(test, Send(test.bytes));
  }
}

TEST_P(RequestTest, GetsTheSameCutAnywhere) {
  for (const RequestCase& test : Cases()) {
    SCOPED_TRACE(test.name);
    for (size_t cut = 1; cut < test.bytes.size(); ++cut) {
      SCOPED_TRACE(cut);
      const std::string_view bytes = test.bytes;
      const PeerPtr client = Send(bytes.substr(0, cut));
      ASSERT_TRUE(TurnUntil([&] { return client->open() || client->closed(); }));
      Settle(2);
      SendMore(client, bytes.substr(cut));
      ExpectAnswers(test, client);
      if (HasFailure()) return;
    }
  }
}

TEST_P(RequestTest, GetsTheSameByteByByte) {
  for (const RequestCase& test : Cases()) {
    SCOPED_TRACE(test.name);
    const PeerPtr client = Send("");
    ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
    for (const char byte : test.bytes) {
      SendMore(client, {&byte, 1});
      loop().Turn(loop().now());
      loop().Turn(loop().now());
    }
    ExpectAnswers(test, client);
  }
}

TEST_P(RequestTest, IsAnsweredWhereTheClientEndsBehindIt) {
  const PeerPtr client = SendAndEnd(Get("/") + Get("/users/7"));
  EXPECT_EQ(Statuses(Receive(client, 0)), "200 200");
}

TEST_P(RequestTest, ThatIsRefusedCanStillReadWhy) {
  // Much more than was read by then: what is unread must not turn the end into a reset.
  const PeerPtr client = Send(Post("/count", std::string(8 << 20, 'x')));
  const std::vector<Answer> answers = Receive(client, 0);
  ASSERT_EQ(Statuses(answers), "413");
  EXPECT_EQ(answers[0].body, "413 body too long\n");
  EXPECT_EQ(client->reason.code, CloseCode::kPeerEnded);
}

TEST_P(RequestTest, ThatIsRefusedIsTypedInTheCloseReason) {
  CloseReason reason;
  class Recorder : public Handler {
   public:
    Recorder(std::unique_ptr<Handler> inner, CloseReason* reason)
        : inner_(std::move(inner)), reason_(reason) {}
    void OnOpen(Connection& c) override { inner_->OnOpen(c); }
    size_t OnData(Connection& c, std::string_view b) override { return inner_->OnData(c, b); }
    void OnEnd(Connection& c) override { inner_->OnEnd(c); }
    void OnClose(Connection& c, CloseReason reason) override {
      *reason_ = reason;
      inner_->OnClose(c, reason);
    }

   private:
    std::unique_ptr<Handler> inner_;
    CloseReason* reason_;
  };
  HandlerFactory factory = server().Factory(loop());
  Listener* listener = *loop().Listen(
      Loopback(), {}, [&] { return std::make_unique<Recorder>(factory(), &reason); });
  const PeerPtr client = Connect(listener->endpoint(), script::Say("GET / HTTP/1.1\r\n\r\n"));
  ASSERT_TRUE(TurnUntil([&] { return reason.code != CloseCode::kNone; }));
  EXPECT_EQ(reason.code, CloseCode::kProtocolError);
  EXPECT_EQ(reason.error, static_cast<int>(Http1Error::kNoHost));
}

SLUICE_ON_EVERY_BACKEND(RequestTest);

}  // namespace
}  // namespace sluice::test
