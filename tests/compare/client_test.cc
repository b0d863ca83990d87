// The load client must see what a server does wrong: here servers that do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "bench/compare/hello.h"
#include "bench/compare/load_client.h"

namespace sluice::compare {
namespace {

using ::testing::HasSubstr;

// Accepts one connection and answers each piece it receives with what `answer` makes of it, until
// that is empty or the peer ends.
class OneConnectionServer {
 public:
  using Answer = std::function<std::string(std::string)>;

  explicit OneConnectionServer(Answer answer) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_, generic, size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    EXPECT_EQ(getsockname(listener_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] { Serve(answer); });
  }
  ~OneConnectionServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  uint16_t port() const { return port_; }

 private:
  void Serve(const Answer& answer) const {
    const int fd = accept(listener_, nullptr, nullptr);
    char buffer[4096];
    ssize_t size = 0;
    while ((size = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
      const std::string bytes = answer(std::string(buffer, static_cast<size_t>(size)));
      if (bytes.empty()) break;
      send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    close(fd);
  }

  int listener_;
  uint16_t port_ = 0;
  std::thread thread_;
};

absl::StatusOr<Slice> LoadOnce(WorkKind kind, OneConnectionServer::Answer answer,
                               uint32_t depth = 1) {
  OneConnectionServer server(std::move(answer));
  Workload workload;
  workload.kind = kind;
  workload.connections = 1;
  workload.depth = depth;
  auto client = LoadClient::Open(workload, server.port());
  if (!client.ok()) return client.status();
  return (*client)->Run(Duration(0));
}

std::string Error(const absl::StatusOr<Slice>& slice) {
  return std::string(slice.status().message());
}

TEST(LoadClientTest, CountsWhatIsAnswered) {
  for (const WorkKind kind : {WorkKind::kEcho, WorkKind::kChurn}) {
    const auto slice = LoadOnce(kind, [](std::string bytes) { return bytes; });
    ASSERT_TRUE(slice.ok()) << slice.status();
    EXPECT_EQ(slice->messages, 1u);
    EXPECT_EQ(slice->latency_ns.count(), 1u);
    EXPECT_THAT(slice->connection_messages, ::testing::ElementsAre(1));
  }
}

TEST(LoadClientTest, CountsEachOfSeveralSentAtOnce) {
  const auto echo = [](std::string bytes) { return bytes; };
  const auto slice = LoadOnce(WorkKind::kEcho, echo, /*depth=*/8);
  ASSERT_TRUE(slice.ok()) << slice.status();
  EXPECT_EQ(slice->messages, 8u);
}

TEST(LoadClientTest, SeesAChangedByte) {
  for (const WorkKind kind : {WorkKind::kEcho, WorkKind::kChurn}) {
    const auto slice = LoadOnce(kind, [](std::string bytes) {
      bytes.back() ^= 1;
      return bytes;
    });
    EXPECT_THAT(Error(slice), HasSubstr("other bytes"));
  }
}

TEST(LoadClientTest, SeesAByteTooMany) {
  for (const WorkKind kind : {WorkKind::kEcho, WorkKind::kChurn}) {
    const auto slice = LoadOnce(kind, [](std::string bytes) { return bytes + "x"; });
    EXPECT_THAT(Error(slice), HasSubstr("more came back"));
  }
}

TEST(LoadClientTest, SeesAConnectionClosedTooSoon) {
  for (const WorkKind kind : {WorkKind::kEcho, WorkKind::kChurn}) {
    const auto slice = LoadOnce(kind, [](std::string) { return ""; });
    EXPECT_THAT(Error(slice), HasSubstr("the server closed"));
  }
}

absl::StatusOr<Slice> SayHello(std::string_view answer) {
  OneConnectionServer server([answer](std::string requests) {
    std::string answers;
    for (size_t i = 0; i < requests.size() / kHelloRequest.size(); ++i) answers += answer;
    return answers;
  });
  auto client = LoadClient::Open({.id = "http",
                                  .title = "",
                                  .kind = WorkKind::kHello,
                                  .connections = 1,
                                  .depth = 16,
                                  .message_bytes = kHelloRequest.size()},
                                 server.port());
  if (!client.ok()) return client.status();
  return (*client)->Run(Duration(0));
}

TEST(LoadClientTest, CountsAnswersOfHttpWhateverTheirDate) {
  std::string answer(kHelloAnswer);
  answer[answer.find("1970")] = '2';
  for (const std::string_view given : {kHelloAnswer, std::string_view(answer)}) {
    const auto slice = SayHello(given);
    ASSERT_TRUE(slice.ok()) << slice.status();
    EXPECT_EQ(slice->messages, 16U);
  }
}

TEST(LoadClientTest, SeesAChangedAnswerOfHttp) {
  for (const size_t at : {size_t{0}, kHelloAnswer.find("Date") - 1, kHelloAnswer.size() - 1}) {
    std::string answer(kHelloAnswer);
    answer[at] ^= 1;
    EXPECT_THAT(Error(SayHello(answer)), HasSubstr("another answer"));
  }
}

TEST(LoadClientTest, BurstComesBackWhole) {
  OneConnectionServer server([](std::string bytes) { return bytes; });
  auto client = LoadClient::Open(
      {.id = "burst", .title = "", .kind = WorkKind::kBurst, .connections = 1}, server.port());
  ASSERT_TRUE(client.ok()) << client.status();
  for (const size_t bytes : {size_t{1}, size_t{1} << 20}) {
    EXPECT_TRUE((*client)->Pour(bytes).ok());
    EXPECT_TRUE((*client)->Drain().ok());
  }
}

TEST(LoadClientTest, SeesThatABurstComesBackChanged) {
  OneConnectionServer server([](std::string bytes) {
    bytes.front() ^= 1;
    return bytes;
  });
  auto client = LoadClient::Open(
      {.id = "burst", .title = "", .kind = WorkKind::kBurst, .connections = 1}, server.port());
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_TRUE((*client)->Pour(1).ok());
  EXPECT_THAT(std::string((*client)->Drain().message()), HasSubstr("other bytes"));
}

TEST(LoadClientTest, SaysThatNobodyListens) {
  Workload workload;
  workload.connections = 1;
  EXPECT_THAT(std::string(LoadClient::Open(workload, 1).status().message()), HasSubstr("connect"));
}

}  // namespace
}  // namespace sluice::compare
