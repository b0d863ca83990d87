#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "protocols/http1_file_answer.h"
#include "protocols/http1_listing.h"
#include "tests/http/files/request.h"
#include "tests/http/files/scratch.h"

namespace sluice::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class Http1FilesTest : public testing::Test {
 protected:
  Http1FilesTest() {
    files_.Write("index.html", "<p>home</p>");
    files_.Write("digits", "0123456789");
    files_.Write("docs/index.html", "<p>docs</p>");
    files_.Write("plain/a b&c.txt", "text");
    files_.Write("empty", "");
  }

  Http1FileAnswer Ask(std::string_view path, std::string_view fields = "",
                      std::string_view method = "GET") {
    options_.wall_clock = [] { return Duration(std::chrono::seconds(4'102'444'800)); };
    if (library_ == nullptr) library_ = Http1Files::Open(files_.path(), options_).value();
    const ParsedRequest request(fields, method, path);
    return library_->Answer(*request, (*request).path, TimePoint(now_));
  }
  // What would be sent, which is as long as it says.
  static std::string Body(const Http1FileAnswer& answer) {
    std::string body;
    for (const Http1FileAnswer::Piece& piece : answer.pieces) {
      body += piece.text;
      if (piece.range.length == 0) continue;
      std::string bytes(piece.range.length, '\0');
      if (answer.file->has_content) {
        bytes = answer.file->content.substr(piece.range.offset, piece.range.length);
      } else {
        EXPECT_EQ(pread(answer.file->file.fd(), bytes.data(), bytes.size(),
                        static_cast<off_t>(piece.range.offset)),
                  static_cast<ssize_t>(bytes.size()));
      }
      body += bytes;
    }
    EXPECT_EQ(body.size(), answer.size);
    return body;
  }

  Scratch files_;
  Http1FilesOptions options_;
  Duration now_ = 1h;
  std::unique_ptr<Http1Files> library_;
};

TEST_F(Http1FilesTest, AWholeFile) {
  const Http1FileAnswer answer = Ask("/digits");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/octet-stream");
  EXPECT_EQ(Body(answer), "0123456789");
  EXPECT_THAT(std::string(answer.made_fields), HasSubstr("Accept-Ranges: bytes\r\n"));
  EXPECT_EQ(Body(Ask("/empty")), "");
}

TEST_F(Http1FilesTest, ALargeFileIsSentFromWhereItIs) {
  options_.cache.content_file_bytes_max = 5;
  EXPECT_EQ(Body(Ask("/digits")), "0123456789");
  EXPECT_EQ(Body(Ask("/digits", "Range: bytes=2-4\r\n")), "234");
}

TEST_F(Http1FilesTest, Directories) {
  EXPECT_EQ(Body(Ask("/")), "<p>home</p>");
  EXPECT_EQ(Body(Ask("/docs/")), "<p>docs</p>");
  EXPECT_EQ(Body(Ask("/docs/.")), "<p>docs</p>");
  EXPECT_EQ(Ask("/plain/").status, 404) << "no index, and no listing";
  EXPECT_EQ(Ask("/digits/").status, 404);
}

TEST_F(Http1FilesTest, ADirectoryWithoutItsSlashIsRedirectedRelatively) {
  const Http1FileAnswer answer = Ask("/docs?x=1");
  EXPECT_EQ(answer.status, 301);
  EXPECT_EQ(answer.fields, "Location: ./docs/?x=1\r\n");
  files_.MakeDirectory("a:b c");
  EXPECT_EQ(Ask("/a:b%20c").fields, "Location: ./a:b%20c/\r\n");
}

TEST_F(Http1FilesTest, NothingOutsideIsServed) {
  Scratch outside;
  outside.Write("secret", "not for you");
  files_.Link("out", outside.path("secret"));
  files_.Write(".env", "secret");
  EXPECT_EQ(Ask("/out").status, 403);
  EXPECT_EQ(Ask("/.env").status, 404);
  EXPECT_EQ(Ask("/none").status, 404);
  EXPECT_EQ(Ask("/digits/x").status, 404);
  for (const std::string_view path :
       {"/../digits", "/%2e%2e/digits", "/docs/../../x", "/a%00", "/..%2fdigits", "/..%5cdigits"}) {
    const Http1FileAnswer answer = Ask(path);
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_EQ(answer.file, nullptr);
  }
}

TEST_F(Http1FilesTest, ListingsEscapeNames) {
  options_.list_directories = true;
  files_.Write("plain/<script>alert(1)<.txt", "x");
  files_.Write("plain/.hidden", "x");
  const Http1FileAnswer answer = Ask("/plain/");
  EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
  const std::string body = Body(answer);
  EXPECT_THAT(body, HasSubstr("<a href=\"./a%20b%26c.txt\">a b&amp;c.txt</a>"));
  EXPECT_THAT(body, HasSubstr("&lt;script&gt;alert(1)&lt;.txt"));
  EXPECT_THAT(body, Not(HasSubstr("<script>")));
  EXPECT_THAT(body, Not(HasSubstr("hidden")));
  EXPECT_THAT(body, HasSubstr("href=\"../\""));
  EXPECT_EQ(EscapeHtml("<a b=\"c\" d='e'>&"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
}

TEST_F(Http1FilesTest, ALongListingIsCutAndSaysSo) {
  options_.list_directories = true;
  options_.listing_entries_max = 1;
  files_.Write("plain/second", "x");
  EXPECT_THAT(Body(Ask("/plain/")), HasSubstr("There is more"));
}

TEST_F(Http1FilesTest, OneRange) {
  const Http1FileAnswer answer = Ask("/digits", "Range: bytes=2-4\r\n");
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.fields, "Content-Range: bytes 2-4/10\r\n");
  EXPECT_EQ(answer.content_type, "application/octet-stream");
  EXPECT_EQ(Body(answer), "234");
  EXPECT_EQ(Body(Ask("/digits", "Range: bytes=-3\r\n")), "789");
  EXPECT_EQ(Body(Ask("/digits", "Range: bytes=8-1000\r\n")), "89");
  EXPECT_EQ(Body(Ask("/digits", "Range: bytes=8-,20-\r\n")), "89") << "one is left";
}

TEST_F(Http1FilesTest, SeveralRangesAreParts) {
  const Http1FileAnswer answer = Ask("/digits", "Range: bytes=0-1,-2\r\n");
  EXPECT_EQ(answer.status, 206);
  const std::string_view prefix = "multipart/byteranges; boundary=";
  ASSERT_EQ(answer.content_type.substr(0, prefix.size()), prefix);
  const std::string mark = "\r\n--" + answer.content_type.substr(prefix.size());
  const std::string type = "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ";
  EXPECT_EQ(Body(answer),
            mark + type + "0-1/10\r\n\r\n01" + mark + type + "8-9/10\r\n\r\n89" + mark + "--\r\n");
  EXPECT_THAT(answer.fields, Not(HasSubstr("Content-Range")));
}

TEST_F(Http1FilesTest, RangesThatAreNoneAndThatLieBeyond) {
  EXPECT_EQ(Ask("/digits", "Range: bytes=x\r\n").status, 200);
  EXPECT_EQ(Ask("/digits", "Range: bytes=0-0\r\nRange: bytes=0-0\r\n").status, 200);
  EXPECT_EQ(Ask("/digits", "Range: bytes=0-0\r\n", "HEAD").status, 200) << "only a GET has ranges";
  const Http1FileAnswer beyond = Ask("/digits", "Range: bytes=10-\r\n");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.fields, "Content-Range: bytes */10\r\n");
  EXPECT_EQ(Ask("/empty", "Range: bytes=0-\r\n").status, 416);
}

TEST_F(Http1FilesTest, Conditions) {
  files_.SetModified("digits", 784'111'777);
  const std::string etag = Ask("/digits").file->etag;
  const Http1FileAnswer same = Ask("/digits", "If-None-Match: " + etag + "\r\n");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.size, 0u);
  EXPECT_THAT(std::string(same.made_fields), HasSubstr("ETag: " + etag));
  EXPECT_THAT(std::string(same.made_fields), Not(HasSubstr("Accept-Ranges")));
  EXPECT_EQ(Ask("/digits", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "HEAD").status,
            304);
  EXPECT_EQ(Ask("/digits", "If-Match: \"other\"\r\n").status, 412);
  EXPECT_EQ(Ask("/digits", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n").status, 412);
  const std::string range = "Range: bytes=0-0\r\n";
  EXPECT_EQ(Ask("/digits", range + "If-Range: " + etag + "\r\n").status, 206);
  EXPECT_EQ(Ask("/digits", range + "If-Range: \"other\"\r\n").status, 200);
  EXPECT_EQ(Ask("/digits", range + "If-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status, 206);
  EXPECT_EQ(Ask("/digits", range + "If-None-Match: " + etag + "\r\n").status, 304);
}

TEST_F(Http1FilesTest, TheNeighbourThatIsLikedBest) {
  files_.Write("a.css", "plain");
  files_.Write("a.css.gz", "zipped");
  files_.Write("a.css.br", "brotli");
  const auto body = [this](std::string_view accepted) {
    const std::string field =
        accepted.empty() ? "" : "Accept-Encoding: " + std::string(accepted) + "\r\n";
    const Http1FileAnswer answer = Ask("/a.css", field);
    EXPECT_THAT(std::string(answer.made_fields), HasSubstr("Vary: Accept-Encoding\r\n"));
    EXPECT_EQ(answer.content_type, "text/css; charset=utf-8");
    return Body(answer);
  };
  EXPECT_EQ(body(""), "plain");
  EXPECT_EQ(body("gzip"), "zipped");
  EXPECT_EQ(body("gzip, deflate, br"), "brotli");
  EXPECT_EQ(body("gzip;q=1, br;q=0.5"), "zipped");
  EXPECT_EQ(body("gzip;q=0"), "plain");
  EXPECT_EQ(body("deflate"), "plain");
  EXPECT_EQ(body("identity, gzip;q=0.5"), "plain");
  EXPECT_EQ(body("gzip;q=0.5\r\nAccept-Encoding: br"), "brotli") << "two lines";
}

TEST_F(Http1FilesTest, OptionsThatWouldBreakTheHeadAreRefused) {
  options_.cache.cache_control = "no-cache\r\nX: y";
  EXPECT_EQ(Http1Files::Open(files_.path(), options_).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Http1Files::Open(files_.path("none")).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sluice::test
