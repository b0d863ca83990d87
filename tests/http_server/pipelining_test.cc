// Many requests at once: answers in order, bounds, one send.
#include "tests/http_server/server_fixture.h"

namespace sluice::test {
namespace {

class PipeliningTest : public HttpServerTest {
 protected:
  void AnswerLater(const std::string& name) {
    Http1Exchange* exchange = FindLater(name);
    ASSERT_NE(exchange, nullptr) << name;
    exchange->Reply(name);
  }
  static std::string Bodies(const std::vector<Answer>& answers) {
    std::string text;
    for (const Answer& answer : answers) text += (text.empty() ? "" : " ") + answer.body;
    return text;
  }
  bool Asked(size_t count) {
    return TurnUntil([&] { return later.size() == count; });
  }
};

TEST_P(PipeliningTest, AnswersInOrderWhicheverIsReadyFirst) {
  const PeerPtr client =
      Send(Get("/later/a") + Get("/later/b") + Get("/users/c") + Get("/later/d"));
  ASSERT_TRUE(Asked(3));
  AnswerLater("d");
  AnswerLater("b");
  Settle();
  EXPECT_EQ(client->received, "");
  AnswerLater("a");
  EXPECT_EQ(Bodies(Receive(client, 4)), "a b c d");
}

TEST_P(PipeliningTest, HoldsNoMoreThanOutputMayBeUnsent) {
  listener_options.limits.output_bytes_max = 256 << 10;
  server().Get("/flood", [this](Http1Exchange& e) {
    e.Begin(200, "text/plain");
    later["flood"] = e.Later();
  });
  const PeerPtr client = Send(Get("/later/a") + Get("/flood"));
  ASSERT_TRUE(Asked(2));
  const std::string piece(64 << 10, 'f');
  size_t written = 0;
  while (Http1Exchange* flood = FindLater("flood")) {
    ASSERT_LE(written, listener_options.limits.output_bytes_max) << "and nobody ends it";
    flood->Write(piece);
    written += piece.size();
    Settle();
  }
  EXPECT_TRUE(TurnUntil([&] { return client->closed(); }));
}

TEST_P(PipeliningTest, HoldsAStreamUntilItsTurn) {
  const PeerPtr client = Send(Get("/later/a") + Get("/chunks") + Get("/users/c"));
  ASSERT_TRUE(Asked(1));
  AnswerLater("a");
  EXPECT_EQ(Bodies(Receive(client, 3)), "a one,two c");
}

TEST_P(PipeliningTest, CallsASenderWhenItIsItsTurn) {
  int called = 0;
  server().Get("/from", [&](Http1Exchange& e) {
    e.ReplyFrom(200, "", 4, [&](Connection& connection) {
      ++called;
      connection.Send("file");
    });
  });
  const PeerPtr client = Send(Get("/later/a") + Get("/from") + Get("/users/c"));
  ASSERT_TRUE(Asked(1));
  Settle();
  EXPECT_EQ(called, 0);
  AnswerLater("a");
  EXPECT_EQ(Bodies(Receive(client, 3)), "a file c");
  EXPECT_EQ(called, 1);
}

TEST_P(PipeliningTest, TakesNoMoreThanItsCapAtOnce) {
  options.pending_max = 3;
  std::string requests;
  for (const char name : std::string("abcdefgh")) requests += Get(std::string("/later/") + name);
  const PeerPtr client = Send(requests);
  ASSERT_TRUE(Asked(3));
  Settle();
  EXPECT_EQ(later.size(), 3U);
  AnswerLater("b");  // not the first: nothing leaves, nothing more is taken
  Settle();
  EXPECT_EQ(later.size(), 3U);
  AnswerLater("a");
  ASSERT_TRUE(Asked(5));
  for (const char* name : {"e", "d", "c"}) AnswerLater(name);
  ASSERT_TRUE(Asked(8));
  for (const char* name : {"f", "g", "h"}) AnswerLater(name);
  EXPECT_EQ(Bodies(Receive(client, 8)), "a b c d e f g h");
}

TEST_P(PipeliningTest, ARequestThatIsNotSafeWaitsForThoseBeforeIt) {
  const PeerPtr client =
      Send(Get("/later/a") + "POST /later/b HTTP/1.1\r\nHost: h\r\n\r\n" + Get("/later/c"));
  ASSERT_TRUE(Asked(1));
  Settle();
  EXPECT_EQ(later.size(), 1U);
  AnswerLater("a");
  ASSERT_TRUE(Asked(2));
  Settle();
  EXPECT_EQ(later.size(), 2U);
  AnswerLater("b");
  ASSERT_TRUE(Asked(3));
  AnswerLater("c");
  EXPECT_EQ(Bodies(Receive(client, 3)), "a b c");
}

TEST_P(PipeliningTest, RefusesBehindTheAnswersThatAreDue) {
  const PeerPtr client = Send(Get("/later/a") + "GET / HTTP/1.1\r\n\r\n" + Get("/"));
  ASSERT_TRUE(Asked(1));
  Settle();
  EXPECT_EQ(client->received, "");
  AnswerLater("a");
  EXPECT_EQ(Statuses(Receive(client, 0)), "200 400");
}

TEST_P(PipeliningTest, AnswersOfABatchLeaveInOneSend) {
  std::string requests;
  for (int i = 0; i < 16; ++i) requests += Get("/");
  const PeerPtr client = Send("");
  ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
  const uint64_t sends = loop().stats().sends;
  SendMore(client, requests);
  EXPECT_EQ(Receive(client, 16).size(), 16U);
  EXPECT_EQ(loop().stats().sends - sends, 2U) << "the client's and the server's";
}

TEST_P(PipeliningTest, StopsReadingWhileTheClientDoesNotRead) {
  listener_options.limits.output_high_water_bytes = 64 << 10;
  listener_options.limits.output_low_water_bytes = 16 << 10;
  static const std::string kBody(8 << 10, 'b');
  int asked = 0;
  server().Get("/large", [&](Http1Exchange& e) {
    ++asked;
    e.Reply(200, "", kBody);
  });
  constexpr int kRequests = 5000;
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += Get("/large");
  const PeerPtr client = Send("", [](Peer& peer) {
    peer.on_open = [](Connection& connection) { connection.PauseReading(); };
    peer.keep_bytes = false;
  });
  ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
  Of(client).PauseReading();
  SendMore(client, requests);
  int before = -1;
  ASSERT_TRUE(TurnUntil([&] {
    Settle(5);
    return std::exchange(before, asked) == asked && asked > 0;
  }));
  EXPECT_LT(asked, kRequests);
  Of(client).ResumeReading();
  EXPECT_TRUE(TurnUntil(
      [&] { return asked == kRequests && client->received_bytes > kRequests * kBody.size(); }));
}

TEST_P(PipeliningTest, EndsWithTheAnswersThatAreDueWhenTheLoopStops) {
  const PeerPtr waiting = Send(Get("/later/a"), script::Stay);
  const PeerPtr idle = Send(Get("/"), script::Stay);
  ASSERT_TRUE(Asked(1));
  Receive(idle, 1);
  loop().Stop(10s);
  ASSERT_TRUE(TurnUntil([&] { return idle->ends == 1; }));
  EXPECT_EQ(waiting->ends, 0);
  AnswerLater("a");
  ASSERT_TRUE(TurnUntil([&] { return waiting->ends == 1; }));
  const std::vector<Answer> answers = Receive(waiting, 1);
  ASSERT_EQ(Statuses(answers), "200");
  EXPECT_TRUE(answers[0].Has("Connection: close"));
}

SLUICE_ON_EVERY_BACKEND(PipeliningTest);

}  // namespace
}  // namespace sluice::test
