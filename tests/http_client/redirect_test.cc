// Redirects: off by default, limited, with the method and the fields they should have.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocols/http1_url.h"
#include "tests/http_client/client_fixture.h"

namespace sluice::test {
namespace {

using Code = Http1FetchCode;
class RedirectTest : public HttpClientTest {
 protected:
  static Reply To3xx(int status, const std::string& location, const std::string& body = "") {
    return {"HTTP/1.1 " + std::to_string(status) + " Elsewhere\r\nLocation: " + location +
            "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
  }
};
SLUICE_ON_EVERY_BACKEND(RedirectTest);

TEST_P(RedirectTest, AreTheAnswerByDefault) {
  Serve({To3xx(302, "/new", "moved")});
  const Http1Outcome& outcome = FetchNow(To());
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.answer.status, 302);
  EXPECT_EQ(outcome.answer.body, "moved");
}

TEST_P(RedirectTest, AreFollowedWhereAllowed) {
  options.redirects_max = 3;
  Serve([this, step = 0](const std::string&, size_t) mutable {
    const std::vector<Reply> replies = {To3xx(301, "/b/?x=1#part", "moved"),
                                        To3xx(302, "c"),
                                        To3xx(307, "http://" + server.ToString() + "/d"),
                                        {Ok("there")}};
    return replies[step++];
  });
  const Http1Outcome& outcome = FetchNow(To("/a"));
  EXPECT_TRUE(outcome.ok()) << outcome.error.ToString();
  EXPECT_EQ(outcome.answer.body, "there");
  EXPECT_EQ(outcome.answer.redirects, 3u);
  EXPECT_THAT(request_lines(), testing::ElementsAre("GET /a", "GET /b/?x=1", "GET /b/c", "GET /d"));
  EXPECT_EQ(accepted_.size(), 1u) << "the connection is used on";
}

TEST_P(RedirectTest, OneTooManyEndsIt) {
  options.redirects_max = 2;
  Serve({To3xx(302, "/round")});
  const Http1Outcome& outcome = FetchNow(To());
  EXPECT_EQ(outcome.error.code, Code::kTooManyRedirects);
  EXPECT_EQ(outcome.answer.status, 302);
  EXPECT_EQ(outcome.answer.Find("location"), "/round");
  EXPECT_EQ(requests().size(), 3u);
}

TEST_P(RedirectTest, WithoutALocationItIsAnAnswer) {
  options.redirects_max = 2;
  Serve({{"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nxy"}});
  const Http1Outcome& outcome = FetchNow(To());
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.answer.body, "xy");
}

TEST_P(RedirectTest, NowhereToGo) {
  options.redirects_max = 5;
  for (const char* location :
       {"https://127.0.0.1/", "ftp://127.0.0.1/", "http://", "http://name.example/", "/a b",
        "http://user@127.0.0.1/", "javascript:x", "http://127.0.0.1:99999/"}) {
    SCOPED_TRACE(location);
    DestroyClient();
    Serve({To3xx(302, location)});
    const Http1Outcome& outcome = FetchNow(To());
    EXPECT_EQ(outcome.error.code, Code::kBadRedirect);
    EXPECT_EQ(outcome.answer.status, 302);
  }
}

TEST_P(RedirectTest, MethodsAreThoseOfTheStatus) {
  options.redirects_max = 1;
  struct Case {
    int status;
    std::string method;
    std::string then;
    bool with_body;
  };
  const std::vector<Case> cases = {
      {301, "POST", "GET", false}, {302, "POST", "GET", false},     {303, "POST", "GET", false},
      {307, "POST", "POST", true}, {308, "POST", "POST", true},     {301, "PUT", "PUT", true},
      {303, "PUT", "GET", false},  {303, "HEAD", "HEAD", false},    {302, "HEAD", "HEAD", false},
      {301, "GET", "GET", false},  {308, "DELETE", "DELETE", true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.method + " " + std::to_string(c.status));
    DestroyClient();
    const bool head = c.method == "HEAD";
    Serve({To3xx(c.status, "/then"),
           {head ? "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" : Ok("yes")}});
    Http1FetchRequest request = To("/", c.method);
    const bool has_body = c.method != "GET" && !head;
    if (has_body) request.body = "body";
    request.fields = {{"Content-Type", "text/plain"}, {"Accept", "*/*"}};
    const Http1Outcome& outcome = FetchNow(std::move(request));
    EXPECT_TRUE(outcome.ok()) << outcome.error.ToString();
    EXPECT_EQ(request_lines().back(), c.then + " /then");
    EXPECT_EQ(requests().back().ends_with("\r\n\r\nbody"), c.with_body);
    const bool typed = requests().back().find("Content-Type") != std::string::npos;
    EXPECT_EQ(typed, c.method == c.then) << "a field of a body that is not sent";
    EXPECT_THAT(requests().back(), testing::HasSubstr("Accept: */*"));
  }
}

TEST_P(RedirectTest, CredentialsStayWithTheirOrigin) {
  options.redirects_max = 2;
  Listener* other = nullptr;
  std::string other_received;
  other = Listen([&](Peer& peer) {
    peer.on_data = [&](Connection& connection, std::string_view bytes) {
      other_received += bytes;
      connection.Send(Ok("other"));
      return bytes.size();
    };
  });
  const std::string elsewhere = "http://" + other->endpoint().ToString() + "/there";
  Serve([&, step = 0](const std::string&, size_t) mutable {
    return ++step == 1 ? To3xx(302, "/same") : To3xx(302, elsewhere);
  });
  Http1FetchRequest request = To();
  request.fields = {{"authorization", "Basic x"},
                    {"Cookie", "a=b"},
                    {"Proxy-Authorization", "y"},
                    {"Accept", "*/*"}};
  const Http1Outcome& outcome = FetchNow(std::move(request));
  EXPECT_TRUE(outcome.ok()) << outcome.error.ToString();
  EXPECT_EQ(outcome.answer.body, "other");
  EXPECT_THAT(requests().at(1), testing::HasSubstr("authorization: Basic x")) << "the same origin";
  EXPECT_EQ(other_received, "GET /there HTTP/1.1\r\nHost: " + other->endpoint().ToString() +
                                "\r\nAccept: */*\r\n\r\n");
}

TEST_P(RedirectTest, NamesAreLookedUpByWhoCan) {
  options.redirects_max = 1;
  std::string asked;
  options.resolve = [&](std::string_view authority) -> std::optional<Endpoint> {
    asked = authority;
    return server;
  };
  Serve({To3xx(302, "http://Name.Example/x"), {Ok("x")}});
  EXPECT_TRUE(FetchNow(To()).ok());
  EXPECT_EQ(asked, "name.example:80");
  EXPECT_THAT(requests().at(1), testing::HasSubstr("\r\nHost: name.example\r\n"));
}

TEST_P(RedirectTest, TheirBodiesAreNotReadWithoutEnd) {
  options.redirects_max = 1;
  Serve([](const std::string& request, size_t) {
    if (request.starts_with("GET /then")) return Reply{Ok("then")};
    return To3xx(302, "/then", std::string(8 << 20, 'x'));
  });
  Result& result = FetchStreamed(To());
  ASSERT_TRUE(TurnUntil([&] { return result.done; }));
  EXPECT_TRUE(result.outcome.ok()) << result.outcome.error.ToString();
  EXPECT_EQ(result.streamed, "then");
  EXPECT_EQ(result.heads, 1) << "of a redirect that is followed none is shown";
  EXPECT_EQ(client().stats().connects, 2u);
}

TEST(UrlTest, References) {
  struct Case {
    const char* reference;
    const char* result;  // "authority target", or "" for none
  };
  // RFC 3986 5.4, of base http://a/b/c/d;p?q
  const std::vector<Case> cases = {
      {"g", "a /b/c/g"},
      {"./g", "a /b/c/g"},
      {"g/", "a /b/c/g/"},
      {"/g", "a /g"},
      {"//g", "g /"},
      {"?y", "a /b/c/d;p?y"},
      {"g?y", "a /b/c/g?y"},
      {"#s", "a /b/c/d;p?q"},
      {"g#s", "a /b/c/g"},
      {";x", "a /b/c/;x"},
      {"", "a /b/c/d;p?q"},
      {".", "a /b/c/"},
      {"./", "a /b/c/"},
      {"..", "a /b/"},
      {"../", "a /b/"},
      {"../g", "a /b/g"},
      {"../..", "a /"},
      {"../../g", "a /g"},
      {"../../../g", "a /g"},
      {"/./g", "a /g"},
      {"/../g", "a /g"},
      {"g.", "a /b/c/g."},
      {"..g", "a /b/c/..g"},
      {"./../g", "a /b/g"},
      {"g/./h", "a /b/c/g/h"},
      {"g/../h", "a /b/c/h"},
      {"g?y/./x", "a /b/c/g?y/./x"},
      {"http://X:80/y", "x:80 /y"},
      {"HTTP://x", "x /"},
      {"http://x?y", "x /?y"},
      {"https://x/", ""},
      {"mailto:me", ""},
      {"http:g", ""},
      {"http://[::1]:8/z", "[::1]:8 /z"},
  };
  const Http1Url base{"a", "/b/c/d;p?q"};
  for (const Case& c : cases) {
    const std::optional<Http1Url> url = ResolveHttp1Reference(base, c.reference);
    EXPECT_EQ(url ? url->authority + " " + url->target : "", c.result) << c.reference;
  }
  EXPECT_EQ(ParseHttp1Url("http://x")->host_and_port(), "x:80");
  EXPECT_EQ(ParseHttp1Url("http://[::1]")->host_and_port(), "[::1]:80");
  EXPECT_EQ(ParseHttp1Url("http://x:8080/y")->host_and_port(), "x:8080");
  EXPECT_FALSE(ParseHttp1Url("x:8080/y"));
}

}  // namespace
}  // namespace sluice::test
