// The access log, dates, Server-Sent Events and TRACE.
#include <nlohmann/json.hpp>

#include "protocols/http1_date.h"
#include "protocols/http1_events.h"
#include "protocols/http1_last_head.h"
#include "tests/http_server/server_fixture.h"

namespace sluice::test {
namespace {

class LogTest : public HttpServerTest {
 protected:
  LogTest() {
    options.access_log.write = [this](std::string_view line) { lines_.emplace_back(line); };
  }
  void AbortWithin(const PeerPtr& client, std::string_view name) {
    ASSERT_TRUE(TurnUntil([&] { return later.contains(std::string(name)); }));
    Of(client).Abort();
    ASSERT_TRUE(TurnUntil([&] { return !lines_.empty(); }));
  }
  static nlohmann::json Json(const std::string& line) { return nlohmann::json::parse(line); }

  std::vector<std::string> lines_;
};

TEST_P(LogTest, HasACommonLineForEachAnswer) {
  Receive(Send(Get("/") + Get("/no%22where") + "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" +
               Get("/chunks") + "rubbish\r\n\r\n"),
          0, "GGH");
  const std::string begin = "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] ";
  EXPECT_THAT(lines_, testing::ElementsAre(begin + "\"GET / HTTP/1.1\" 200 5\n",
                                           begin + "\"GET /no%22where HTTP/1.1\" 404 14\n",
                                           begin + "\"HEAD / HTTP/1.1\" 200 -\n",
                                           begin + "\"GET /chunks HTTP/1.1\" 200 7\n",
                                           begin + "\"-\" 400 46\n"));
}

TEST_P(LogTest, HasAJsonLineForEachAnswer) {
  options.access_log.format = Http1AccessLog::Format::kJson;
  Receive(Send(Get("/users/7?x", "User-Agent: a \"quoted\" \\ \xc3\xa9\tz\r\nReferer: /\r\n") +
               "HEAD / HTTP/1.0\r\n\r\n"),
          0, "GH");
  ASSERT_EQ(lines_.size(), 2U);
  const nlohmann::json first = Json(lines_[0]);
  EXPECT_EQ(first["time"], "1994-11-06T08:49:37.000Z");
  EXPECT_EQ(first["client"], "127.0.0.1");
  EXPECT_EQ(first["method"], "GET");
  EXPECT_EQ(first["target"], "/users/7?x");
  EXPECT_EQ(first["version"], "HTTP/1.1");
  EXPECT_EQ(first["status"], 200);
  EXPECT_EQ(first["bytes"], 1);
  EXPECT_EQ(first["complete"], true);
  EXPECT_EQ(first["referer"], "/");
  EXPECT_EQ(first["user_agent"], "a \"quoted\" \\ \u00c3\u00a9\tz");
  EXPECT_GE(first["duration_us"].get<int>(), 0);
  EXPECT_EQ(Json(lines_[1])["version"], "HTTP/1.0");
  EXPECT_EQ(Json(lines_[1])["bytes"], 0);
}

TEST_P(LogTest, SaysWhereAnAnswerWasCutOff) {
  options.access_log.format = Http1AccessLog::Format::kJson;
  AbortWithin(Send(Get("/later/x")), "x");
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_EQ(Json(lines_[0])["complete"], false);
  EXPECT_EQ(Json(lines_[0])["status"], 0);
}

TEST_P(LogTest, CannotBeForged) {
  Ask(Get("/x%0d%0a", "X: y\r\n"));
  Ask("GET /\"y\" HTTP/1.1\r\nHost: h\r\n\r\n");
  for (const std::string& line : lines_) {
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  }
}

SLUICE_ON_EVERY_BACKEND(LogTest);

class EventsTest : public HttpServerTest {};

TEST_P(EventsTest, ArriveAsTheyAreWritten) {
  server().Get("/news", [this](Http1Exchange& e) {
    BeginEvents(e);
    later["news"] = e.Later();
  });
  const PeerPtr client = Send(Get("/news"));
  ASSERT_TRUE(TurnUntil([&] { return later.contains("news"); }));
  WriteEvent(*FindLater("news"), {.data = "one"});
  ASSERT_TRUE(
      TurnUntil([&] { return client->received.find("data: one\n\n") != std::string::npos; }));
  WriteEventComment(*FindLater("news"));
  WriteEvent(*FindLater("news"), {.data = "two", .event = "x", .id = "2"});
  FindLater("news")->End();
  const Answer answer = Receive(client, 1)[0];
  EXPECT_TRUE(answer.Has("Content-Type: text/event-stream"));
  EXPECT_TRUE(answer.Has("Cache-Control: no-store"));
  EXPECT_EQ(answer.body, "data: one\n\n:\n\nevent: x\nid: 2\ndata: two\n\n");
}

TEST_P(EventsTest, EndWhereTheClientIsGone) {
  bool gone = false;
  server().Get("/news", [&](Http1Exchange& e) {
    BeginEvents(e);
    e.OnGone([&](Http1Exchange&) { gone = true; });
    later["news"] = e.Later();
  });
  const PeerPtr client = Send(Get("/news"));
  ASSERT_TRUE(TurnUntil([&] { return later.contains("news"); }));
  Of(client).Abort();
  ASSERT_TRUE(TurnUntil([&] {
    if (Http1Exchange* exchange = FindLater("news")) WriteEvent(*exchange, {.data = "more"});
    return gone;
  }));
  EXPECT_EQ(FindLater("news"), nullptr);
}

SLUICE_ON_EVERY_BACKEND(EventsTest);

TEST(EventTextTest, IsLinesOfFields) {
  EXPECT_EQ(EventText({.data = ""}), "data: \n\n");
  EXPECT_EQ(EventText({.data = "a\nb\r\nc\rd"}), "data: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(EventText({.data = "x", .event = "a\nid: 9", .retry = 1500ms}),
            "event: a id: 9\nretry: 1500\ndata: x\n\n");
}

TEST(Http1DateTest, IsThatOfTheRfc) {
  EXPECT_EQ(Http1Date(784'111'777s), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(Http1Date(0s), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(Http1Date(951'782'400s), "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST(Http1LastHeadTest, IsForgottenWithItsDate) {
  constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 1\r\n\r\n";
  const http1::LastHead::Key key = {200, 1, "", ""};
  http1::LastHead last;
  EXPECT_EQ(last.Find(key, TimePoint()), "");
  last.Keep(key, kHead, TimePoint() + 1s);
  EXPECT_EQ(last.Find(key, TimePoint() + 999ms), kHead);
  EXPECT_EQ(last.Find(key, TimePoint() + 1s), "");
}

TEST(Http1DateTest, IsMadeOnceASecond) {
  int asked = 0;
  Duration unix_time = 784'111'777s + 400ms;
  http1::DateLine line([&] {
    ++asked;
    return unix_time;
  });
  const TimePoint start(5s);
  EXPECT_EQ(line.At(start), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  unix_time += 599ms;
  EXPECT_EQ(line.At(start + 599ms), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(asked, 1);
  unix_time += 1ms;
  EXPECT_EQ(line.At(start + 600ms), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
  EXPECT_EQ(asked, 2);
}

class TraceTest : public HttpServerTest {};

TEST_P(TraceTest, EchoesTheHeadWithoutCredentialsWhereItIsAllowed) {
  options.trace_allowed = true;
  const Answer answer = Ask(
      "TRACE /x HTTP/1.1\r\nHost: h\r\nCookie: secret\r\nAuthorization: secret\r\nX: y\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.Has("Content-Type: message/http"));
  EXPECT_EQ(answer.body, "TRACE /x HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n");
}

SLUICE_ON_EVERY_BACKEND(TraceTest);

}  // namespace
}  // namespace sluice::test
