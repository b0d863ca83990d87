// What comes of answers, whole, cut, malformed and too large.
#include <string>
#include <vector>

#include "tests/http_client/client_fixture.h"

namespace sluice::test {
namespace {

using Code = Http1FetchCode;
class AnswerTest : public HttpClientTest {};
SLUICE_ON_EVERY_BACKEND(AnswerTest);

TEST_P(AnswerTest, SaysWhatTheServerSaid) {
  Serve({{Ok("hello", "X-Tag: one\r\nx-tag: two\r\n")}});
  Http1FetchRequest request = To("/a?b=c");
  request.fields = {{"X-Mine", "yes"}};
  request.host = "example.com";
  const Http1Outcome& outcome = FetchNow(std::move(request));
  ASSERT_TRUE(outcome.ok()) << outcome.error.ToString();
  EXPECT_EQ(outcome.answer.status, 200);
  EXPECT_EQ(outcome.answer.reason, "OK");
  EXPECT_EQ(outcome.answer.body, "hello");
  EXPECT_EQ(outcome.answer.Find("x-TAG"), "one");
  EXPECT_EQ(outcome.answer.fields.size(), 3u);
  EXPECT_THAT(requests(), testing::ElementsAre(
                              "GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nX-Mine: yes\r\n\r\n"));
}

TEST_P(AnswerTest, WithoutAHostTheEndpointIsIt) {
  Serve({{Ok("")}});
  EXPECT_TRUE(FetchNow(To()).ok());
  EXPECT_EQ(requests().at(0), "GET / HTTP/1.1\r\nHost: " + server.ToString() + "\r\n\r\n");
}

struct Framed {
  const char* name;
  std::string method;
  std::string bytes;
  bool closes;  // the server, behind it
  uint16_t status;
  std::string body;
  bool kept;  // the connection serves the next request
};

const std::vector<Framed>& Framings() {
  static const std::vector<Framed> framings = {
      {"length", "GET", Ok("abc"), false, 200, "abc", true},
      {"empty", "GET", Ok(""), false, 200, "", true},
      {"chunked", "GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
       false, 200, "abcde", true},
      {"until close", "GET", "HTTP/1.1 200 OK\r\n\r\nuntil the end", true, 200, "until the end",
       false},
      {"until close, empty", "GET", "HTTP/1.1 200 OK\r\n\r\n", true, 200, "", false},
      {"HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", true, 200, "abc",
       false},
      {"HTTP/1.0 kept", "GET",
       "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc", false, 200,
       "abc", true},
      {"Connection: close", "GET", Ok("abc", "Connection: close\r\n"), true, 200, "abc", false},
      {"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", false, 200, "", true},
      {"HEAD, chunked", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false, 200,
       "", true},
      {"204", "DELETE", "HTTP/1.1 204 No Content\r\n\r\n", false, 204, "", true},
      {"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n", false, 304, "",
       true},
      {"interim", "GET",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + Ok("abc"),
       false, 200, "abc", true},
      {"an error", "GET", "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy", false, 503, "busy",
       true},
      {"without a reason", "GET", "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx", false, 200, "x",
       true},
  };
  return framings;
}

TEST_P(AnswerTest, EndsWhereItsFramingSays) {
  const Framed* now = nullptr;
  Serve([&](const std::string&, size_t) {
    return Reply{now->bytes, now->closes ? Reply::kClose : Reply::kStay};
  });
  for (const Framed& framed : Framings()) {
    SCOPED_TRACE(framed.name);
    now = &framed;
    const Http1Outcome& outcome = FetchNow(To("/", framed.method));
    EXPECT_TRUE(outcome.ok()) << outcome.error.ToString();
    EXPECT_EQ(outcome.answer.status, framed.status);
    EXPECT_EQ(outcome.answer.body, framed.body);
    EXPECT_EQ(client().stats().idle, framed.kept ? 1u : 0u);
    client().CloseIdleConnections();
    EXPECT_EQ(client().stats().connections, 0u);
  }
}

// In two pieces, cut at every place, and byte by byte.
TEST_P(AnswerTest, IsTheSameHoweverItIsCut) {
  const Framed* now = nullptr;
  size_t cut = 0;
  Listener* listener = Listen([&](Peer& peer) {
    peer.on_data = [&](Connection& connection, std::string_view bytes) {
      if (!bytes.ends_with("\r\n\r\n")) return size_t{0};
      connection.Send(std::string_view(now->bytes).substr(0, cut));
      return bytes.size();
    };
  });
  server = listener->endpoint();
  for (const Framed& framed : Framings()) {
    SCOPED_TRACE(framed.name);
    now = &framed;
    for (cut = 1; cut < framed.bytes.size(); ++cut) {
      SCOPED_TRACE(cut);
      Result& result = Fetch(To("/", framed.method));
      const size_t before = accepted_.size();
      ASSERT_TRUE(TurnUntil([&] { return accepted_.size() > before || accepted_.size() > 0; }));
      const auto served = [&] { return accepted_.back()->received_bytes > 0; };
      ASSERT_TRUE(TurnUntil(served));
      Settle(2);
      if (!result.done) {
        Of(accepted_.back()).Send(std::string_view(framed.bytes).substr(cut));
        if (framed.closes) Of(accepted_.back()).Close();
      }
      ASSERT_TRUE(TurnUntil([&] { return result.done; }));
      EXPECT_TRUE(result.outcome.ok()) << result.outcome.error.ToString();
      EXPECT_EQ(result.outcome.answer.status, framed.status);
      EXPECT_EQ(result.outcome.answer.body, framed.body);
      client().CloseIdleConnections();
      ASSERT_TRUE(TurnUntil([&] { return accepted_.back()->closed(); }));
      accepted_.clear();
    }
  }
}

TEST_P(AnswerTest, GivesTrailers) {
  Serve({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nSum: 7\r\n\r\n"}});
  const Http1Outcome& outcome = FetchNow(To());
  ASSERT_TRUE(outcome.ok());
  EXPECT_THAT(outcome.answer.trailers, testing::ElementsAre(Http1Header{"Sum", "7"}));
}

TEST_P(AnswerTest, MalformedOnesSayWhy) {
  struct Malformed {
    std::string bytes;
    Http1Error reason;
  };
  const std::vector<Malformed> cases = {
      {"HTTP/1.1 2000 OK\r\n\r\n", Http1Error::kBadStatusLine},
      {"HTTP/1.1 099 OK\r\n\r\n", Http1Error::kBadStatus},
      {"SSH-2.0-OpenSSH\r\n", Http1Error::kBadStatusLine},
      {"HTTP/2.0 200 OK\r\n\r\n", Http1Error::kUnsupportedVersion},
      {"HTTP/1.1 200 OK\nX: y\n\n", Http1Error::kBareLineFeed},
      {"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", Http1Error::kBadFieldName},
      {"HTTP/1.1 200 OK\r\nA : c\r\n\r\n", Http1Error::kSpaceBeforeColon},
      {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", Http1Error::kFoldedLine},
      {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Http1Error::kBadContentLength},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
       Http1Error::kRepeatedContentLength},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       Http1Error::kContentLengthAndChunked},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", Http1Error::kBadTransferEncoding},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Http1Error::kBadChunkSize},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
       Http1Error::kBadChunkEnd},
      {"HTTP/1.1 200 OK\r\nA: " + std::string(20'000, 'x') + "\r\n\r\n",
       Http1Error::kFieldLineTooLong},
  };
  const Malformed* now = nullptr;
  Serve([&](const std::string&, size_t) { return Reply{now->bytes}; });
  for (const Malformed& malformed : cases) {
    SCOPED_TRACE(malformed.bytes.substr(0, 80));
    now = &malformed;
    const Http1Outcome& outcome = FetchNow(To());
    EXPECT_EQ(outcome.error.code, Code::kMalformed);
    EXPECT_EQ(Http1ErrorText(outcome.error.reason), Http1ErrorText(malformed.reason));
    EXPECT_EQ(client().stats().connections, 0u) << "it is not used again";
  }
}

TEST_P(AnswerTest, CutOffOnesAreNeverWhole) {
  struct CutOff {
    std::string bytes;
    Http1Phase phase;
  };
  const std::vector<CutOff> cases = {
      {"", Http1Phase::kWaiting},
      {"HTTP/1.1 200", Http1Phase::kHead},
      {"HTTP/1.1 100 Continue\r\n\r\n", Http1Phase::kWaiting},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Http1Phase::kBody},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd", Http1Phase::kBody},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", Http1Phase::kBody},
  };
  const CutOff* now = nullptr;
  Reply::After after = Reply::kClose;
  Serve([&](const std::string&, size_t) { return Reply{now->bytes, after}; });
  for (const CutOff& cut_off : cases) {
    SCOPED_TRACE(cut_off.bytes);
    now = &cut_off;
    const Http1Outcome& outcome = FetchNow(To());
    EXPECT_EQ(outcome.error.code, Code::kCutOff);
    EXPECT_EQ(outcome.error.phase, cut_off.phase) << outcome.error.ToString();
    EXPECT_EQ(outcome.error.close.code, CloseCode::kPeerEnded);
  }
  after = Reply::kReset;
  const std::string until_close = "HTTP/1.1 200 OK\r\n\r\nabc";
  const CutOff reset{until_close, Http1Phase::kBody};
  now = &reset;
  EXPECT_EQ(FetchNow(To()).error.code, Code::kCutOff) << "a reset ends no body";
}

TEST_P(AnswerTest, TooLargeOnesEndAtOnce) {
  options.answer_bytes_max = 10;
  const std::vector<std::string> cases = {
      "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n",  // known before the first byte
      "HTTP/1.1 200 OK\r\n\r\n01234567890",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\nabcde\r\n",
  };
  std::string now;
  Serve([&](const std::string&, size_t) { return Reply{now}; });
  for (const std::string& bytes : cases) {
    SCOPED_TRACE(bytes);
    now = bytes;
    const Http1Outcome& outcome = FetchNow(To());
    EXPECT_EQ(outcome.error.code, Code::kTooLarge);
    EXPECT_EQ(outcome.answer.status, 200) << "what is known of it is told";
    const bool announced = bytes.find("Content-Length") != std::string::npos;
    EXPECT_EQ(outcome.answer.body.size(), announced ? 0u : 10u);
  }
  now = Ok("0123456789");
  EXPECT_TRUE(FetchNow(To()).ok()) << "the limit itself is not above it";
}

TEST_P(AnswerTest, StreamedOnesHaveNoSuchLimit) {
  options.answer_bytes_max = 10;
  const std::string body = Payload(1, 300'000);
  Serve({{Ok(body)}});
  Result& result = FetchStreamed(To());
  ASSERT_TRUE(TurnUntil([&] { return result.done; }));
  EXPECT_TRUE(result.outcome.ok()) << result.outcome.error.ToString();
  EXPECT_TRUE(result.streamed == body);
  EXPECT_EQ(result.outcome.answer.body, "");
}

TEST_P(AnswerTest, EndlessInterimAnswersEndIt) {
  std::string bytes;
  for (int i = 0; i < 17; ++i) bytes += "HTTP/1.1 102 Processing\r\n\r\n";
  Serve({{bytes + Ok("late")}});
  EXPECT_EQ(FetchNow(To()).error.code, Code::kTooManyInterim);
  options.interim_max = 17;
  DestroyClient();
  EXPECT_TRUE(FetchNow(To()).ok());
}

TEST_P(AnswerTest, NobodyAskedForAnotherProtocol) {
  Serve({{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"}});
  EXPECT_EQ(FetchNow(To()).error.code, Code::kUnasked);
}

TEST_P(AnswerTest, BytesBehindAnAnswerAreNobodys) {
  Serve({{Ok("one") + Ok("two")}, {Ok("three")}});
  EXPECT_EQ(FetchNow(To()).answer.body, "one");
  Settle();
  EXPECT_EQ(client().stats().idle, 0u);
  EXPECT_EQ(FetchNow(To()).answer.body, "three");
}

TEST_P(AnswerTest, APausedBodyWaits) {
  const std::string body = Payload(1, 4 << 20);
  Serve({{Ok(body)}});
  Result result;
  bool paused = false;
  Http1FetchFunctions functions;
  functions.piece = [&](Http1FetchId id, std::string_view piece) {
    EXPECT_FALSE(paused) << "nothing comes while it is paused";
    result.streamed += piece;
    client().Pause(id);
    paused = true;
  };
  functions.done = [&](Http1Outcome outcome) {
    result.done = true;
    result.outcome = std::move(outcome);
  };
  const Http1FetchId id = client().Fetch(To(), std::move(functions));
  int pauses = 0;
  while (!result.done) {
    ASSERT_TRUE(TurnUntil([&] { return paused || result.done; }));
    Settle(1);
    ++pauses;
    paused = false;
    client().Resume(id);
  }
  EXPECT_GT(pauses, 2);
  EXPECT_TRUE(result.outcome.ok()) << result.outcome.error.ToString();
  EXPECT_TRUE(result.streamed == body);
  EXPECT_EQ(client().stats().idle, 1u);
  EXPECT_TRUE(FetchNow(To()).ok()) << "the connection reads on";
  EXPECT_EQ(accepted_.size(), 1u);
}

TEST_P(AnswerTest, PausedOnItsHeadItStillEndsWithoutABody) {
  Serve({{Ok("")}, {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"}});
  bool done = false;
  Http1FetchId id;
  const auto fetch = [&] {
    done = false;
    Http1FetchFunctions functions;
    functions.head = [&](Http1FetchId of, const Http1Answer&) { client().Pause(of); };
    functions.done = [&](Http1Outcome outcome) { done = outcome.ok(); };
    id = client().Fetch(To(), std::move(functions));
  };
  fetch();
  ASSERT_TRUE(TurnUntil([&] { return done; }));
  fetch();
  Settle();
  EXPECT_FALSE(done) << "its body is still to come";
  client().Resume(id);
  ASSERT_TRUE(TurnUntil([&] { return done; }));
}

}  // namespace
}  // namespace sluice::test
