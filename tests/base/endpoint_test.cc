#include "reactor/base/endpoint.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "absl/hash/hash.h"
#include "reactor/base/prng.h"

namespace sluice {
namespace {

Endpoint Parsed(std::string_view text) {
  absl::StatusOr<Endpoint> endpoint = Endpoint::Parse(text);
  EXPECT_TRUE(endpoint.ok()) << endpoint.status().ToString();
  return endpoint.ok() ? *endpoint : Endpoint();
}

TEST(EndpointTest, PrintsAsParseReadsIt) {
  for (const char* text : {"127.0.0.1:9999", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:80",
                           "[::]:0", "[2001:db8::1]:443", "[fe80::1%2]:7", "[::ffff:1.2.3.4]:5",
                           "unix:/run/x.sock", "unix:relative.sock", "unix:@name"}) {
    EXPECT_EQ(Parsed(text).ToString(), text);
    EXPECT_EQ(Parsed(Parsed(text).ToString()), Parsed(text));
  }
}

TEST(EndpointTest, WithoutHostItMeansEveryIpv4Interface) {
  EXPECT_EQ(Parsed(":9999").ToString(), "0.0.0.0:9999");
}

TEST(EndpointTest, KnowsItsFamilyAndPort) {
  EXPECT_EQ(Parsed("127.0.0.1:9999").family(), AF_INET);
  EXPECT_EQ(Parsed("[::1]:9999").family(), AF_INET6);
  EXPECT_EQ(Parsed("unix:/x").family(), AF_UNIX);
  EXPECT_EQ(Parsed("127.0.0.1:9999").port(), 9999);
  EXPECT_EQ(Parsed("[::1]:9999").port(), 9999);
  EXPECT_EQ(Parsed("unix:/x").port(), 0);
  EXPECT_TRUE(Parsed("[::1]:1").is_ip());
  EXPECT_FALSE(Parsed("[::1]:1").is_unix());
  EXPECT_TRUE(Parsed("unix:@x").is_unix());
}

TEST(EndpointTest, AnyIsEveryInterface) {
  EXPECT_EQ(Endpoint::Any(AF_INET), *Endpoint::Parse("0.0.0.0:0"));
  EXPECT_EQ(Endpoint::Any(AF_INET6), *Endpoint::Parse("[::]:0"));
  for (const char* any : {":9999", "0.0.0.0:1", "[::]:0", "[::]:80"}) {
    EXPECT_TRUE(Endpoint::Parse(any)->is_any()) << any;
  }
  for (const char* one : {"127.0.0.1:0", "0.0.0.1:0", "[::1]:0", "[fe80::]:0", "unix:@x"}) {
    EXPECT_FALSE(Endpoint::Parse(one)->is_any()) << one;
  }
}

TEST(EndpointTest, SetPortReplacesThePort) {
  for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
    Endpoint endpoint = Parsed(text);
    endpoint.set_port(4321);
    EXPECT_EQ(endpoint.port(), 4321);
  }
}

TEST(EndpointTest, OnlyAUnixPathHasAFile) {
  EXPECT_EQ(Parsed("unix:/run/x.sock").unix_file(), "/run/x.sock");
  EXPECT_EQ(Parsed("unix:@name").unix_file(), "");
  EXPECT_EQ(Parsed("127.0.0.1:1").unix_file(), "");
}

TEST(EndpointTest, MalformedTextIsRefusedAndNamed) {
  const std::string long_path = "unix:/" + std::string(107, 'x');
  for (const std::string& text : {std::string(""),
                                  std::string("127.0.0.1"),
                                  std::string("127.0.0.1:"),
                                  std::string("127.0.0.1:65536"),
                                  std::string("127.0.0.1:-1"),
                                  std::string("127.0.0.1:+1"),
                                  std::string("127.0.0.1: 80"),
                                  std::string("127.0.0.1:80 "),
                                  std::string("127.0.0.1:0x50"),
                                  std::string("127.0.0.1:8o"),
                                  std::string("127.0.0.256:80"),
                                  std::string("127.0.0:80"),
                                  std::string("localhost:80"),
                                  std::string("::1:80"),
                                  std::string("[::1]"),
                                  std::string("[::1]80"),
                                  std::string("[::1:80"),
                                  std::string("[]:80"),
                                  std::string("[fe80::1%]:80"),
                                  std::string("[fe80::1%eth0]:80"),
                                  std::string("[fe80::1%4294967296]:80"),
                                  std::string("[127.0.0.1:80"),
                                  std::string("unix:"),
                                  std::string("unix:@"),
                                  std::string("127.0.0.1:99999999999999999999"),
                                  std::string("127.0.0.1\0:80", 13),
                                  long_path}) {
    absl::StatusOr<Endpoint> endpoint = Endpoint::Parse(text);
    ASSERT_FALSE(endpoint.ok()) << text;
    EXPECT_EQ(endpoint.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(endpoint.status().ToString(), testing::HasSubstr(text));
  }
}

TEST(EndpointTest, AUnixPathMayHave107Bytes) {
  const std::string path = "/" + std::string(106, 'x');
  EXPECT_EQ(Parsed("unix:" + path).unix_file(), path);
}

TEST(EndpointTest, SplitHostPortLeavesTheHostAsItIs) {
  absl::StatusOr<HostPort> parts = Endpoint::SplitHostPort("localhost:80");
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ(parts->host, "localhost");
  EXPECT_EQ(parts->port, 80);
  parts = Endpoint::SplitHostPort("[::1]:81");
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ(parts->host, "::1");
  EXPECT_EQ(parts->port, 81);
}

TEST(EndpointTest, EqualMeansTheSameAddressAndHashesTheSame) {
  const Endpoint a = Parsed("10.0.0.1:5");
  EXPECT_EQ(a, Parsed("10.0.0.1:5"));
  EXPECT_EQ(absl::Hash<Endpoint>()(a), absl::Hash<Endpoint>()(Parsed("10.0.0.1:5")));
  EXPECT_FALSE(a == Parsed("10.0.0.1:6"));
  EXPECT_FALSE(a == Parsed("10.0.0.2:5"));
  EXPECT_FALSE(Parsed("unix:@a") == Parsed("unix:a"));
}

TEST(EndpointTest, ReadsWhatTheKernelReports) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(77);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&v4), sizeof(v4)),
            Parsed("127.0.0.1:77"));

  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  // An unnamed peer is its family alone (unix(7)).
  EXPECT_EQ(
      Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&local), sizeof(sa_family_t)).ToString(),
      "unix:(unnamed)");
  std::memcpy(local.sun_path, "\0ab", 3);
  EXPECT_EQ(Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&local),
                                   offsetof(sockaddr_un, sun_path) + 3),
            Parsed("unix:@ab"));
  EXPECT_EQ(Endpoint::FromSockaddr(nullptr, 0), Endpoint());
}

TEST(EndpointTest, RandomTextParsesOrIsRefusedAndNeverPrintsDifferently) {
  const std::string_view alphabet = "0123456789.:[]@/unixabc%\0 -";
  Prng prng(1);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (uint64_t size = prng.Between(0, 24); size > 0; --size) {
      text += alphabet[prng.Between(0, alphabet.size() - 1)];
    }
    absl::StatusOr<Endpoint> endpoint = Endpoint::Parse(text);
    if (endpoint.ok()) {
      EXPECT_EQ(Parsed(endpoint->ToString()), *endpoint) << text;
    }
  }
}

}  // namespace
}  // namespace sluice
