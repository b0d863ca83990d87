// Fetching from coroutines: scripts, and conversations that ask somebody else.
#include "reactor/coroutine.h"

#include <string>
#include <vector>

#include "protocols/line.h"
#include "reactor/script.h"
#include "tests/http_client/client_fixture.h"

namespace sluice::test {
namespace {

class HttpCoroutineTest : public HttpClientTest {};
SLUICE_ON_EVERY_BACKEND(HttpCoroutineTest);

sluice::Script FetchAll(Http1Client& client, std::vector<Http1FetchRequest> requests,
                        std::vector<std::string>& bodies) {
  for (Http1FetchRequest& request : requests) {
    const Http1Outcome outcome = co_await client.Fetch(std::move(request));
    bodies.push_back(outcome.ok() ? outcome.answer.body : outcome.error.ToString());
  }
}

TEST_P(HttpCoroutineTest, OneAfterTheOther) {
  Serve([](const std::string& request, size_t) { return Reply{Ok(request.substr(0, 6))}; });
  std::vector<std::string> bodies;
  const sluice::Script script = FetchAll(client(), {To("/1"), To("no"), To("/3")}, bodies);
  EXPECT_FALSE(script.done());
  ASSERT_TRUE(TurnUntil([&] { return script.done(); }));
  EXPECT_THAT(bodies, testing::ElementsAre(
                          "GET /1", "request refused: the target is not an escaped path and query",
                          "GET /3"));
  EXPECT_EQ(client().stats().connects, 1u);
}

TEST_P(HttpCoroutineTest, DestroyedWhileItWaitsItCancels) {
  Serve({{""}});
  std::vector<std::string> bodies;
  {
    const sluice::Script script = FetchAll(client(), {To("/1")}, bodies);
    ASSERT_TRUE(TurnUntil([&] { return requests().size() == 1; }));
    EXPECT_EQ(client().stats().under_way, 1u);
  }
  EXPECT_EQ(client().stats().under_way, 0u);
  Settle();
  EXPECT_TRUE(bodies.empty());
}

TEST_P(HttpCoroutineTest, TheClientMayGoFirst) {
  Serve({{""}});
  std::vector<std::string> bodies;
  const sluice::Script script = FetchAll(client(), {To("/1")}, bodies);
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 1; }));
  DestroyClient();
  Settle();
  EXPECT_FALSE(script.done());
}

// A gateway: lines in, answers out. What arrives while it asks is kept for afterwards.
TEST_P(HttpCoroutineTest, AConversationAsksSomebodyElse) {
  Serve([](const std::string& request, size_t) { return Reply{Ok(request.substr(4, 2))}; });
  Http1Client& upstream = client();
  absl::StatusOr<Listener*> gateway = loop().Listen(
      Loopback(), {}, ConversationFactory([this, &upstream](Stream& stream) -> Conversation {
        LineCodec lines;
        while (auto line = co_await stream.Next(lines)) {
          const std::string target(*line);
          const Http1Outcome outcome = co_await upstream.Fetch(To(target));
          stream.Send(outcome.answer.body + "\n");
        }
      }));
  ASSERT_TRUE(gateway.ok());
  PeerPtr peer = Connect((*gateway)->endpoint(), [](Peer& p) {
    p.on_open = [](Connection& connection) {
      connection.Send("/a\n/b\n/c\n");
      connection.EndOutput();
    };
  });
  ASSERT_TRUE(TurnUntil([&] { return peer->closed(); }));
  EXPECT_EQ(peer->received, "/a\n/b\n/c\n");
}

TEST_P(HttpCoroutineTest, AConversationWhoseConnectionGoesCancels) {
  Serve({{""}});
  Http1Client& upstream = client();
  ConnectionId asking;
  absl::StatusOr<Listener*> gateway =
      loop().Listen(Loopback(), {},
                    ConversationFactory([this, &upstream, &asking](Stream& stream) -> Conversation {
                      asking = stream.connection().id();
                      co_await upstream.Fetch(To());
                    }));
  ASSERT_TRUE(gateway.ok());
  Connect((*gateway)->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 1; }));
  EXPECT_EQ(client().stats().under_way, 1u);
  loop().Find(asking)->Abort();
  ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));
}

}  // namespace
}  // namespace sluice::test
