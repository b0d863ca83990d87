// Connections given to another protocol.
#include "tests/http_server/server_fixture.h"

namespace sluice::test {
namespace {

constexpr std::string_view kOffer = "Connection: Upgrade\r\nUpgrade: raw\r\n";

// What happened to the handler of the other protocol, and what it shall do.
struct Raw {
  std::function<void(Connection&)> on_open;
  ConnectionId id;
  int opens = 0;
  int ends = 0;
  int closes = 0;
  bool destroyed = false;
  std::string received;
};

class RawEcho : public Handler {
 public:
  explicit RawEcho(Raw& raw) : raw_(raw) {}
  ~RawEcho() override { raw_.destroyed = true; }
  void OnOpen(Connection& connection) override {
    ++raw_.opens;
    raw_.id = connection.id();
    if (raw_.on_open) raw_.on_open(connection);
  }
  size_t OnData(Connection& connection, std::string_view bytes) override {
    EXPECT_EQ(raw_.opens, 1);
    raw_.received += bytes;
    connection.Send(bytes);
    return bytes.size();
  }
  void OnEnd(Connection& connection) override {
    ++raw_.ends;
    connection.Close();
  }
  void OnClose(Connection&, CloseReason) override { ++raw_.closes; }

 private:
  Raw& raw_;
};

class UpgradeTest : public HttpServerTest {
 protected:
  UpgradeTest() {
    server().Get("/raw", [this](Http1Exchange& e) {
      e.AddHeader("X-Raw", "1");
      e.Upgrade("raw", std::make_unique<RawEcho>(raw_));
    });
  }
  // Its handlers must not outlive raw_.
  void TearDown() override {
    DestroyLoop();
    HttpServerTest::TearDown();
  }

  Raw raw_;
};

TEST_P(UpgradeTest, GivesTheConnectionToItsHandler) {
  raw_.on_open = [](Connection& connection) { connection.Send("welcome "); };
  const PeerPtr client = Send(Get("/raw", kOffer));
  ASSERT_TRUE(TurnUntil([&] { return client->received.ends_with("welcome "); }));
  const Answer answer = Receive(client, 1)[0];
  EXPECT_EQ(answer.status, 101);
  EXPECT_TRUE(answer.Has("Upgrade: raw")) << answer.head;
  EXPECT_TRUE(answer.Has("Connection: Upgrade")) << answer.head;
  EXPECT_TRUE(answer.Has("X-Raw: 1")) << answer.head;
  SendMore(client, "GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(TurnUntil([&] { return client->received.ends_with("GET / HTTP/1.1\r\n\r\n"); }));
  EXPECT_EQ(counters.upgrades, 1U);
  Of(client).Close();
  ASSERT_TRUE(TurnUntil([&] { return raw_.destroyed; }));
  EXPECT_EQ(raw_.opens, 1);
  EXPECT_EQ(raw_.ends, 1);
  EXPECT_EQ(raw_.closes, 1);
}

TEST_P(UpgradeTest, ShowsItWhatCameBehindTheRequest) {
  const PeerPtr client = Send(Get("/raw", kOffer) + "early");
  ASSERT_TRUE(TurnUntil([&] { return client->received.ends_with("early"); }));
  EXPECT_EQ(raw_.received, "early");
}

TEST_P(UpgradeTest, ShowsNothingToAHandlerThatPauses) {
  raw_.on_open = [](Connection& connection) { connection.PauseReading(); };
  const PeerPtr client = Send(Get("/raw", kOffer) + "early");
  ASSERT_TRUE(TurnUntil([&] { return raw_.opens == 1; }));
  Settle();
  EXPECT_EQ(raw_.received, "");
  loop().Find(raw_.id)->ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return raw_.received == "early"; }));
}

TEST_P(UpgradeTest, ComesBehindTheAnswersThatAreDue) {
  const PeerPtr client = Send(Get("/later/a") + Get("/raw", kOffer) + "early");
  ASSERT_TRUE(TurnUntil([&] { return later.contains("a"); }));
  Settle();
  EXPECT_EQ(raw_.opens, 0);
  FindLater("a")->Reply("a");
  ASSERT_TRUE(TurnUntil([&] { return client->received.ends_with("early"); }));
  EXPECT_EQ(Statuses(Receive(client, 2)), "200 101");
}

TEST_P(UpgradeTest, MayComeLater) {
  const PeerPtr client = Send(Get("/later/a", kOffer) + "early");
  ASSERT_TRUE(TurnUntil([&] { return later.contains("a"); }));
  Settle();
  FindLater("a")->Upgrade("raw", std::make_unique<RawEcho>(raw_));
  EXPECT_EQ(raw_.opens, 0) << "nothing calls back before it returns";
  ASSERT_TRUE(TurnUntil([&] { return client->received.ends_with("early"); }));
}

TEST_P(UpgradeTest, ThatComesLaterShowsNothingToAHandlerThatPauses) {
  raw_.on_open = [](Connection& connection) { connection.PauseReading(); };
  const PeerPtr client = Send(Get("/later/a", kOffer) + "early");
  ASSERT_TRUE(TurnUntil([&] { return later.contains("a"); }));
  Settle();
  FindLater("a")->Upgrade("raw", std::make_unique<RawEcho>(raw_));
  ASSERT_TRUE(TurnUntil([&] { return raw_.opens == 1; }));
  Settle();
  EXPECT_EQ(raw_.received, "");
  loop().Find(raw_.id)->ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return raw_.received == "early"; }));
}

TEST_P(UpgradeTest, ToWhatIsNoProtocolIsRefused) {
  server().Get("/injecting", [this](Http1Exchange& e) {
    e.Upgrade("raw\r\nX-Injected: 1", std::make_unique<RawEcho>(raw_));
  });
  const Answer answer = Ask(Get("/injecting", kOffer));
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.Has("X-Injected: 1"));
}

TEST_P(UpgradeTest, NeedsARequestThatOffersOne) {
  EXPECT_EQ(Ask(Get("/raw")).status, 400);
  EXPECT_EQ(Ask("GET /raw HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\n").status, 400);
  EXPECT_EQ(Ask(Get("/raw", "Upgrade: raw\r\n")).status, 400) << "Connection does not name it";
  EXPECT_EQ(Ask(Get("/raw", std::string(kOffer) + "Content-Length: 1\r\n") + "x").status, 400);
  EXPECT_TRUE(raw_.destroyed);
  EXPECT_EQ(raw_.opens, 0);
}

TEST_P(UpgradeTest, MayBeRefusedLikeAnyRequest) {
  const PeerPtr client = Send(Get("/", kOffer) + Get("/users/7"));
  EXPECT_EQ(Statuses(Receive(client, 2)), "200 200");
}

SLUICE_ON_EVERY_BACKEND(UpgradeTest);

}  // namespace
}  // namespace sluice::test
