// What is sent: heads, bodies, and what is refused instead.
#include <string>
#include <utility>
#include <vector>

#include "tests/http_client/client_fixture.h"

namespace sluice::test {
namespace {

using Code = Http1FetchCode;
class RequestTest : public HttpClientTest {};
SLUICE_ON_EVERY_BACKEND(RequestTest);

TEST_P(RequestTest, WhatWouldEndALineIsRefused) {
  Serve({{Ok("")}});
  struct Refusal {
    Http1Refused refused;
    std::function<void(Http1FetchRequest&)> change;
  };
  using R = Http1FetchRequest;
  const std::string nul("a\0b", 3);
  const std::vector<Refusal> refusals = {
      {Http1Refused::kMethod, [](R& r) { r.method = "GET /x HTTP/1.1\r\nA: b\r\n\r\nGET"; }},
      {Http1Refused::kMethod, [](R& r) { r.method = ""; }},
      {Http1Refused::kMethod, [&](R& r) { r.method = nul; }},
      {Http1Refused::kConnect, [](R& r) { r.method = "CONNECT"; }},
      {Http1Refused::kTarget, [](R& r) { r.target = "/x HTTP/1.1\r\nA: b"; }},
      {Http1Refused::kTarget, [](R& r) { r.target = "/a\nb"; }},
      {Http1Refused::kTarget, [](R& r) { r.target = "/a\rb"; }},
      {Http1Refused::kTarget, [&](R& r) { r.target = "/" + nul; }},
      {Http1Refused::kTarget, [](R& r) { r.target = "/a b"; }},
      {Http1Refused::kTarget, [](R& r) { r.target = "/%4"; }},
      {Http1Refused::kTarget, [](R& r) { r.target = "/a#b"; }},
      {Http1Refused::kTarget, [](R& r) { r.target = "a"; }},
      {Http1Refused::kTarget, [](R& r) { r.target = ""; }},
      {Http1Refused::kTarget, [](R& r) { r.target = "*"; }},
      {Http1Refused::kTarget, [](R& r) { r.target = "/\xc3\xa9"; }},
      {Http1Refused::kHost, [](R& r) { r.host = "a\r\nA: b"; }},
      {Http1Refused::kHost, [](R& r) { r.host = "a b"; }},
      {Http1Refused::kHost, [](R& r) { r.host = "me@example.com"; }},
      {Http1Refused::kHost, [](R& r) { r.host = "a,b"; }},
      {Http1Refused::kFieldName,
       [](R& r) {
         r.fields = {{"A: b\r\nC", "d"}};
       }},
      {Http1Refused::kFieldName,
       [](R& r) {
         r.fields = {{"", "d"}};
       }},
      {Http1Refused::kFieldName,
       [](R& r) {
         r.fields = {{"A ", "d"}};
       }},
      {Http1Refused::kFieldName,
       [&](R& r) {
         r.fields = {{nul, "d"}};
       }},
      {Http1Refused::kFieldValue,
       [](R& r) {
         r.fields = {{"A", "b\r\nC: d"}};
       }},
      {Http1Refused::kFieldValue,
       [](R& r) {
         r.fields = {{"A", "b\nC"}};
       }},
      {Http1Refused::kFieldValue,
       [](R& r) {
         r.fields = {{"A", "b\rC"}};
       }},
      {Http1Refused::kFieldValue,
       [&](R& r) {
         r.fields = {{"A", nul}};
       }},
      {Http1Refused::kReservedField,
       [](R& r) {
         r.fields = {{"hOST", "x"}};
       }},
      {Http1Refused::kReservedField,
       [](R& r) {
         r.fields = {{"Content-Length", "3"}};
       }},
      {Http1Refused::kReservedField,
       [](R& r) {
         r.fields = {{"Transfer-Encoding", "x"}};
       }},
      {Http1Refused::kReservedField,
       [](R& r) {
         r.fields = {{"Connection", "x"}};
       }},
      {Http1Refused::kBody,
       [](R& r) {
         r.method = "TRACE";
         r.body = "x";
       }},
      {Http1Refused::kBody,
       [](R& r) {
         r.streamed_body = true;
         r.body = "x";
       }},
      {Http1Refused::kHeadTooLong,
       [](R& r) {
         r.fields = {{"A", std::string(33'000, 'x')}};
       }},
      {Http1Refused::kNoPort, [](R& r) { r.endpoint.set_port(0); }},
  };
  for (size_t i = 0; i < refusals.size(); ++i) {
    SCOPED_TRACE(i);
    Http1FetchRequest request = To();
    refusals[i].change(request);
    const Http1Outcome& outcome = FetchNow(std::move(request));
    EXPECT_EQ(outcome.error.code, Code::kBadRequest);
    EXPECT_EQ(Http1RefusedText(outcome.error.refused), Http1RefusedText(refusals[i].refused));
  }
  EXPECT_EQ(client().stats().connects, 0u) << "nothing of them was sent";
}

TEST_P(RequestTest, WhatIsAllowedArrivesAsItWasGiven) {
  Serve({{Ok("")}});
  Http1FetchRequest request = To("/%C3%A9;a=1/?x=%20y&z='*'", "PURGE");
  request.fields = {{"A", "tab\tand \xc3\xa9"}, {"A", "again"}, {"Empty", ""}};
  request.host = "[::1]:8080";
  EXPECT_TRUE(FetchNow(std::move(request)).ok());
  EXPECT_EQ(requests().at(0),
            "PURGE /%C3%A9;a=1/?x=%20y&z='*' HTTP/1.1\r\nHost: [::1]:8080\r\nA: tab\tand \xc3\xa9"
            "\r\nA: again\r\nEmpty: \r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(FetchNow(To("*", "OPTIONS")).ok());
  EXPECT_THAT(requests().at(1), testing::StartsWith("OPTIONS * HTTP/1.1\r\n"));
}

TEST_P(RequestTest, ABodyHasItsLength) {
  Serve({{Ok("")}});
  for (const size_t size : {size_t{0}, size_t{1}, size_t{100'000}, size_t{5'000'000}}) {
    SCOPED_TRACE(size);
    Http1FetchRequest request = To("/", "POST");
    request.body = Payload(size, size);
    const std::string body = request.body;
    const Http1Outcome& outcome = FetchNow(std::move(request));
    EXPECT_TRUE(outcome.ok()) << outcome.error.ToString();
    EXPECT_THAT(requests().back(),
                testing::HasSubstr("Content-Length: " + std::to_string(size) + "\r\n\r\n"));
    EXPECT_TRUE(requests().back().ends_with("\r\n\r\n" + body));
  }
  EXPECT_EQ(accepted_.size(), 1u);
}

class StreamedBodyTest : public HttpClientTest {
 protected:
  // Sends `pieces` and the end, heeding the high-water mark.
  Result& Upload(Http1FetchRequest request, std::vector<std::string> pieces) {
    request.streamed_body = true;
    auto left = std::make_shared<std::vector<std::string>>(std::move(pieces));
    Result& result = results_.emplace_back();
    Http1FetchFunctions functions;
    functions.writable = [this, left](Http1FetchId id) {
      ++writable_calls_;
      while (!left->empty() && client().unsent_bytes(id) < (256u << 10)) {
        EXPECT_TRUE(client().Write(id, left->front()));
        left->erase(left->begin());
      }
      if (left->empty() && client().EndBody(id)) {
        EXPECT_FALSE(client().EndBody(id)) << "it ends once";
        EXPECT_FALSE(client().Write(id, "x"));
      }
    };
    functions.done = [&result](Http1Outcome outcome) {
      result.done = true;
      result.outcome = std::move(outcome);
    };
    result.id = client().Fetch(std::move(request), std::move(functions));
    EXPECT_FALSE(client().Write(result.id, "x")) << "not wanted yet";
    return result;
  }
  int writable_calls_ = 0;
  std::deque<Result> results_;
};
SLUICE_ON_EVERY_BACKEND(StreamedBodyTest);

TEST_P(StreamedBodyTest, IsChunked) {
  Serve({{Ok("thanks")}});
  Result& result = Upload(To("/", "POST"), {"hello", "", std::string(17, 'x')});
  ASSERT_TRUE(TurnUntil([&] { return result.done; }));
  EXPECT_EQ(result.outcome.answer.body, "thanks");
  EXPECT_TRUE(requests().at(0).ends_with("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n11\r\n" +
                                         std::string(17, 'x') + "\r\n0\r\n\r\n"))
      << requests().at(0);
  EXPECT_EQ(client().stats().idle, 1u);
}

TEST_P(StreamedBodyTest, IsAskedForAgainWhenThereIsRoom) {
  Serve({{Ok("thanks")}});
  std::vector<std::string> pieces(100, std::string(100'000, 'x'));
  Result& result = Upload(To("/", "POST"), std::move(pieces));
  ASSERT_TRUE(TurnUntil([&] { return result.done; }));
  EXPECT_TRUE(result.outcome.ok()) << result.outcome.error.ToString();
  EXPECT_GT(writable_calls_, 3);
}

TEST_P(StreamedBodyTest, AnEmptyOneIsEmpty) {
  Serve({{Ok("thanks")}});
  Result& result = Upload(To("/", "POST"), {});
  ASSERT_TRUE(TurnUntil([&] { return result.done; }));
  EXPECT_TRUE(requests().at(0).ends_with("chunked\r\n\r\n0\r\n\r\n"));
}

TEST_P(StreamedBodyTest, ARefusalEndsIt) {
  Listener* listener = Listen([](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view bytes) {
      if (bytes.find("\r\n\r\n") == std::string_view::npos) return size_t{0};
      connection.Send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
      return bytes.size();
    };
  });
  server = listener->endpoint();
  std::vector<std::string> pieces(2000, std::string(100'000, 'x'));
  Result& result = Upload(To("/", "POST"), std::move(pieces));
  ASSERT_TRUE(TurnUntil([&] { return result.done; }));
  EXPECT_EQ(result.outcome.answer.status, 413);
  EXPECT_EQ(result.outcome.answer.body, "no");
  EXPECT_EQ(client().stats().connections, 0u) << "the rest of the body would be read as a request";
  EXPECT_FALSE(client().Write(result.id, "x"));
}

TEST_P(RequestTest, AnAnswerBeforeTheBodyIsReadIsHeard) {
  Listener* listener = Listen([](Peer& peer) {
    peer.on_data = [](Connection& connection, std::string_view bytes) {
      connection.Send("HTTP/1.1 401 No\r\nContent-Length: 5\r\n\r\nfirst");
      connection.PauseReading();  // it reads nothing of what is still to come
      return bytes.size();
    };
  });
  server = listener->endpoint();
  Http1FetchRequest request = To("/", "PUT");
  request.body = std::string(32 << 20, 'x');
  const Http1Outcome& outcome = FetchNow(std::move(request));
  EXPECT_TRUE(outcome.ok()) << outcome.error.ToString();
  EXPECT_EQ(outcome.answer.status, 401);
  EXPECT_EQ(outcome.answer.body, "first");
  EXPECT_EQ(client().stats().connections, 0u);
}

class ContinueTest : public HttpClientTest {
 protected:
  // Answers the head with `at_head`, and what follows with `at_body`.
  void ServeHead(std::string at_head, std::string at_body) {
    Listener* listener = Listen([this, at_head, at_body](Peer& peer) {
      peer.on_data = [this, &peer, at_head, at_body](Connection& connection,
                                                     std::string_view bytes) -> size_t {
        if (!peer.received.empty()) {
          body_ += bytes;
          if (body_.size() == 4) connection.Send(at_body);
          return bytes.size();
        }
        const size_t end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) return 0;
        EXPECT_NE(bytes.find("\r\nExpect: 100-continue\r\n"), std::string_view::npos);
        connection.Send(at_head);
        return end + 4;
      };
    });
    server = listener->endpoint();
  }
  Http1FetchRequest Expecting() {
    Http1FetchRequest request = To("/", "PUT");
    request.body = "body";
    request.expect_continue = true;
    return request;
  }
  std::string body_;
};
SLUICE_ON_EVERY_BACKEND(ContinueTest);

TEST_P(ContinueTest, TheBodyFollowsIt) {
  options.continue_timeout = 1h;
  ServeHead("HTTP/1.1 100 Continue\r\n\r\n", Ok("x"));
  EXPECT_TRUE(FetchNow(Expecting()).ok());
  EXPECT_EQ(body_, "body");
  EXPECT_EQ(client().stats().idle, 1u);
}

TEST_P(ContinueTest, TheBodyDoesNotWaitForEver) {
  options.continue_timeout = 5ms;
  ServeHead("", Ok("x"));
  EXPECT_TRUE(FetchNow(Expecting()).ok());
  EXPECT_EQ(body_, "body");
}

TEST_P(ContinueTest, ARefusalSavesTheBody) {
  options.continue_timeout = 1h;
  ServeHead("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", "");
  EXPECT_EQ(FetchNow(Expecting()).answer.status, 417);
  Settle();
  EXPECT_EQ(body_, "");
  EXPECT_EQ(client().stats().connections, 0u);
}

TEST_P(ContinueTest, ASilentServerIsGivenUpInTheEnd) {
  options.continue_timeout = 5ms;
  options.answer_timeout = 20ms;
  ServeHead("HTTP/1.1 100 Continue\r\n\r\n", "");
  const Http1Outcome& outcome = FetchNow(Expecting());
  EXPECT_EQ(outcome.error.code, Code::kTimeout);
  EXPECT_EQ(outcome.error.deadline, Http1Deadline::kAnswer);
  EXPECT_EQ(body_, "body");
}

}  // namespace
}  // namespace sluice::test
