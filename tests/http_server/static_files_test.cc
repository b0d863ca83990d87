// Files over a server: what goes over the wire, on every backend.
#include <unistd.h>

#include "protocols/http1_static_files.h"
#include "tests/http/files/scratch.h"
#include "tests/http_server/server_fixture.h"

namespace sluice::test {
namespace {

class StaticFilesTest : public HttpServerTest {
 protected:
  StaticFilesTest() {
    files_.Write("index.html", "<p>home</p>");
    files_.Write("digits", "0123456789");
    files_.Write("docs/a&b.txt", "text");
    files_options_.list_directories = true;
    files_options_.wall_clock = [] { return Duration(std::chrono::hours(24 * 365 * 50)); };
    static_files_ = std::make_unique<Http1StaticFiles>(
        Http1StaticFiles::Open(files_.path(), files_options_).value());
  }
  void SetUp() override {
    HttpServerTest::SetUp();
    if (!IsSkipped()) server().Get("/files/{path...}", *static_files_);
  }
  // What the cache keeps open is no leak.
  void TearDown() override {
    static_files_->files().cache().Clear();
    HttpServerTest::TearDown();
  }

  // Larger than the buffers between two sockets.
  static constexpr size_t kBigBytes = 64 << 20;
  std::string WriteBig() {
    std::string bytes = Payload(7, kBigBytes);
    files_.Write("big", bytes);
    return bytes;
  }

