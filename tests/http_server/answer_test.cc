// Answers: heads, framing, streams, later.
#include <thread>

#include "tests/http_server/server_fixture.h"

namespace sluice::test {
namespace {

class AnswerTest : public HttpServerTest {};

TEST_P(AnswerTest, HasTypeLengthAndDate) {
  const Answer answer = Ask(Get("/"));
  EXPECT_EQ(answer.head,
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(answer.body, "hello");
}

TEST_P(AnswerTest, ToHeadIsThatToGetWithoutItsBody) {
  const PeerPtr client = Send("HEAD / HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1\r\n\r\n" + Get("/"));
  const std::vector<Answer> answers = Receive(client, 2, "H");
  ASSERT_EQ(Statuses(answers), "200 200");
  EXPECT_EQ(answers[0].head, answers[1].head);
  EXPECT_EQ(answers[0].body, "");
}

TEST_P(AnswerTest, To405SaysWhatIsAllowed) {
  EXPECT_TRUE(Ask(Post("/", "")).Has("Allow: GET, HEAD, OPTIONS"));
  EXPECT_TRUE(Ask("OPTIONS /echo HTTP/1.1\r\nHost: h\r\n\r\n").Has("Allow: POST, OPTIONS"));
  EXPECT_TRUE(
      Ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").Has("Allow: GET, HEAD, POST, PUT, OPTIONS"));
}

TEST_P(AnswerTest, OfHttp10SaysWhetherTheConnectionGoesOn) {
  EXPECT_TRUE(
      Ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").Has("Connection: keep-alive"));
  EXPECT_TRUE(Ask("GET / HTTP/1.0\r\n\r\n").Has("Connection: close"));
}

TEST_P(AnswerTest, InPiecesIsChunked) {
  const Answer answer = Ask(Get("/chunks"));
  EXPECT_TRUE(answer.Has("Transfer-Encoding: chunked"));
  EXPECT_EQ(answer.body, "one,two");
}

TEST_P(AnswerTest, InPiecesEndsWithTheConnectionInHttp10) {
  const PeerPtr client = Send("GET /chunks HTTP/1.0\r\n\r\n");
  const std::vector<Answer> answers = Receive(client, 0);
  ASSERT_EQ(Statuses(answers), "200");
  EXPECT_EQ(answers[0].head.find("chunked"), std::string::npos);
  EXPECT_EQ(answers[0].body, "one,two");
}

TEST_P(AnswerTest, MayHaveFields) {
  server().Get("/fields", [](Http1Exchange& e) {
    EXPECT_TRUE(e.AddHeader("X-One", "1"));
    EXPECT_TRUE(e.AddHeader("X-Two", "a, b"));
    e.Reply("x");
  });
  const Answer answer = Ask(Get("/fields"));
  EXPECT_TRUE(answer.Has("X-One: 1")) << answer.head;
  EXPECT_TRUE(answer.Has("X-Two: a, b")) << answer.head;
}

// What was said before is said again only where all of it is the same.
TEST_P(AnswerTest, SaysWhatItsOwnHandlerSays) {
  struct Said {
    int status;
    std::string type;
    std::string field;
    std::string body;
  };
  const std::string long_type = "text/" + std::string(100, 'x');
  const std::vector<Said> all = {
      {200, "text/plain", "", "12345"},
      {200, "text/plain", "", "abcde"},
      {404, "text/plain", "", "abcde"},
      {200, "text/plain", "", "abcd"},
      {200, "text/plaim", "", "abcd"},
      {200, "", "", "abcd"},
      {200, "", "X: 1", "abcd"},
      {200, "", "X: 2", "abcd"},
      {200, "", "", "abcd"},
      {200, long_type, "", "abcd"},
      {200, long_type, "X: 1", "abcd"},
      {200, "text/plain", "X: 1", ""},
      {200, "text/plain", "X: 12", "ab"},
  };
  size_t next = 0;
  server().Get("/said", [&](Http1Exchange& e) {
    const Said& said = all[next++];
    if (!said.field.empty()) e.AddHeader("X", said.field.substr(3));
    e.Reply(said.status, said.type, said.body);
  });
  std::string requests;
  for (size_t i = 0; i < all.size(); ++i) requests += Get("/said");
  const std::vector<Answer> answers = Receive(Send(requests), all.size());
  ASSERT_EQ(answers.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const Said& said = all[i];
    std::string head = said.status == 200 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n";
    head.append(kDateField).append("\r\n");
    if (!said.type.empty()) head += "Content-Type: " + said.type + "\r\n";
    head += "Content-Length: " + std::to_string(said.body.size()) + "\r\n";
    if (!said.field.empty()) head += said.field + "\r\n";
    EXPECT_EQ(answers[i].head, head + "\r\n") << i;
    EXPECT_EQ(answers[i].body, said.body) << i;
  }
}

// The connection's end and HTTP/1.0 have a field of their own.
TEST_P(AnswerTest, SaysOfTheConnectionWhatItsOwnRequestAsksFor) {
  const PeerPtr client = Send(Get("/") + "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" +
                              Get("/") + Get("/", "Connection: close\r\n"));
  const std::vector<Answer> answers = Receive(client, 4);
  ASSERT_EQ(Statuses(answers), "200 200 200 200");
  EXPECT_TRUE(answers[1].Has("Connection: keep-alive"));
  EXPECT_EQ(answers[2].head, answers[0].head);
  EXPECT_EQ(answers[2].head.find("Connection"), std::string::npos);
  EXPECT_TRUE(answers[3].Has("Connection: close"));
}

// Wherever in the value, and only there.
TEST_P(AnswerTest, MayHaveFieldsOfAllBytesButControlBytes) {
  int wrong = 0;
  server().Get("/bytes", [&](Http1Exchange& e) {
    for (const size_t size : {1U, 7U, 8U, 9U, 20U}) {
      for (size_t at = 0; at < size; ++at) {
        for (int byte = 0; byte < 256; ++byte) {
          std::string value(size, 'v');
          value[at] = static_cast<char>(byte);
          const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
          if (e.AddHeader("X", value) == control) ++wrong;
        }
      }
    }
    e.Reply("x");
  });
  EXPECT_EQ(Ask(Get("/bytes")).status, 500);
  EXPECT_EQ(wrong, 0);
}

TEST_P(AnswerTest, IsA500WhereAFieldCouldEndTheHead) {
  struct Bad {
    std::string_view name, value;
  };
  static constexpr Bad kBad[] = {{"X", "a\r\nSet-Cookie: b"},
                                 {"X", "a\nb"},
                                 {"", "x"},
                                 {"X Y", "x"},
                                 {"Date", "x"},
                                 {"X", "a\x7f"},
                                 {"content-length", "3"},
                                 {"Connection", "close"}};
  for (size_t i = 0; i < std::size(kBad); ++i) {
    server().Get("/bad/" + std::to_string(i), [i](Http1Exchange& e) {
      EXPECT_FALSE(e.AddHeader(kBad[i].name, kBad[i].value));
      e.Reply("not this");
    });
  }
  for (size_t i = 0; i < std::size(kBad); ++i) {
    SCOPED_TRACE(i);
    const Answer answer = Ask(Get("/bad/" + std::to_string(i)));
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.head.find("Cookie"), std::string::npos);
  }
}

TEST_P(AnswerTest, MayBeLargeStaticOrSentByAFunction) {
  static const std::string kLarge(1 << 20, 'L');
  server().Get("/copied", [](Http1Exchange& e) { e.Reply(200, "", kLarge); });
  server().Get("/static", [](Http1Exchange& e) { e.ReplyStatic(200, "", kLarge); });
  server().Get("/from", [](Http1Exchange& e) {
    e.ReplyFrom(200, "", kLarge.size(), [](Connection& c) { c.SendStatic(kLarge); });
  });
  server().Get("/sized", [](Http1Exchange& e) {
    e.Begin(200, "", kLarge.size());
    e.Write(std::string_view(kLarge).substr(0, 10));
    e.Write(std::string_view(kLarge).substr(10));
    e.End();
  });
  const PeerPtr client = Send(Get("/copied") + Get("/static") + Get("/from") + Get("/sized") +
                              "HEAD /from HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::vector<Answer> answers = Receive(client, 5, "GGGGH");
  ASSERT_EQ(Statuses(answers), "200 200 200 200 200");
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(answers[i].body == kLarge) << i;
  EXPECT_TRUE(answers[4].Has("Content-Length: 1048576"));
}

TEST_P(AnswerTest, ThatEndsTooSoonIsCutOff) {
  server().Get("/short", [](Http1Exchange& e) {
    e.Begin(200, "", 10);
    e.Write("nine.....");
    e.End();
  });
  EXPECT_EQ(Statuses(Receive(Send(Get("/short") + Get("/")), 0)), "200(cut)");
}

TEST_P(AnswerTest, MayComeLater) {
  const PeerPtr client = Send(Get("/later/a"));
  ASSERT_TRUE(TurnUntil([&] { return later.contains("a"); }));
  Settle();
  EXPECT_EQ(client->received, "");
  FindLater("a")->Reply("at last");
  EXPECT_EQ(FindLater("a"), nullptr);
  const std::vector<Answer> answers = Receive(client, 1);
  ASSERT_EQ(Statuses(answers), "200");
  EXPECT_EQ(answers[0].body, "at last");
}

TEST_P(AnswerTest, MayComeFromATimer) {
  std::unique_ptr<Timer> timer;
  server().Get("/timer", [&](Http1Exchange& e) {
    timer = std::make_unique<Timer>(
        loop(), [this, id = e.Later()] { Http1Exchange::Find(loop(), id)->Reply("rang"); });
    timer->ArmAfter(2ms);
  });
  EXPECT_EQ(Ask(Get("/timer")).body, "rang");
}

TEST_P(AnswerTest, MayComeFromAnotherThread) {
  std::thread other;
  server().Get("/thread", [&](Http1Exchange& e) {
    Loop& loop = e.loop();
    other = std::thread([&loop, id = e.Later()] {
      loop.Post([&loop, id] { Http1Exchange::Find(loop, id)->Reply("from there"); });
    });
  });
  const PeerPtr client = Send(Get("/thread"));
  ASSERT_TRUE(TurnUntil([&] { return other.joinable(); }));
  other.join();
  EXPECT_EQ(Receive(client, 1)[0].body, "from there");
}

TEST_P(AnswerTest, FindsNobodyOnceTheClientIsGone) {
  bool gone = false;
  server().Get("/gone", [&](Http1Exchange& e) {
    e.OnGone([&](Http1Exchange& exchange) {
      gone = true;
      exchange.Reply("nobody reads this");
    });
    later["gone"] = e.Later();
  });
  const PeerPtr client = Send(Get("/gone"));
  ASSERT_TRUE(TurnUntil([&] { return later.contains("gone"); }));
  loop().Find(client->id)->Abort();
  ASSERT_TRUE(TurnUntil([&] { return gone; }));
  EXPECT_EQ(FindLater("gone"), nullptr);
}

TEST_P(AnswerTest, ThatIsStreamedWaitsForASlowClient) {
  listener_options.limits.output_high_water_bytes = 64 << 10;
  listener_options.limits.output_low_water_bytes = 16 << 10;
  const std::string piece(16 << 10, 'p');
  constexpr int kPieces = 200;
  int written = 0;
  size_t unsent_max = 0;
  const auto write = [&](Http1Exchange& e) {
    while (written < kPieces && e.unsent_bytes() <= 64 << 10) {
      e.Write(piece);
      ++written;
      unsent_max = std::max(unsent_max, e.unsent_bytes());
    }
    if (written == kPieces) e.End();
  };
  server().Get("/pieces", [&](Http1Exchange& e) {
    e.Begin(200, "text/plain");
    e.OnDrain(write);
    write(e);
  });
  const PeerPtr client = Send(Get("/pieces"));
  const std::vector<Answer> answers = Receive(client, 1);
  ASSERT_EQ(Statuses(answers), "200");
  EXPECT_EQ(answers[0].body.size(), kPieces * piece.size());
  EXPECT_LE(unsent_max, (64 << 10) + piece.size() + 16);
}

// The function that runs goes on, and is another one's turn the next time.
TEST_P(AnswerTest, MayNameAnotherFunctionWhileItDrains) {
  const std::string much(256 << 10, 'm');
  server().Get("/two", [&](Http1Exchange& e) {
    e.Begin(200, "text/plain");
    e.OnDrain([&, mark = std::string(64, '1')](Http1Exchange& first) {
      first.OnDrain([mark = std::string(64, '2')](Http1Exchange& second) {
        second.Write(mark);
        second.End();
      });
      first.Write(mark);
      first.Write(much);
    });
    e.Write(much);
  });
  const std::vector<Answer> answers = Receive(Send(Get("/two")), 1);
  ASSERT_EQ(Statuses(answers), "200");
  EXPECT_EQ(answers[0].body, much + std::string(64, '1') + much + std::string(64, '2'));
}

TEST_P(AnswerTest, ThatResetsContentHasNone) {
  server().Get("/reset", [](Http1Exchange& e) { e.Reply(205); });
  const Answer answer = Ask(Get("/reset"));
  EXPECT_EQ(answer.status, 205);
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(answer.Has("Content-Length: 0"));
}

TEST_P(AnswerTest, IsCounted) {
  const PeerPtr client = Send(Get("/") + Get("/nowhere") + Get("/") + "bad\r\n\r\n");
  Receive(client, 0);
  EXPECT_EQ(counters.requests, 3U);
  EXPECT_EQ(counters.refusals, 1U);
  EXPECT_EQ(counters.answers[1], 2U);
  EXPECT_EQ(counters.answers[3], 2U);
}

SLUICE_ON_EVERY_BACKEND(AnswerTest);

}  // namespace
}  // namespace sluice::test
