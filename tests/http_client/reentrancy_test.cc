// Whatever a callback does, inside of whichever: nothing breaks, and who was cancelled hears
// nothing.
#include <memory>
#include <string>
#include <vector>

#include "tests/http_client/client_fixture.h"

namespace sluice::test {
namespace {

using Code = Http1FetchCode;
class ReentrancyTest : public HttpClientTest {};
SLUICE_ON_EVERY_BACKEND(ReentrancyTest);

TEST_P(ReentrancyTest, CancelledTheyHearNothing) {
  options.connections_max = 1;
  Serve({{""}});
  Result& under_way = Fetch(To());
  Result& waiting = Fetch(To());
  Result& refused = Fetch(To("no target"));
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 1 && refused.done; }));
  Result& refused_too = Fetch(To("no target"));
  for (Result* result : {&waiting, &under_way, &refused_too}) {
    EXPECT_TRUE(client().Cancel(result->id));
    EXPECT_FALSE(client().Cancel(result->id)) << "it is gone";
  }
  EXPECT_FALSE(client().Cancel(refused.id));
  EXPECT_EQ(client().stats().under_way, 0u);
  EXPECT_EQ(client().stats().waiting, 0u);
  Settle();
  EXPECT_FALSE(under_way.done || waiting.done || refused_too.done);
}

TEST_P(ReentrancyTest, ACancelledOnesPlaceIsTaken) {
  options.connections_max = 1;
  Serve([](const std::string& request, size_t) {
    return Reply{request.starts_with("GET /slow") ? "" : Ok("x")};
  });
  Result& slow = Fetch(To("/slow"));
  Result& next = Fetch(To("/next"));
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 1; }));
  client().Cancel(slow.id);
  ASSERT_TRUE(TurnUntil([&] { return next.done; }));
  EXPECT_TRUE(next.outcome.ok());
}

TEST_P(ReentrancyTest, WhileConnecting) {
  Serve({{Ok("x")}});
  Result& cancelled = Fetch(To());
  EXPECT_TRUE(client().Cancel(cancelled.id));
  EXPECT_TRUE(FetchNow(To()).ok());
  EXPECT_FALSE(cancelled.done);
}

enum class Where { kHead, kPiece, kWritable, kDone, kFailed, kRefused };
enum class What { kCancelSelf, kCancelOther, kDestroy, kFetch, kPauseResume, kAbortAll, kStop };

// Every action in every callback, with others under way on the same connection and others.
TEST_P(ReentrancyTest, AnyActionInAnyCallback) {
  const std::string two_pieces =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n";
  for (int where = 0; where <= static_cast<int>(Where::kRefused); ++where) {
    for (int what = 0; what <= static_cast<int>(What::kStop); ++what) {
      SCOPED_TRACE("callback " + std::to_string(where) + ", action " + std::to_string(what));
      DestroyClient();
      DestroyLoop();
      accepted_.clear();
      options.connections_max = 2;
      options.depth = 3;
      Serve([&](const std::string& request, size_t) {
        if (request.starts_with("GET /cut")) return Reply{"HTTP/1.1 200", Reply::kClose};
        return Reply{two_pieces};
      });
      for (int i = 0; i < 2; ++i) Fetch(To("/warm"));
      ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));

      int acted = 0;
      Http1FetchId other;
      const auto alive = std::make_shared<int>(0);
      const auto act = [&, alive](Http1FetchId self) {
        if (acted++ > 0) return;
        switch (static_cast<What>(what)) {
          case What::kCancelSelf:
            client().Cancel(self);
            break;
          case What::kCancelOther:
            client().Cancel(other);
            break;
          case What::kDestroy:
            DestroyClient();
            break;
          case What::kFetch:
            Fetch(To("/more"));
            break;
          case What::kPauseResume:
            client().Pause(self);
            client().Resume(self);
            break;
          case What::kAbortAll:
            loop().ForEachConnection([](Connection& connection) { connection.Abort(); });
            break;
          case What::kStop:
            loop().Stop(Duration(0));
            break;
        }
        EXPECT_GE(alive.use_count(), 2) << "what it captured outlives its call";
      };
      const auto at = static_cast<Where>(where);
      Http1FetchRequest request = To(at == Where::kFailed    ? "/cut"
                                     : at == Where::kRefused ? "no target"
                                                             : "/x");
      Http1FetchId id;
      Http1FetchFunctions functions;
      if (at == Where::kHead)
        functions.head = [act](Http1FetchId self, const Http1Answer&) { act(self); };
      if (at == Where::kPiece)
        functions.piece = [act](Http1FetchId self, std::string_view) { act(self); };
      if (at == Where::kWritable) {
        request.method = "POST";
        request.streamed_body = true;
        functions.writable = [&, act](Http1FetchId self) {
          act(self);
          if (static_cast<What>(what) != What::kDestroy) client().EndBody(self);
        };
      }
      bool done = false;
      functions.done = [&, act](Http1Outcome) {
        done = true;
        if (at >= Where::kDone) act(id);
      };
      Result& before = Fetch(To("/before"));
      id = client().Fetch(std::move(request), std::move(functions));
      for (int i = 0; i < 3; ++i) other = Fetch(To("/behind")).id;
      ASSERT_TRUE(TurnUntil([&] { return acted > 0 || loop().stopping(); })) << "it was called";
      Settle();
      const What action = static_cast<What>(what);
      if (action == What::kDestroy || action == What::kStop) continue;
      ASSERT_TRUE(TurnUntil([&] { return client().stats().under_way == 0; }));
      EXPECT_TRUE(before.done);
      EXPECT_EQ(done, at >= Where::kDone || action != What::kCancelSelf);
    }
  }
}

TEST_P(ReentrancyTest, DestroyedWithAllUnderWayNobodyHears) {
  Serve({{""}});
  const auto held = std::make_shared<int>(0);
  for (int i = 0; i < 20; ++i) client().Fetch(To(), [held](Http1Outcome) { FAIL(); });
  ASSERT_TRUE(TurnUntil([&] { return requests().size() == 8; }));
  EXPECT_EQ(held.use_count(), 21);
  DestroyClient();
  EXPECT_EQ(held.use_count(), 1) << "what the callbacks held is released";
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
}

TEST_P(ReentrancyTest, AStoppedLoopBeginsNothing) {
  Serve({{Ok("x")}});
  client();
  loop().Stop(Duration(0));
  while (loop().Turn()) {
  }
  Result& result = Fetch(To());
  EXPECT_EQ(client().stats().connections, 0u);
  DestroyClient();
  EXPECT_FALSE(result.done);
}

}  // namespace
}  // namespace sluice::test
