// Connections are kept, shared out, limited, and given up in time.
#include <string>
#include <vector>

#include "tests/http_client/client_fixture.h"

namespace sluice::test {
namespace {

using Code = Http1FetchCode;
class PoolTest : public HttpClientTest {};
SLUICE_ON_EVERY_BACKEND(PoolTest);

TEST_P(PoolTest, OneAfterTheOtherUseOneConnection) {
  Serve({{Ok("x")}});
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(FetchNow(To()).ok());
  EXPECT_EQ(accepted_.size(), 1u);
  EXPECT_EQ(client().stats().connects, 1u);
  EXPECT_EQ(client().stats().reuses, 19u);
  EXPECT_EQ(client().stats().under_way, 0u);
}

TEST_P(PoolTest, NoMoreConnectionsThanAllowed) {
  options.connections_max = 3;
  Serve({{Ok("x")}});
  std::vector<Result*> results;
  for (int i = 0; i < 30; ++i) results.push_back(&Fetch(To("/" + std::to_string(i))));
  EXPECT_EQ(client().stats().connections, 3u);
  EXPECT_EQ(client().stats().waiting, 27u);
  ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));
  for (const Result* result : results) EXPECT_TRUE(result->outcome.ok());
  EXPECT_EQ(accepted_.size(), 3u);
  EXPECT_EQ(requests().size(), 30u);
}

TEST_P(PoolTest, ThoseThatWaitAreServedInOrder) {
  options.connections_max = 1;
  Serve({{Ok("x")}});
  for (int i = 0; i < 5; ++i) Fetch(To("/" + std::to_string(i)));
  ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));
  EXPECT_THAT(request_lines(),
              testing::ElementsAre("GET /0", "GET /1", "GET /2", "GET /3", "GET /4"));
}

TEST_P(PoolTest, TooManyThatWaitAreRefused) {
  options.connections_max = 1;
  options.waiting_max = 2;
  Serve({{Ok("x")}});
  std::vector<Result*> results;
  for (int i = 0; i < 5; ++i) results.push_back(&Fetch(To()));
  ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(results[i]->outcome.error.code, i < 3 ? Code::kNone : Code::kQueueFull) << i;
  }
}

TEST_P(PoolTest, IdleConnectionsCloseInTime) {
  options.idle_timeout = 20ms;
  Serve({{Ok("x")}});
  EXPECT_TRUE(FetchNow(To()).ok());
  const TimePoint since = loop().now();
  EXPECT_EQ(client().stats().idle, 1u);
  ASSERT_TRUE(TurnUntil([&] { return client().stats().connections == 0; }));
  EXPECT_GE(loop().now() - since, 15ms);
  EXPECT_TRUE(FetchNow(To()).ok());
  EXPECT_EQ(client().stats().connects, 2u);
}

TEST_P(PoolTest, NotMoreAreKeptThanAllowed) {
  options.idle_max = 2;
  Serve({{Ok("x")}});
  for (int i = 0; i < 5; ++i) Fetch(To());
  ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));
  EXPECT_EQ(client().stats().idle, 2u);
  EXPECT_EQ(client().stats().connections, 2u);
}

TEST_P(PoolTest, WithoutAnIdleTimeoutNoneIsKept) {
  options.idle_timeout = 0ms;
  Serve({{Ok("x")}});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(FetchNow(To()).ok());
  EXPECT_EQ(client().stats().connects, 3u);
  EXPECT_EQ(client().stats().connections, 0u);
}

TEST_P(PoolTest, AskedToCloseItCloses) {
  Serve({{Ok("x")}});
  Http1FetchRequest request = To();
  request.close = true;
  EXPECT_TRUE(FetchNow(std::move(request)).ok());
  EXPECT_THAT(requests().at(0), testing::HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(client().stats().connections, 0u);
}

TEST_P(PoolTest, TheServersEndIsNoticedWhileIdle) {
  Serve({{Ok("x")}});
  EXPECT_TRUE(FetchNow(To()).ok());
  Of(accepted_.at(0)).Close();
  ASSERT_TRUE(TurnUntil([&] { return client().stats().connections == 0; }));
  EXPECT_TRUE(FetchNow(To("/", "POST")).ok());
  EXPECT_EQ(client().stats().retries, 0u);
}

// The server ends the connection when the second request on it arrives, as if it had done so
// before.
class StaleTest : public HttpClientTest {
 protected:
  void ServeStale(Reply::After after) {
    Serve([this, after](const std::string&, size_t connection) {
      const bool second = served_.size() > connection && served_[connection];
      if (served_.size() <= connection) served_.resize(connection + 1);
      served_[connection] = true;
      return second ? Reply{"", after} : Reply{Ok("x")};
    });
  }
  std::vector<bool> served_;
};
SLUICE_ON_EVERY_BACKEND(StaleTest);

TEST_P(StaleTest, IdempotentRequestsAreRepeatedOnce) {
  for (const Reply::After after : {Reply::kClose, Reply::kReset}) {
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
      SCOPED_TRACE(method);
      DestroyClient();
      ServeStale(after);
      served_.clear();
      EXPECT_TRUE(FetchNow(To()).ok());
      Http1FetchRequest request = To("/again", method);
      if (std::string(method) == "PUT") request.body = "all of it";
      const Http1Outcome& outcome = FetchNow(std::move(request));
      EXPECT_TRUE(outcome.ok()) << outcome.error.ToString();
      EXPECT_EQ(client().stats().retries, 1u);
      EXPECT_EQ(requests().back(), requests().at(requests().size() - 2));
    }
  }
}

