// Every deadline ends what it is for, says which it was, and nothing else.
#include <string>

#include "tests/http_client/client_fixture.h"

namespace sluice::test {
namespace {

using Code = Http1FetchCode;
class HttpDeadlineTest : public HttpClientTest {
 protected:
  // The server sends `pieces` after each request, a moment between each.
  void ServeDripping(std::vector<std::string> pieces, Duration between) {
    Listener* listener = Listen([this, pieces, between](Peer& peer) {
      peer.on_data = [this, pieces, between](Connection& connection, std::string_view bytes) {
        Drip(connection.id(), pieces, between);
        return bytes.size();
      };
    });
    server = listener->endpoint();
  }
  void ExpectTimeout(const Http1Outcome& outcome, Http1Deadline deadline, Http1Phase phase) {
    EXPECT_EQ(outcome.error.code, Code::kTimeout) << outcome.error.ToString();
    EXPECT_EQ(outcome.error.deadline, deadline) << outcome.error.ToString();
    EXPECT_EQ(outcome.error.phase, phase) << outcome.error.ToString();
    EXPECT_EQ(client().stats().connections, 0u) << "such a connection is not used again";
    EXPECT_EQ(client().stats().under_way, 0u);
  }
  void TearDown() override {
    timers_.clear();
    HttpClientTest::TearDown();
  }

 private:
  void Drip(ConnectionId id, std::vector<std::string> pieces, Duration between) {
    if (pieces.empty()) return;
    Connection* connection = loop().Find(id);
    if (connection == nullptr) return;
    connection->Send(pieces.front());
    pieces.erase(pieces.begin());
    timers_.push_back(std::make_unique<Timer>(
        loop(), [this, id, pieces, between] { Drip(id, pieces, between); }));
    timers_.back()->ArmAfter(between);
  }
  std::vector<std::unique_ptr<Timer>> timers_;
};
SLUICE_ON_EVERY_BACKEND(HttpDeadlineTest);

TEST_P(HttpDeadlineTest, ASilentServer) {
  options.answer_timeout = 20ms;
  Serve({{""}});
  const TimePoint since = loop().now();
  ExpectTimeout(FetchNow(To()), Http1Deadline::kAnswer, Http1Phase::kWaiting);
  EXPECT_GE(loop().now() - since, 20ms);
}

TEST_P(HttpDeadlineTest, ADrippingHeadDoesNotPushIt) {
  options.answer_timeout = 30ms;
  std::vector<std::string> drops;
  for (const char byte : Ok("x", "A: " + std::string(1000, 'x') + "\r\n")) {
    drops.emplace_back(1, byte);
  }
  ServeDripping(drops, 2ms);
  ExpectTimeout(FetchNow(To()), Http1Deadline::kAnswer, Http1Phase::kHead);
}

TEST_P(HttpDeadlineTest, InterimAnswersDoNotPushIt) {
  options.answer_timeout = 30ms;
  options.interim_max = 1000;
  ServeDripping(std::vector<std::string>(500, "HTTP/1.1 102 Processing\r\n\r\n"), 2ms);
  ExpectTimeout(FetchNow(To()), Http1Deadline::kAnswer, Http1Phase::kWaiting);
}

TEST_P(HttpDeadlineTest, ABodyThatStops) {
  options.body_idle_timeout = 20ms;
  Serve({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}});
  const Http1Outcome& outcome = FetchNow(To());
  ExpectTimeout(outcome, Http1Deadline::kIdleBody, Http1Phase::kBody);
  EXPECT_EQ(outcome.answer.body, "abc") << "what had come is told";
}

TEST_P(HttpDeadlineTest, ABodyThatGoesOnMayTakeLonger) {
  options.body_idle_timeout = 200ms;
  options.answer_timeout = 200ms;
  std::vector<std::string> drops = {"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n"};
  for (int i = 0; i < 30; ++i) drops.emplace_back("x");
  ServeDripping(drops, 20ms);
  const Http1Outcome& outcome = FetchNow(To());
  EXPECT_TRUE(outcome.ok()) << outcome.error.ToString();
}

TEST_P(HttpDeadlineTest, TheWholeIsAWholeHoweverMuchComes) {
  options.whole_timeout = 50ms;
  std::vector<std::string> drops = {"HTTP/1.1 200 OK\r\n\r\n"};
  for (int i = 0; i < 500; ++i) drops.emplace_back("x");
  ServeDripping(drops, 2ms);
  ExpectTimeout(FetchNow(To()), Http1Deadline::kWhole, Http1Phase::kBody);
}

TEST_P(HttpDeadlineTest, TheWholeIncludesTheQueue) {
  options.connections_max = 1;
  options.whole_timeout = 20ms;
  Serve({{""}});
  Http1FetchRequest first = To();
  first.whole_timeout = 0ms;
  Result& holding = Fetch(std::move(first));
  Result& waiting = Fetch(To());
  ASSERT_TRUE(TurnUntil([&] { return waiting.done; }));
  EXPECT_EQ(waiting.outcome.error.deadline, Http1Deadline::kWhole);
  EXPECT_EQ(waiting.outcome.error.phase, Http1Phase::kQueued);
  EXPECT_FALSE(holding.done) << "it may take as long as it likes";
  EXPECT_EQ(client().stats().waiting, 0u);
}

TEST_P(HttpDeadlineTest, AServerThatTakesNothing) {
  options.connection.stall_timeout = 50ms;
  Listener* listener = Listen(
      [](Peer& peer) { peer.on_open = [](Connection& connection) { connection.PauseReading(); }; });
  server = listener->endpoint();
  Http1FetchRequest request = To("/", "PUT");
  request.body = std::string(32 << 20, 'x');
  ExpectTimeout(FetchNow(std::move(request)), Http1Deadline::kSend, Http1Phase::kSending);
}

TEST_P(HttpDeadlineTest, APausedBodyIsNotLate) {
  options.body_idle_timeout = 10ms;
  Serve({{Ok(Payload(1, 4 << 20))}});
  bool paused = false;
  Result result;
  Http1FetchFunctions functions;
  functions.piece = [&](Http1FetchId id, std::string_view) {
    if (paused) return;
    client().Pause(id);
    paused = true;
  };
  functions.done = [&](Http1Outcome outcome) {
    result.done = true;
    result.outcome = std::move(outcome);
  };
  const Http1FetchId id = client().Fetch(To(), std::move(functions));
  ASSERT_TRUE(TurnUntil([&] { return paused; }));
  const TimePoint since = loop().now();
  ASSERT_TRUE(TurnUntil([&] { return loop().now() - since > 50ms; }));
  EXPECT_FALSE(result.done);
  client().Resume(id);
  ASSERT_TRUE(TurnUntil([&] { return result.done; }));
  EXPECT_TRUE(result.outcome.ok()) << result.outcome.error.ToString();
}

// Nobody accepts, and the queue is full: the handshake hangs.
class HttpConnectDeadlineTest : public HttpClientTest {};
INSTANTIATE_TEST_SUITE_P(Sim, HttpConnectDeadlineTest, testing::Values(EveryBackend().back()),
                         BackendCaseName);

TEST_P(HttpConnectDeadlineTest, AServerThatDoesNotAccept) {
  options.connect_timeout = 100ms;
  server = At("10.9.8.7:80");
  const Http1Outcome& outcome = FetchNow(To());
  EXPECT_NE(outcome.error.code, Code::kNone);
  EXPECT_EQ(outcome.error.phase, Http1Phase::kConnecting) << outcome.error.ToString();
}

}  // namespace
}  // namespace sluice::test
