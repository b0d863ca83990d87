// Absolute deadlines, in the simulator's time: a client that sends a byte now and then cannot push
// them.
#include <algorithm>
#include <optional>

#include "tests/http_server/server_fixture.h"

namespace sluice::test {
namespace {

std::vector<BackendCase> SimulatedBackends() {
  std::vector<BackendCase> backends = EveryBackend();
  std::erase_if(backends, [](const BackendCase& backend) { return backend.has_kernel; });
  return backends;
}

class DeadlineTest : public HttpServerTest {
 protected:
  DeadlineTest() {
    options.head_timeout = 10s;
    options.body_timeout = 30s;
    options.body_bytes_per_second_min = 100;
    options.idle_timeout = 60s;
  }

  PeerPtr Open() {
    PeerPtr client = Send("");
    EXPECT_TRUE(TurnUntil([&] { return client->open(); }));
    opened_ = loop().now();
    return client;
  }

  // Sends `bytes` again and again, `every` so often, and says when since Open the connection ended.
  std::optional<Duration> EndsAfter(const PeerPtr& client, std::string_view bytes = "",
                                    Duration every = 1s) {
    Timer drip(loop(), [] {});
    constexpr Duration kLong = 300s;
    while (!client->closed() && loop().now() - opened_ < kLong) {
      TurnUntil([&] { return client->closed(); }, every);
      if (!bytes.empty()) SendMore(client, bytes);
    }
    if (!client->closed()) return std::nullopt;
    return loop().now() - opened_;
  }

  static constexpr Duration kSlack = 100ms;
  TimePoint opened_;
};

// Not early, and not late by more than the simulated network takes.
#define EXPECT_ENDS(duration, expected)            \
  do {                                             \
    const std::optional<Duration> took = duration; \
    ASSERT_TRUE(took.has_value()) << "never";      \
    EXPECT_GE(*took, (expected)-kSlack);           \
    EXPECT_LE(*took, (expected) + kSlack);         \
  } while (false)

TEST_P(DeadlineTest, OfAFirstHeadRunsFromTheOpening) {
  EXPECT_ENDS(EndsAfter(Open()), 10s);
}

TEST_P(DeadlineTest, OfAHeadIsNotMovedByMoreOfIt) {
  const PeerPtr client = Open();
  SendMore(client, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
  EXPECT_ENDS(EndsAfter(client, "x"), 10s);
}

TEST_P(DeadlineTest, OfALaterHeadRunsFromItsFirstByte) {
  const PeerPtr client = Open();
  SendMore(client, Get("/"));
  TurnUntil([] { return false; }, 30s);
  SendMore(client, "G");
  EXPECT_ENDS(EndsAfter(client), 40s);
}

TEST_P(DeadlineTest, OfAnIdleConnectionRunsFromItsLastAnswer) {
  const PeerPtr client = Open();
  SendMore(client, Get("/later/a"));
  ASSERT_TRUE(TurnUntil([&] { return later.contains("a"); }));
  TurnUntil([] { return false; }, 200s);
  ASSERT_NE(FindLater("a"), nullptr) << "an answer may take as long as it likes";
  FindLater("a")->Reply("x");
  EXPECT_ENDS(EndsAfter(client), 260s);
}

TEST_P(DeadlineTest, OfABodyIsMovedByWhatItsBytesMayTake) {
  const std::string head = "POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
  PeerPtr client = Open();
  SendMore(client, head);
  EXPECT_ENDS(EndsAfter(client), 30s);
  // At half the lowest rate: t whole seconds of sending buy t/2.
  client = Open();
  SendMore(client, head);
  EXPECT_ENDS(EndsAfter(client, std::string(50, 'x')), 59s);
  client = Open();
  SendMore(client, head);
  TurnUntil([] { return false; }, 20s);
  SendMore(client, std::string(90000, 'x'));
  TurnUntil([] { return false; }, 200s);
  SendMore(client, std::string(10000, 'x'));
  EXPECT_EQ(Statuses(Receive(client, 1)), "200");
}

TEST_P(DeadlineTest, OfABodyDoesNotRunWhileItIsPaused) {
  server().Post("/paused", [this](Http1Exchange& e) {
    later["it"] = e.Later();
    e.StreamBody([](Http1Exchange&, std::string_view, bool) {});
    e.PauseBody();
  });
  const PeerPtr client = Open();
  SendMore(client, "POST /paused HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n");
  ASSERT_TRUE(TurnUntil([&] { return later.contains("it"); }));
  TurnUntil([] { return false; }, 100s);
  ASSERT_NE(FindLater("it"), nullptr);
  FindLater("it")->ResumeBody();
  EXPECT_ENDS(EndsAfter(client), 130s);
}

TEST_P(DeadlineTest, OfABodyRunsWhileItIsDropped) {
  const PeerPtr client = Open();
  SendMore(client, "PUT /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n");
  EXPECT_ENDS(EndsAfter(client), 30s);
}

// All of the body is here, so that what it is kept by is without a request.
TEST_P(DeadlineTest, OfABodyIsOverWithItsLastByteThoughPausedThere) {
  server().Post("/pausing", [this](Http1Exchange& e) {
    later["it"] = e.Later();
    e.StreamBody([](Http1Exchange& exchange, std::string_view, bool) { exchange.PauseBody(); });
  });
  const PeerPtr client = Open();
  SendMore(client, Post("/pausing", "body"));
  ASSERT_TRUE(TurnUntil([&] { return FindLater("it") != nullptr; }));
  Settle();
  FindLater("it")->Reply("enough");
  ASSERT_EQ(Statuses(Receive(client, 1)), "200");
  EXPECT_ENDS(EndsAfter(client), 60s);
}

TEST_P(DeadlineTest, IsNoneWhereItIsZero) {
  options.head_timeout = options.body_timeout = options.idle_timeout = Duration(0);
  PeerPtr client = Open();
  EXPECT_FALSE(EndsAfter(client).has_value());
  SendMore(client, Get("/") + "GET");
  opened_ = loop().now();
  EXPECT_FALSE(EndsAfter(client).has_value());
  EXPECT_EQ(Statuses(Receive(client, 1)), "200");
}

TEST_P(DeadlineTest, IsNoneWhereAnotherProtocolTookOver) {
  class Raw : public Handler {
    size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }
  };
  server().Get("/raw", [](Http1Exchange& e) { e.Upgrade("raw", std::make_unique<Raw>()); });
  const PeerPtr client = Open();
  SendMore(client, Get("/raw", "Connection: upgrade\r\nUpgrade: raw\r\n"));
  EXPECT_FALSE(EndsAfter(client).has_value());
}

// Of the field Date, too, which is made once a second.
TEST_P(DeadlineTest, OfADateIsTheEndOfItsSecond) {
  options.wall_clock = [this, began = loop().now()] {
    return Duration(784'111'777'200ms) + (loop().now() - began);
  };
  const PeerPtr client = Open();
  SendMore(client, Get("/"));
  EXPECT_TRUE(Receive(client, 1)[0].Has(kDateField));
  TurnUntil([] { return false; }, 2s);
  SendMore(client, Get("/"));
  const std::vector<Answer> answers = Receive(client, 2);
  ASSERT_EQ(Statuses(answers), "200 200");
  EXPECT_TRUE(answers[1].Has("Date: Sun, 06 Nov 1994 08:49:39 GMT")) << answers[1].head;
}

INSTANTIATE_TEST_SUITE_P(Simulated, DeadlineTest, testing::ValuesIn(SimulatedBackends()),
                         BackendCaseName);

}  // namespace
}  // namespace sluice::test
