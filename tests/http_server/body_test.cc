// Bodies of requests: gathered, streamed, paused, refused, dropped.
#include "tests/http_server/server_fixture.h"

namespace sluice::test {
namespace {

class BodyTest : public HttpServerTest {};

std::string Chunked(std::string_view target, std::string_view fields = "") {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" +
         std::string(fields) + "\r\n";
}

TEST_P(BodyTest, IsGathered) {
  const PeerPtr client = Send(Post("/echo", "first"));
  SendMore(client, "");
  ASSERT_EQ(Receive(client, 1)[0].body, "first");
  SendMore(client, Chunked("/echo") + "3\r\nsec\r\n");
  Settle();
  SendMore(client, "3\r\nond\r\n0\r\n\r\n");
  EXPECT_EQ(Receive(client, 2)[1].body, "second");
}

TEST_P(BodyTest, IsStreamed) {
  const std::string body(3 << 20, 's');
  EXPECT_EQ(Ask(Post("/count", body)).body, std::to_string(body.size()));
}

TEST_P(BodyTest, ComesOnlyWhileItIsNotPaused) {
  std::string received;
  server().Post("/pausing", [&](Http1Exchange& e) {
    later["it"] = e.Later();
    e.StreamBody([&](Http1Exchange& exchange, std::string_view piece, bool last) {
      received += piece;
      if (last) return exchange.Reply(std::to_string(received.size()));
      exchange.PauseBody();
    });
  });
  const std::string body(1 << 20, 'p');
  const PeerPtr client = Send(Post("/pausing", body) + Get("/"));
  ASSERT_TRUE(TurnUntil([&] { return !received.empty(); }));
  Settle();
  size_t paused = 0;
  while (Http1Exchange* exchange = FindLater("it")) {
    const size_t before = received.size();
    Settle(2);
    ASSERT_EQ(received.size(), before) << "a piece came while the body was paused";
    ++paused;
    exchange->ResumeBody();
    ASSERT_TRUE(TurnUntil([&] { return received.size() > before || FindLater("it") == nullptr; }));
  }
  EXPECT_GT(paused, 1U);
  EXPECT_EQ(received.size(), body.size());
  EXPECT_EQ(Statuses(Receive(client, 2)), "200 200");
}

TEST_P(BodyTest, MayBePausedAtItsLastByteWithTheClientsEndBehindIt) {
  server().Post("/pausing", [this](Http1Exchange& e) {
    later["it"] = e.Later();
    e.StreamBody([](Http1Exchange& exchange, std::string_view, bool last) {
      if (last) return exchange.Reply("all");
      exchange.PauseBody();
    });
  });
  const PeerPtr client = SendAndEnd(Post("/pausing", "body"));
  ASSERT_TRUE(TurnUntil([&] { return FindLater("it") != nullptr; }));
  Settle();
  FindLater("it")->ResumeBody();
  EXPECT_EQ(Statuses(Receive(client, 0)), "200");
}

TEST_P(BodyTest, IsNotReadBeforeAnybodyAsks) {
  const PeerPtr client = Send(Post("/later/x", "the body") + Get("/"));
  ASSERT_TRUE(TurnUntil([&] { return later.contains("x"); }));
  Settle();
  FindLater("x")->ReadBody(100, [](Http1Exchange& e, std::string_view body) { e.Reply(body); });
  const std::vector<Answer> answers = Receive(client, 2);
  ASSERT_EQ(Statuses(answers), "200 200");
  EXPECT_EQ(answers[0].body, "the body");
}

TEST_P(BodyTest, ThatIsEmptyIsGivenToWhoAsksLater) {
  const PeerPtr client = Send(Post("/later/x", ""));
  ASSERT_TRUE(TurnUntil([&] { return later.contains("x"); }));
  FindLater("x")->StreamBody([](Http1Exchange& e, std::string_view piece, bool last) {
    e.Reply(std::string(piece) + (last ? "last" : "more"));
  });
  EXPECT_EQ(Receive(client, 1)[0].body, "last");
}

TEST_P(BodyTest, IsToldToComeWhereTheClientWaits) {
  const PeerPtr client =
      Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_EQ(Statuses(Receive(client, 1)), "100");
  Settle();
  EXPECT_EQ(client->received, "HTTP/1.1 100 Continue\r\n\r\n");
  SendMore(client, "text");
  EXPECT_EQ(Statuses(Receive(client, 2)), "100 200");
}

TEST_P(BodyTest, IsNotToldToComeWhereItDoes) {
  EXPECT_EQ(Ask(Post("/echo", "text", "Expect: 100-continue\r\n")).status, 200);
}

TEST_P(BodyTest, IsNotToldToComeWhereItIsRefused) {
  for (const std::string_view request :
       {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 65\r\nExpect: 100-continue\r\n\r\n",
        "POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: 65\r\nExpect: 100-continue\r\n\r\n"}) {
    const std::vector<Answer> answers = Receive(Send(request), 0);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_GE(answers[0].status, 400);
    EXPECT_TRUE(answers[0].Has("Connection: close"));
  }
}

TEST_P(BodyTest, NeverTellsAnHttp10ClientToGoOn) {
  const PeerPtr client =
      Send("POST /echo HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  Settle();
  EXPECT_EQ(client->received, "");
  SendMore(client, "text");
  EXPECT_EQ(Statuses(Receive(client, 0)), "200");
}

TEST_P(BodyTest, ThatNobodyWantsIsDroppedUpToALimit) {
  options.drop_bytes_max = 1000;
  const auto put = [](size_t size) {
    return "PUT /unread HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) +
           "\r\n\r\n" + std::string(size, 'd');
  };
  EXPECT_EQ(Statuses(Receive(Send(put(1000) + Get("/")), 2)), "201 200");
  const std::vector<Answer> answers = Receive(Send(put(1001) + Get("/")), 0);
  ASSERT_EQ(Statuses(answers), "201");
  EXPECT_TRUE(answers[0].Has("Connection: close"));
}

TEST_P(BodyTest, InChunksThatNobodyWantsIsDroppedUpToALimit) {
  options.drop_bytes_max = 1000;
  const std::string chunk = "1f4\r\n" + std::string(500, 'd') + "\r\n";
  const std::string head = Chunked("/nowhere");
  EXPECT_EQ(Statuses(Receive(Send(head + chunk + chunk + "0\r\n\r\n" + Get("/")), 2)), "404 200");
  EXPECT_EQ(Statuses(Receive(Send(head + chunk + chunk + chunk + "0\r\n\r\n" + Get("/")), 0)),
            "404");
}

TEST_P(BodyTest, MayBeAnsweredBeforeItEnds) {
  server().Post("/early", [](Http1Exchange& e) {
    e.StreamBody([](Http1Exchange& exchange, std::string_view, bool) {
      if (!exchange.begun()) exchange.Reply(403);
    });
  });
  const PeerPtr client = Send(Chunked("/early") + "3\r\nabc\r\n");
  ASSERT_EQ(Statuses(Receive(client, 1)), "403");
  SendMore(client, "3\r\nabc\r\n0\r\n\r\n" + Get("/"));
  EXPECT_EQ(Statuses(Receive(client, 2)), "403 200");
}

TEST_P(BodyTest, MayBeSentBackAsItComes) {
  server().Post("/mirror", [](Http1Exchange& e) {
    e.Begin(200, "application/octet-stream");
    e.StreamBody([](Http1Exchange& exchange, std::string_view piece, bool last) {
      exchange.Write(piece);
      if (last) exchange.End();
    });
  });
  const std::string body(2 << 20, 'm');
  const Answer answer = Ask(Post("/mirror", body));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body == body);
}

TEST_P(BodyTest, ThatIsBrokenTellsItsHandler) {
  bool gone = false;
  int pieces = 0;
  server().Post("/broken", [&](Http1Exchange& e) {
    e.OnGone([&](Http1Exchange&) { gone = true; });
    e.StreamBody([&](Http1Exchange&, std::string_view, bool) { ++pieces; });
  });
  EXPECT_EQ(Statuses(Receive(Send(Chunked("/broken") + "2\r\nab\r\nzz"), 0)), "400");
  EXPECT_TRUE(gone);
  EXPECT_EQ(pieces, 1);
}

TEST_P(BodyTest, ThatEndsTooSoonIsRefused) {
  const PeerPtr client =
      SendAndEnd("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nshort");
  EXPECT_EQ(Statuses(Receive(client, 0)), "400");
}

TEST_P(BodyTest, OfAnAnswerThatBeganCutsItOffWhereItBreaks) {
  server().Post("/begun", [&](Http1Exchange& e) {
    e.Begin(200, "");
    e.StreamBody([](Http1Exchange& exchange, std::string_view piece, bool last) {
      exchange.Write(piece);
      if (last) exchange.End();
    });
  });
  EXPECT_EQ(Statuses(Receive(Send(Chunked("/begun") + "2\r\nab\r\nzz"), 0)), "200(cut)");
}

// An interim answer cannot stand within another one.
TEST_P(BodyTest, IsNotToldToComeWhereTheAnswerHasBegun) {
  server().Post("/begins", [](Http1Exchange& e) {
    e.Begin(200, "text/plain");
    e.Write("begun,");
    e.StreamBody([](Http1Exchange& exchange, std::string_view piece, bool last) {
      exchange.Write(piece);
      if (last) exchange.End();
    });
  });
  const PeerPtr client =
      Send("POST /begins HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(TurnUntil([&] { return client->received.ends_with("begun,\r\n"); }));
  Settle();
  EXPECT_EQ(client->received.find("100 Continue"), std::string::npos) << client->received;
  SendMore(client, "text");
  const std::vector<Answer> answers = Receive(client, 0);
  ASSERT_EQ(Statuses(answers), "200");
  EXPECT_EQ(answers[0].body, "begun,text");
}

SLUICE_ON_EVERY_BACKEND(BodyTest);

}  // namespace
}  // namespace sluice::test
