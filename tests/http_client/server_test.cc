// Client and server of the project with each other.
#include <string>
#include <vector>

#include "protocols/http1_server.h"
#include "reactor/script.h"
#include "tests/http_client/client_fixture.h"

namespace sluice::test {
namespace {

class ClientAndServerTest : public HttpClientTest {
 protected:
  void Begin() {
    http_.Get("/hello", [](Http1Exchange& e) { e.Reply("hello"); });
    http_.Get("/number/{n}", [](Http1Exchange& e) { e.Reply(e.Param("n")); });
    http_.Get("/pieces", [](Http1Exchange& e) {
      e.Begin(200, "text/plain");
      for (const char* piece : {"one", "two", "three"}) e.Write(piece);
      e.End();
    });
    http_.Get("/moved", [](Http1Exchange& e) {
      e.AddHeader("Location", "hello");
      e.Reply(302);
    });
    http_.Post("/echo", [](Http1Exchange& e) {
      e.ReadBody(4 << 20, [](Http1Exchange& x, std::string_view body) { x.Reply(body); });
    });
    http_.Post("/count", [](Http1Exchange& e) {
      e.StreamBody(
          [count = size_t{0}](Http1Exchange& x, std::string_view piece, bool last) mutable {
            count += piece.size();
            if (last) x.Reply(std::to_string(count));
          });
    });
    absl::StatusOr<Listener*> listener = http_.Listen(loop(), "127.0.0.1:0");
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    server = (*listener)->endpoint();
  }
  void TearDown() override {
    DestroyClient();
    DestroyLoop();  // before the server that its handlers use
    HttpClientTest::TearDown();
  }
  Http1Server http_;
};
SLUICE_ON_EVERY_BACKEND(ClientAndServerTest);

TEST_P(ClientAndServerTest, OneConnectionServesAll) {
  Begin();
  EXPECT_EQ(FetchNow(To("/hello")).answer.body, "hello");
  EXPECT_EQ(FetchNow(To("/hello", "HEAD")).answer.body, "");
  EXPECT_EQ(FetchNow(To("/pieces")).answer.body, "onetwothree");
  EXPECT_EQ(FetchNow(To("/nowhere")).answer.status, 404);
  EXPECT_EQ(FetchNow(To("/hello", "DELETE")).answer.status, 405);
  EXPECT_EQ(FetchNow(To("*", "OPTIONS")).answer.status / 100, 2);
  EXPECT_EQ(FetchNow(To("/hello")).answer.body, "hello");
  EXPECT_EQ(client().stats().connects, 1u);
}

TEST_P(ClientAndServerTest, BodiesComeBack) {
  Begin();
  for (const size_t size : {size_t{1}, size_t{1000}, size_t{3 << 20}}) {
    for (const bool expect : {false, true}) {
      Http1FetchRequest request = To("/echo", "POST");
      request.body = Payload(size, size);
      request.expect_continue = expect;
      const std::string body = request.body;
      EXPECT_TRUE(FetchNow(std::move(request)).answer.body == body) << size;
    }
  }
  EXPECT_EQ(client().stats().connects, 1u);
}

TEST_P(ClientAndServerTest, ABodyThatIsTooLongIsRefusedInWords) {
  Begin();
  Http1FetchRequest request = To("/echo", "POST");
  request.body = std::string(8 << 20, 'x');
  const Http1Outcome& outcome = FetchNow(std::move(request));
  EXPECT_EQ(outcome.answer.status, 413) << outcome.error.ToString();
}

TEST_P(ClientAndServerTest, StreamsGoThrough) {
  Begin();
  Http1FetchRequest request = To("/count", "POST");
  request.streamed_body = true;
  int left = 100;
  Result result;
  Http1FetchFunctions functions;
  functions.writable = [&](Http1FetchId id) {
    for (; left > 0 && client().unsent_bytes(id) < (256u << 10); --left) {
      client().Write(id, std::string(50'000, 'x'));
    }
    if (left == 0) client().EndBody(id);
  };
  functions.done = [&](Http1Outcome outcome) {
    result.done = true;
    result.outcome = std::move(outcome);
  };
  client().Fetch(std::move(request), std::move(functions));
  ASSERT_TRUE(TurnUntil([&] { return result.done; }));
  EXPECT_EQ(result.outcome.answer.body, "5000000") << result.outcome.error.ToString();
}

TEST_P(ClientAndServerTest, PipelinedAnswersAreEachItsOwn) {
  options.connections_max = 2;
  options.depth = 8;
  Begin();
  std::vector<Result*> results;
  for (int i = 0; i < 200; ++i) results.push_back(&Fetch(To("/number/" + std::to_string(i))));
  ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(results[i]->outcome.answer.body, std::to_string(i));
  EXPECT_GT(client().stats().pipelined, 100u);
}

sluice::Script FollowAndCount(Http1Client& client, Http1FetchRequest moved, std::string& body) {
  moved.redirects_max = 1;
  const Http1Outcome outcome = co_await client.Fetch(std::move(moved));
  body = outcome.answer.body;
}

TEST_P(ClientAndServerTest, ARedirectIsFollowedFromACoroutine) {
  Begin();
  std::string body;
  const sluice::Script script = FollowAndCount(client(), To("/moved"), body);
  ASSERT_TRUE(TurnUntil([&] { return script.done(); }));
  EXPECT_EQ(body, "hello");
}

}  // namespace
}  // namespace sluice::test
