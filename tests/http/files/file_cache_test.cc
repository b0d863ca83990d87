#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocols/http1_file_cache.h"
#include "tests/http/files/scratch.h"

namespace sluice::test {
namespace {

using namespace std::chrono_literals;

class Http1FileCacheTest : public testing::Test {
 protected:
  Http1FileCache& cache() {
    if (cache_ == nullptr) {
      cache_ = std::make_unique<Http1FileCache>(FileRoot::Open(files_.path()).value(), MimeTypes(),
                                                options_);
    }
    return *cache_;
  }
  Http1CachedFilePtr Get(std::string_view name, FileCoding coding = FileCoding::kIdentity) {
    const Http1FileCache::Found found = cache().Get(name, coding, now_);
    EXPECT_EQ(found.error, FileError::kNone) << name << ": " << FileErrorText(found.error);
    return found.file;
  }

  Scratch files_;
  Http1FileCacheOptions options_;
  TimePoint now_ = TimePoint(1h);
  std::unique_ptr<Http1FileCache> cache_;
};

TEST_F(Http1FileCacheTest, ASmallFileIsReadOnceAndNotKeptOpen) {
  files_.Write("a.txt", "alpha");
  const Http1CachedFilePtr first = Get("a.txt");
  EXPECT_TRUE(first->has_content);
  EXPECT_EQ(first->content, "alpha");
  EXPECT_FALSE(first->file);
  EXPECT_EQ(first->type, "text/plain; charset=utf-8");
  now_ += 999ms;
  EXPECT_EQ(Get("a.txt"), first);
  EXPECT_EQ(cache().stats().hits, 1u);
  EXPECT_EQ(cache().stats().loads, 1u);
  EXPECT_EQ(cache().stats().content_bytes, 5u);
}

TEST_F(Http1FileCacheTest, ALargeFileIsKeptOpenAndShared) {
  options_.content_file_bytes_max = 10;
  files_.Write("large", std::string(11, 'x'));
  files_.Write("small", std::string(10, 'x'));
  const Http1CachedFilePtr large = Get("large");
  EXPECT_FALSE(large->has_content);
  EXPECT_TRUE(large->file);
  EXPECT_EQ(Get("large")->file.fd(), large->file.fd());
  EXPECT_TRUE(Get("small")->has_content);
}

TEST_F(Http1FileCacheTest, ToLookAgainIsToSeeAChangeAtOnce) {
  files_.Write("a.txt", "alpha");
  files_.Write("b.txt", "beta");
  Get("a.txt");
  const Http1CachedFilePtr unchanged = Get("b.txt");
  files_.Write("a.txt", "gamma");
  files_.SetModified("a.txt", 1000);
  cache().LookAgain();
  EXPECT_EQ(cache().GetFresh("a.txt", now_), nullptr);
  EXPECT_EQ(Get("a.txt")->content, "gamma");
  EXPECT_EQ(Get("b.txt"), unchanged) << "looked at, not loaded";
  EXPECT_EQ(cache().stats().loads, 3u);
  EXPECT_EQ(cache().stats().checks, 1u);
  EXPECT_NE(cache().GetFresh("a.txt", now_), nullptr);
  EXPECT_NE(cache().GetFresh("b.txt", now_), nullptr);
}

TEST_F(Http1FileCacheTest, WhatIsKnownIsAnsweredWithWhereDescriptorsRanOut) {
  files_.Write("a.txt", "alpha");
  files_.Write("b.txt", "beta");
  const Http1CachedFilePtr known = Get("a.txt");
  rlimit usual;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none = {.rlim_cur = 0, .rlim_max = usual.rlim_max};
  now_ += 1s;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const Http1FileCache::Found again = cache().Get("a.txt", FileCoding::kIdentity, now_);
  const Http1FileCache::Found unknown = cache().Get("b.txt", FileCoding::kIdentity, now_);
  cache().LookAgain();
  const Http1FileCache::Found written = cache().Get("a.txt", FileCoding::kIdentity, now_);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_EQ(again.file, known);
  EXPECT_EQ(unknown.error, FileError::kOutOfFiles);
  EXPECT_EQ(written.error, FileError::kOutOfFiles);
}

TEST_F(Http1FileCacheTest, AChangeIsSeenWhenItIsLookedAtAgain) {
  files_.Write("a.txt", "alpha");
  const Http1CachedFilePtr first = Get("a.txt");
  now_ += 1s;
  EXPECT_EQ(Get("a.txt"), first) << "unchanged";
  EXPECT_EQ(cache().stats().checks, 1u);
  files_.Write("a.txt", "omega");
  files_.SetModified("a.txt", 1000);
  now_ += 999ms;
  EXPECT_EQ(Get("a.txt"), first) << "not looked at yet";
  now_ += 1ms;
  const Http1CachedFilePtr second = Get("a.txt");
  EXPECT_EQ(second->content, "omega");
  EXPECT_NE(second->etag, first->etag);
  EXPECT_EQ(first->content, "alpha") << "who answers with it still has it";
  ASSERT_EQ(unlink(files_.path("a.txt").c_str()), 0);
  now_ += 1s;
  EXPECT_EQ(cache().Get("a.txt", FileCoding::kIdentity, now_).error, FileError::kNotFound);
  EXPECT_EQ(cache().stats().files, 0u);
  EXPECT_EQ(cache().stats().content_bytes, 0u);
}

// A copy of the same size and time in its place is another file.
TEST_F(Http1FileCacheTest, AReplacementIsSeenByItsInode) {
  files_.Write("a.txt", "alpha");
  files_.SetModified("a.txt", 1000);
  Get("a.txt");
  files_.Write("b.txt", "omega");
  files_.SetModified("b.txt", 1000);
  ASSERT_EQ(rename(files_.path("b.txt").c_str(), files_.path("a.txt").c_str()), 0);
  now_ += 1s;
  EXPECT_EQ(Get("a.txt")->content, "omega");
}

TEST_F(Http1FileCacheTest, TheLongestUnusedGoesFirst) {
  options_.files_max = 2;
  for (const std::string_view name : {"a", "b", "c"}) files_.Write(name, name);
  Get("a");
  Get("b");
  Get("a");
  Get("c");
  EXPECT_EQ(cache().stats().files, 2u);
  EXPECT_EQ(cache().stats().drops, 1u);
  const uint64_t loads = cache().stats().loads;
  Get("a");
  Get("c");
  EXPECT_EQ(cache().stats().loads, loads);
  Get("b");
  EXPECT_EQ(cache().stats().loads, loads + 1);
}

TEST_F(Http1FileCacheTest, ContentsAreBounded) {
  options_.content_bytes_max = 100;
  for (int i = 0; i < 10; ++i) {
    files_.Write(std::to_string(i), std::string(30, 'x'));
    EXPECT_EQ(Get(std::to_string(i))->content.size(), 30u);
    EXPECT_LE(cache().stats().content_bytes, 100u);
  }
  EXPECT_EQ(cache().stats().files, 3u);
}

TEST_F(Http1FileCacheTest, FieldsOfAnAnswer) {
  options_.cache_control = "max-age=60";
  files_.Write("a.txt", "alpha");
  files_.SetModified("a.txt", 784'111'777);
  const Http1CachedFilePtr file = Get("a.txt");
  EXPECT_EQ(file->fields, "ETag: " + file->etag +
                              "\r\nCache-Control: max-age=60\r\n"
                              "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                              "Accept-Ranges: bytes\r\n");
  EXPECT_EQ(file->etag.front(), '"');
  EXPECT_EQ(file->etag.back(), '"');
  EXPECT_EQ(file->modified, 784'111'777);
}

TEST_F(Http1FileCacheTest, NeighboursThatAreNotOlder) {
  files_.Write("a.css", "plain");
  files_.Write("a.css.gz", "zipped");
  files_.Write("a.css.br", "stale");
  files_.SetModified("a.css", 2000);
  files_.SetModified("a.css.gz", 2000);
  files_.SetModified("a.css.br", 1999);
  const Http1CachedFilePtr file = Get("a.css");
  EXPECT_TRUE(file->gzip);
  EXPECT_FALSE(file->brotli);
  EXPECT_NE(file->fields.find("Vary: Accept-Encoding\r\n"), std::string::npos);
  const Http1CachedFilePtr zipped = Get("a.css", FileCoding::kGzip);
  EXPECT_EQ(zipped->content, "zipped");
  EXPECT_EQ(zipped->type, "text/css; charset=utf-8");
  EXPECT_NE(zipped->fields.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_NE(zipped->etag, file->etag);
  EXPECT_EQ(Get("a.css.gz")->type, "application/octet-stream") << "asked for by its own name";
  files_.SetModified("a.css.br", 2001);
  now_ += 1s;
  EXPECT_TRUE(Get("a.css")->brotli) << "a new neighbour is seen";
}

TEST_F(Http1FileCacheTest, NoDescriptorOutlivesIt) {
  options_.content_file_bytes_max = 0;
  options_.files_max = 2;
  for (int i = 0; i < 10; ++i) files_.Write(std::to_string(i), "x");
  SharedFile kept;
  for (int i = 0; i < 10; ++i) kept = Get(std::to_string(i))->file;
  EXPECT_EQ(kept.owners(), 2u);
  const int fd = kept.fd();
  cache().Clear();
  EXPECT_EQ(cache().stats().files, 0u);
  EXPECT_EQ(kept.owners(), 1u);
  kept = {};
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

}  // namespace
}  // namespace sluice::test