TEST_P(StaleTest, OthersAreNot) {
  for (const char* method : {"POST", "PATCH", "BREW"}) {
    SCOPED_TRACE(method);
    DestroyClient();
    ServeStale(Reply::kClose);
    served_.clear();
    EXPECT_TRUE(FetchNow(To()).ok());
    EXPECT_EQ(FetchNow(To("/", method)).error.code, Code::kCutOff);
    EXPECT_EQ(client().stats().retries, 0u);
  }
}

TEST_P(StaleTest, NothingIsRepeatedTwiceNorAfterAByte) {
  Serve({{Ok("x")}, {"", Reply::kClose}, {"", Reply::kClose}, {Ok("too late")}});
  EXPECT_TRUE(FetchNow(To()).ok());
  EXPECT_EQ(FetchNow(To()).error.code, Code::kCutOff);
  EXPECT_EQ(requests().size(), 3u);
  DestroyClient();
  Serve({{Ok("x")}, {"H", Reply::kClose}, {Ok("too late")}});
  EXPECT_TRUE(FetchNow(To()).ok());
  EXPECT_EQ(FetchNow(To()).error.code, Code::kCutOff);
  EXPECT_EQ(client().stats().retries, 0u);
}

TEST_P(StaleTest, TheFirstRequestOfAConnectionIsNotRepeated) {
  Serve({{"", Reply::kClose}, {Ok("too late")}});
  EXPECT_EQ(FetchNow(To()).error.code, Code::kCutOff);
  EXPECT_EQ(requests().size(), 1u);
}

// All connections kept may have gone stale together: the repeated request does not try another.
TEST_P(StaleTest, ARepeatedRequestGetsANewConnection) {
  options.connections_max = 3;
  ServeStale(Reply::kClose);
  for (int i = 0; i < 3; ++i) Fetch(To());
  ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));
  EXPECT_EQ(client().stats().idle, 3u);
  EXPECT_TRUE(FetchNow(To()).ok());
  EXPECT_EQ(client().stats().connects, 4u);
}

TEST_P(PoolTest, ARefusedConnectionSaysSo) {
  Endpoint nobody = Loopback();
  nobody.set_port(1);
  server = nobody;
  const Http1Outcome& outcome = FetchNow(To());
  EXPECT_EQ(outcome.error.code, Code::kConnectFailed);
  EXPECT_EQ(outcome.error.close.error, ECONNREFUSED) << outcome.error.ToString();
  EXPECT_EQ(client().stats().connections, 0u);
}

TEST_P(PoolTest, AfterAFailedConnectionTheNextOneIsTried) {
  options.connections_max = 1;
  Endpoint nobody = Loopback();
  nobody.set_port(1);
  server = nobody;
  for (int i = 0; i < 3; ++i) Fetch(To());
  ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));
  EXPECT_EQ(client().stats().connects, 3u);
}

TEST_P(PoolTest, AStoppingLoopLetsAnswersFinish) {
  Serve([&](const std::string&, size_t) { return Reply{""}; });
  Result& result = Fetch(To());
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 1; }));
  accepted_.at(0)->on_stop = [](Connection& connection) {
    connection.Send(Ok("the last"));
    connection.Close();
  };
  loop().Stop();
  while (loop().Turn()) {
  }
  EXPECT_TRUE(result.done);
  EXPECT_EQ(result.outcome.answer.body, "the last");
}

TEST_P(PoolTest, TheLoopMayGoFirst) {
  Serve({{""}});
  Result& result = Fetch(To());
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 1; }));
  client();
  DestroyLoop();
  EXPECT_TRUE(result.done);
  EXPECT_EQ(result.outcome.error.code, Code::kLoopStopped);
}

}  // namespace
}  // namespace sluice::test
