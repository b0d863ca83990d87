// Several requests under way on one connection: order, limits, and what happens when it ends.
#include <set>
#include <string>
#include <vector>

#include "tests/http_client/client_fixture.h"

namespace sluice::test {
namespace {

using Code = Http1FetchCode;
class PipelineTest : public HttpClientTest {
 protected:
  // The server answers nothing by itself but the first request of a connection.
  void ServeByHand() {
    options.connections_max = 1;
    options.depth = 4;
    Serve([greeted = std::set<size_t>()](const std::string& request, size_t connection) mutable {
      return Reply{greeted.insert(connection).second ? Ok(TargetOf(request)) : ""};
    });
  }
  static std::string TargetOf(const std::string& request) {
    const size_t at = request.find('/');
    return request.substr(at, request.find(' ', at) - at);
  }
  std::vector<std::string> Bodies(const std::vector<Result*>& results) {
    std::vector<std::string> bodies;
    for (const Result* result : results) bodies.push_back(result->outcome.answer.body);
    return bodies;
  }
  std::vector<Result*> FetchMany(int count) {
    std::vector<Result*> results;
    for (int i = 0; i < count; ++i) results.push_back(&Fetch(To("/" + std::to_string(i))));
    return results;
  }
  bool Idle() {
    return TurnUntil([&] { return client().stats().under_way == 0; });
  }
};
SLUICE_ON_EVERY_BACKEND(PipelineTest);

TEST_P(PipelineTest, IsOffByDefault) {
  options.connections_max = 1;
  size_t most = 0;
  Serve([&](const std::string&, size_t) { return Reply{Ok("x")}; });
  FetchMany(10);
  while (client().stats().under_way > 0) {
    most = std::max(most, client().stats().under_way - client().stats().waiting);
    loop().Turn(loop().now() + 5ms);
  }
  EXPECT_EQ(most, 1u);
  EXPECT_EQ(client().stats().pipelined, 0u);
}

TEST_P(PipelineTest, AnswersGoToTheirRequests) {
  options.connections_max = 2;
  options.depth = 4;
  Serve([](const std::string& request, size_t) { return Reply{Ok(TargetOf(request))}; });
  const std::vector<Result*> results = FetchMany(50);
  ASSERT_TRUE(Idle());
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(results[i]->outcome.answer.body, "/" + std::to_string(i));
  }
  EXPECT_GT(client().stats().pipelined, 10u);
  EXPECT_EQ(accepted_.size(), 2u);
}

TEST_P(PipelineTest, NoDeeperThanAllowedNorBeforeTheFirstAnswer) {
  ServeByHand();
  FetchMany(10);
  EXPECT_EQ(client().stats().waiting, 9u) << "nothing is pipelined on a new connection";
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 5; }));
  Settle();
  EXPECT_EQ(requests().size(), 5u) << "one answered, four under way";
  Of(accepted_.at(0)).Send(Ok("/1") + Ok("/2"));
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 7; }));
}

TEST_P(PipelineTest, UnsafeMethodsAndBodiesAreNot) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    SCOPED_TRACE(method);
    DestroyClient();
    ServeByHand();
    const size_t before = requests().size();
    EXPECT_TRUE(FetchNow(To()).ok());
    Result& get = Fetch(To("/held"));
    Fetch(To("/", method));
    Fetch(To("/behind"));
    ASSERT_TRUE(TurnUntil([&] { return requests().size() == before + 2; }));
    Settle();
    EXPECT_EQ(requests().size(), before + 2) << "it waits for the answer, and others behind it";
    EXPECT_FALSE(get.done);
    accepted_.clear();
  }
}

TEST_P(PipelineTest, ManyAnswersInOnePiece) {
  ServeByHand();
  EXPECT_TRUE(FetchNow(To()).ok());
  const std::vector<Result*> results = FetchMany(4);
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 5; }));
  Of(accepted_.at(0)).Send(Ok("a") + "HTTP/1.1 100 x\r\n\r\n" + Ok("b") + Ok("c") + Ok("d"));
  ASSERT_TRUE(Idle());
  EXPECT_THAT(Bodies(results), testing::ElementsAre("a", "b", "c", "d"));
}

// What an answer with Connection: close leaves unanswered was not seen (RFC 9112 9.6).
TEST_P(PipelineTest, BehindALastAnswerTheyAreSentAnew) {
  ServeByHand();
  EXPECT_TRUE(FetchNow(To()).ok());
  const std::vector<Result*> results = FetchMany(4);
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 5; }));
  Of(accepted_.at(0)).Send(Ok("last", "Connection: close\r\n"));
  Of(accepted_.at(0)).Close();
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 8; })) << "one, and then two more";
  Of(accepted_.at(1)).Send(Ok("/2") + Ok("/3"));
  ASSERT_TRUE(Idle());
  EXPECT_THAT(Bodies(results), testing::ElementsAre("last", "/1", "/2", "/3"));
}

TEST_P(PipelineTest, AMalformedAnswerIsOnlyOnes) {
  ServeByHand();
  EXPECT_TRUE(FetchNow(To()).ok());
  const std::vector<Result*> results = FetchMany(3);
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 4; }));
  Of(accepted_.at(0)).Send("nonsense\r\n\r\n");
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 6; }));
  Of(accepted_.at(1)).Send(Ok("/2"));
  ASSERT_TRUE(Idle());
  EXPECT_EQ(results[0]->outcome.error.code, Code::kMalformed);
  EXPECT_THAT(Bodies(results), testing::ElementsAre("", "/1", "/2"));
}

TEST_P(PipelineTest, CancelledInTheMiddleTheOthersGetTheirs) {
  ServeByHand();
  EXPECT_TRUE(FetchNow(To()).ok());
  const std::vector<Result*> results = FetchMany(4);
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 5; }));
  EXPECT_TRUE(client().Cancel(results[1]->id));
  Of(accepted_.at(0)).Send(Ok("/0") + Ok("/1") + Ok("/2") + Ok("/3"));
  ASSERT_TRUE(TurnUntil([&] { return requests().size() >= 7; }));
  Of(accepted_.at(1)).Send(Ok("/3"));
  ASSERT_TRUE(Idle());
  EXPECT_FALSE(results[1]->done);
  EXPECT_THAT(Bodies(results), testing::ElementsAre("/0", "", "/2", "/3"));
}

// However far it had come: all of the answers are there in the end, each its own.
TEST_P(PipelineTest, AConnectionLostAnywhereLosesNothing) {
  options.connections_max = 1;
  options.depth = 3;
  for (size_t lost_at = 1; lost_at < 8; ++lost_at) {
    SCOPED_TRACE(lost_at);
    DestroyClient();
    size_t served = 0;
    Serve([&](const std::string& request, size_t) {
      return Reply{Ok(TargetOf(request)), ++served == lost_at ? Reply::kClose : Reply::kStay};
    });
    const std::vector<Result*> results = FetchMany(8);
    ASSERT_TRUE(Idle());
    for (int i = 0; i < 8; ++i) {
      EXPECT_EQ(results[i]->outcome.answer.body, "/" + std::to_string(i));
    }
  }
}

}  // namespace
}  // namespace sluice::test