  Scratch files_;
  Http1FilesOptions files_options_;
  std::unique_ptr<Http1StaticFiles> static_files_;
};
SLUICE_ON_EVERY_CONFIGURATION(StaticFilesTest);

TEST_P(StaticFilesTest, AFileWithItsHead) {
  files_.SetModified("digits", 784'111'777);
  const Answer answer = Ask(Get("/files/digits"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "0123456789");
  EXPECT_TRUE(answer.Has("Content-Type: application/octet-stream")) << answer.head;
  EXPECT_TRUE(answer.Has("Content-Length: 10")) << answer.head;
  EXPECT_TRUE(answer.Has("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT")) << answer.head;
  EXPECT_TRUE(answer.Has("Accept-Ranges: bytes")) << answer.head;
  EXPECT_NE(answer.head.find("\r\nETag: \""), std::string::npos) << answer.head;
  const Answer again = Ask(Get("/files/digits"));
  EXPECT_EQ(again.head, answer.head) << "the same out of the cache";
  EXPECT_EQ(again.body, answer.body);
  EXPECT_GE(static_files_->files().cache().stats().hits, 1u);
}

TEST_P(StaticFilesTest, HeadIsLikeGetWithoutItsBody) {
  const std::vector<Answer> answers =
      Receive(Send("HEAD /files/digits HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1\r\n\r\n" +
                   Get("/files/digits")),
              2, "HG");
  ASSERT_EQ(Statuses(answers), "200 200");
  EXPECT_EQ(answers[0].head, answers[1].head);
  EXPECT_EQ(answers[1].body, "0123456789");
}

TEST_P(StaticFilesTest, Ranges) {
  const std::vector<Answer> answers =
      Receive(Send(Get("/files/digits", "Range: bytes=2-4\r\n") +
                   Get("/files/digits", "Range: bytes=0-0,-1\r\n") +
                   Get("/files/digits", "Range: bytes=50-\r\n") +
                   Get("/files/digits", "Range: bytes=nonsense\r\n")),
              4);
  ASSERT_EQ(Statuses(answers), "206 206 416 200");
  EXPECT_EQ(answers[0].body, "234");
  EXPECT_TRUE(answers[0].Has("Content-Range: bytes 2-4/10"));
  EXPECT_NE(answers[1].body.find("Content-Range: bytes 0-0/10\r\n\r\n0\r\n--"), std::string::npos);
  EXPECT_NE(answers[1].body.find("Content-Range: bytes 9-9/10\r\n\r\n9\r\n--"), std::string::npos);
  EXPECT_TRUE(answers[2].Has("Content-Range: bytes */10"));
  EXPECT_EQ(answers[3].body, "0123456789");
}

TEST_P(StaticFilesTest, Conditions) {
  const Answer whole = Ask(Get("/files/digits"));
  const size_t at = whole.head.find("ETag: ") + 6;
  const std::string etag = whole.head.substr(at, whole.head.find("\r\n", at) - at);
  const std::vector<Answer> answers =
      Receive(Send(Get("/files/digits", "If-None-Match: " + etag + "\r\n") +
                   Get("/files/digits", "If-Match: \"other\"\r\n") +
                   Get("/files/digits", "Range: bytes=1-1\r\nIf-Range: " + etag + "\r\n") +
                   Get("/files/digits")),
              4);
  ASSERT_EQ(Statuses(answers), "304 412 206 200");
  EXPECT_EQ(answers[0].body, "");
  EXPECT_TRUE(answers[0].Has("ETag: " + etag)) << answers[0].head;
  EXPECT_EQ(answers[2].body, "1");
}

TEST_P(StaticFilesTest, DirectoriesAndWhatIsNotThere) {
  const std::vector<Answer> answers =
      Receive(Send(Get("/files/") + Get("/files") + Get("/files/docs") + Get("/files/docs/") +
                   Get("/files/none") + Get("/files/docs/a%26b.txt")),
              6);
  ASSERT_EQ(Statuses(answers), "200 404 301 200 404 200");
  EXPECT_EQ(answers[0].body, "<p>home</p>");
  EXPECT_TRUE(answers[2].Has("Location: ./docs/")) << answers[2].head;
  EXPECT_NE(answers[3].body.find("<a href=\"./a%26b.txt\">a&amp;b.txt</a>"), std::string::npos);
  EXPECT_EQ(answers[5].body, "text");
}

TEST_P(StaticFilesTest, NothingOutsideTheRoot) {
  Scratch outside;
  outside.Write("secret", "not for you");
  files_.Link("link", outside.path("secret"));
  const std::string parent = outside.path().substr(outside.path().rfind("sluice"));
  for (const std::string& target :
       {std::string("/files/../") + parent + "secret", "/files/%2e%2e/" + parent + "secret",
        "/files/docs/../../" + parent + "secret", "/files/..%2f" + parent + "secret",
        std::string("/files/link"), std::string("/files/%00"), std::string("/files//etc/passwd"),
        std::string("/files/....//etc/passwd")}) {
    const Answer answer = Ask(Get(target));
    EXPECT_GE(answer.status, 400) << target;
    EXPECT_LT(answer.status, 500) << target;
    EXPECT_EQ(answer.body.find("not for you"), std::string::npos) << target;
    EXPECT_EQ(answer.body.find("root:"), std::string::npos) << target;
  }
}

TEST_P(StaticFilesTest, ABigFileToASlowReader) {
  const std::string bytes = WriteBig();
  bool began = false;
  const PeerPtr client = Send(Get("/files/big") + Get("/files/digits"), [&](Peer& peer) {
    peer.keep_bytes = false;
    peer.on_data = [&](Connection& connection, std::string_view piece) {
      if (!std::exchange(began, true)) connection.PauseReading();
      return piece.size();
    };
  });
  ASSERT_TRUE(TurnUntil([&] { return began; }));
  Settle(200);
  EXPECT_LT(client->received_bytes, kBigBytes / 2) << "it does not read";
  Of(client).ResumeReading();
  const size_t small = 10;
  ASSERT_TRUE(TurnUntil([&] { return client->received_bytes > kBigBytes + small + 400; }));
  Settle();
  EXPECT_LT(client->received_bytes, kBigBytes + small + 2000);
}

TEST_P(StaticFilesTest, ABigFileIsWhatItIs) {
  const std::string bytes = WriteBig();
  const PeerPtr client = Send(Get("/files/big", "Range: bytes=1000000-33000000\r\n"));
  // Before it is taken apart, which looks at all of it.
  ASSERT_TRUE(TurnUntil([&] { return client->received_bytes > 32'000'001; }));
  const std::vector<Answer> answers = Receive(client, 1);
  ASSERT_EQ(Statuses(answers), "206");
  EXPECT_TRUE(answers[0].body == bytes.substr(1'000'000, 32'000'001));
}

TEST_P(StaticFilesTest, AFileThatShrinksEndsTheConnection) {
  WriteBig();
  CloseReason reason;
  bool began = false;
  const PeerPtr client = Send(Get("/files/big") + Get("/files/digits"), [&](Peer& peer) {
    peer.keep_bytes = false;
    peer.on_data = [&](Connection& connection, std::string_view piece) {
      if (!std::exchange(began, true)) connection.PauseReading();
      return piece.size();
    };
    peer.on_close = [&](Connection&, CloseReason why) { reason = why; };
  });
  ASSERT_TRUE(TurnUntil([&] { return began; }));
  Settle(200);
  ASSERT_EQ(truncate(files_.path("big").c_str(), 40 << 20), 0);
  Of(client).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(reason.code, CloseCode::kPeerReset);
  EXPECT_LE(client->received_bytes, (40u << 20) + 1000);
  EXPECT_EQ(loop().stats().closes[static_cast<size_t>(CloseCode::kFileShrank)], 1u);
}

}  // namespace
}  // namespace sluice::test
