// Which pattern a path belongs to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocols/http1_router.h"

namespace sluice {
namespace {

using testing::HasSubstr;

void Nothing(Http1Exchange&) {}

absl::Status Add(Http1Router& router, std::string_view pattern,
                 Http1Method method = Http1Method::kGet) {
  return router.Add(method, pattern, Nothing);
}

// "PATTERN name=value ...", or "none".
std::string Find(const Http1Router& router, std::string_view path) {
  Http1Router::Match match;
  router.Find(path, &match);
  if (match.resource == nullptr) return "none";
  std::string text = match.resource->pattern;
  for (size_t i = 0; i < match.count; ++i) {
    text += " " + std::string(match.params[i].name) + "=" + std::string(match.params[i].value);
  }
  return text;
}

Http1Router RouterOf(std::initializer_list<std::string_view> patterns) {
  Http1Router router(false);
  for (const std::string_view pattern : patterns) EXPECT_TRUE(Add(router, pattern).ok()) << pattern;
  return router;
}

TEST(Http1RouterTest, FindsWhatIsWrittenOut) {
  Http1Router router(false);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(Add(router, "/a/path/" + std::to_string(i)).ok());
  for (int i = 0; i < 1000; ++i) {
    const std::string path = "/a/path/" + std::to_string(i);
    ASSERT_EQ(Find(router, path), path);
    ASSERT_EQ(Find(router, path + "/"), "none");
    ASSERT_EQ(Find(router, path.substr(0, path.size() - 1) + "x"), "none");
  }
}

TEST(Http1RouterTest, FindsNothingInAnEmptyOne) {
  EXPECT_EQ(Find(Http1Router(false), "/"), "none");
}

TEST(Http1RouterTest, TakesSegmentsAsParams) {
  const Http1Router router = RouterOf({"/u/{id}", "/u/{id}/notes/{note}"});
  EXPECT_EQ(Find(router, "/u/7"), "/u/{id} id=7");
  EXPECT_EQ(Find(router, "/u/a%2Fb"), "/u/{id} id=a%2Fb");
  EXPECT_EQ(Find(router, "/u/7/notes/x"), "/u/{id}/notes/{note} id=7 note=x");
  EXPECT_EQ(Find(router, "/u/"), "none");
  EXPECT_EQ(Find(router, "/u"), "none");
  EXPECT_EQ(Find(router, "/u/7/"), "none");
}

TEST(Http1RouterTest, TakesTheRestAsAParam) {
  const Http1Router router = RouterOf({"/files/{path...}"});
  EXPECT_EQ(Find(router, "/files/a/b.c"), "/files/{path...} path=a/b.c");
  EXPECT_EQ(Find(router, "/files/"), "/files/{path...} path=");
  EXPECT_EQ(Find(router, "/files"), "none");
}

TEST(Http1RouterTest, PrefersWhatIsNarrowerWhicheverWasAddedFirst) {
  for (const bool reversed : {false, true}) {
    Http1Router router(false);
    std::vector<std::string_view> patterns = {"/a/b/c",        "/a/b/{y}",    "/a/{x}/c",
                                              "/a/{x}/{y}",    "/a/b/{r...}", "/a/{r...}",
                                              "/{x}/b/{r...}", "/{r...}"};
    if (reversed) std::reverse(patterns.begin(), patterns.end());
    for (const std::string_view pattern : patterns) ASSERT_TRUE(Add(router, pattern).ok());
    EXPECT_EQ(Find(router, "/a/b/c"), "/a/b/c");
    EXPECT_EQ(Find(router, "/a/b/d"), "/a/b/{y} y=d");
    EXPECT_EQ(Find(router, "/a/d/c"), "/a/{x}/c x=d");
    EXPECT_EQ(Find(router, "/a/d/e"), "/a/{x}/{y} x=d y=e");
    EXPECT_EQ(Find(router, "/a/b/d/e"), "/a/b/{r...} r=d/e");
    EXPECT_EQ(Find(router, "/a/d"), "/a/{r...} r=d");
    EXPECT_EQ(Find(router, "/d/b/e"), "/{x}/b/{r...} x=d r=e");
    EXPECT_EQ(Find(router, "/d"), "/{r...} r=d");
  }
}

TEST(Http1RouterTest, SaysWhatIsWrongWithAPattern) {
  Http1Router router(false);
  for (const std::string_view pattern :
       {"", "a", "/{", "/{}", "/a{x}", "/{x}y", "/{a b}", "/{r...}/x", "/a b", "/%zz", "/a?b",
        "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"}) {
    const absl::Status status = Add(router, pattern);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << pattern;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(pattern)));
  }
}

TEST(Http1RouterTest, RefusesASecondHandlerForTheSame) {
  Http1Router router(false);
  ASSERT_TRUE(Add(router, "/a/{x}").ok());
  EXPECT_TRUE(Add(router, "/a/{x}", Http1Method::kPut).ok());
  EXPECT_EQ(Add(router, "/a/{x}").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Add(router, "/a/{y}").code(), absl::StatusCode::kAlreadyExists);
}

TEST(Http1RouterTest, SaysWhatIsAllowed) {
  Http1Router router(true);
  ASSERT_TRUE(Add(router, "/a").ok());
  ASSERT_TRUE(Add(router, "/a", Http1Method::kPatch).ok());
  ASSERT_TRUE(Add(router, "/b", Http1Method::kPut).ok());
  Http1Router::Match match;
  router.Find("/a", &match);
  EXPECT_EQ(match.resource->allow, "GET, HEAD, OPTIONS, TRACE, PATCH");
  EXPECT_EQ(router.allow(), "GET, HEAD, PUT, OPTIONS, TRACE, PATCH");
}

TEST(Http1RouterTest, Unescapes) {
  std::string text;
  EXPECT_TRUE(Http1Unescape("a%2Fb%20c", &text));
  EXPECT_EQ(text, "a/b c");
  EXPECT_FALSE(Http1Unescape("a%2", &text));
  EXPECT_FALSE(Http1Unescape("%zz", &text));
}

}  // namespace
}  // namespace sluice
