// Which backend, and why, in words.
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(BackendChoiceTest, KindsAreReadByName) {
  EXPECT_EQ(*ParseBackendKind("auto"), BackendKind::kAuto);
  EXPECT_EQ(*ParseBackendKind("epoll"), BackendKind::kEpoll);
  EXPECT_EQ(*ParseBackendKind("io_uring"), BackendKind::kIoUring);
  for (const char* text : {"", "uring", "EPOLL", "kqueue", "auto "}) {
    absl::StatusOr<BackendKind> kind = ParseBackendKind(text);
    ASSERT_FALSE(kind.ok()) << text;
    EXPECT_EQ(kind.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(kind.status().ToString(), HasSubstr(text));
    EXPECT_THAT(kind.status().ToString(), HasSubstr("io_uring")) << "says what there is";
  }
}

TEST(BackendChoiceTest, AutoTakesOneAndSaysWhy) {
  absl::StatusOr<BackendChoice> choice = MakeBackend({});
  ASSERT_TRUE(choice.ok()) << choice.status().ToString();
  EXPECT_THAT(choice->reason, Not(IsEmpty()));
  BackendOptions by_name;
  by_name.kind = BackendKind::kIoUring;
  absl::StatusOr<BackendChoice> io_uring = MakeBackend(by_name);
  EXPECT_EQ(choice->backend->name(), io_uring.ok() ? "io_uring" : "epoll");
  if (!io_uring.ok()) {
    EXPECT_THAT(choice->reason, HasSubstr("io_uring")) << "says what was in the way";
    EXPECT_THAT(io_uring.status().ToString(), HasSubstr("io_uring"));
  }
}

TEST(BackendChoiceTest, EpollAlwaysWorks) {
  BackendOptions options;
  options.kind = BackendKind::kEpoll;
  absl::StatusOr<BackendChoice> choice = MakeBackend(options);
  ASSERT_TRUE(choice.ok()) << choice.status().ToString();
  EXPECT_EQ(choice->backend->name(), "epoll");
  EXPECT_THAT(choice->reason, Not(IsEmpty()));
}

TEST(BackendChoiceTest, TheLoopTellsWhatItRunsOn) {
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create();
  ASSERT_TRUE(loop.ok()) << loop.status().ToString();
  EXPECT_THAT(std::string((*loop)->backend_name()), testing::AnyOf("epoll", "io_uring"));
  EXPECT_THAT((*loop)->backend_reason(), Not(IsEmpty()));
}

TEST(BackendChoiceTest, ManyBackendsLiveAndDieSideBySide) {
  const int before = OpenDescriptors();
  for (int round = 0; round < 5; ++round) {
    std::vector<BackendChoice> choices;
    for (int i = 0; i < 8; ++i) {
      absl::StatusOr<BackendChoice> choice = MakeBackend({});
      ASSERT_TRUE(choice.ok()) << choice.status().ToString();
      choices.push_back(std::move(*choice));
    }
  }
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(ResolveEndpointTest, NumbersNeedNoLookUpAndMalformedTextIsNamed) {
  EXPECT_EQ(ResolveEndpoint("127.0.0.1:80")->ToString(), "127.0.0.1:80");
  EXPECT_EQ(ResolveEndpoint("[::1]:80")->ToString(), "[::1]:80");
  EXPECT_EQ(ResolveEndpoint("unix:/x")->ToString(), "unix:/x");
  absl::StatusOr<Endpoint> malformed = ResolveEndpoint("localhost");
  ASSERT_FALSE(malformed.ok());
  EXPECT_THAT(malformed.status().ToString(), HasSubstr("localhost"));
}

}  // namespace
}  // namespace sluice::test
