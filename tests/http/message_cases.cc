#include "tests/http/message_cases.h"

#include <iterator>
#include <string_view>
#include <utility>

namespace sluice::http_test {
namespace {

using namespace std::string_literals;

constexpr char kLongMethod[] = "METHOD-OF-JUST-THIRTY-TWO-BYTES!";
constexpr char kOddMethod[] = "!#$%&'*+-.^_`|~09azAZ";

// A request with `fields` behind its Host, and what the transcript says of it behind the Host.
MessageCase Fields(std::string name, const std::string& fields, const std::string& says) {
  return {std::move(name), "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n",
          "POST '/' origin path='/' 1.1 for 'a', " + says + "\nend\n"};
}

// A GET of `target`, and what the transcript says of it.
MessageCase Target(std::string name, const std::string& target, const std::string& says,
                   const std::string& method = "GET") {
  const bool other = method == "get" || method == kLongMethod || method == kOddMethod;
  return {std::move(name), method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n",
          method + (other ? "(other)" : "") + " '" + target + "' " + says +
              ", no body keep; Host='a'\nend\n"};
}

MessageCase Host(std::string name, const std::string& host) {
  return {
      std::move(name), "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
      "GET '/' origin path='/' 1.1 for '" + host + "', no body keep; Host='" + host + "'\nend\n"};
}

// `body` behind a head that announces chunks.
MessageCase Chunks(std::string name, const std::string& body, const std::string& says) {
  return {std::move(name), "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body,
          "PUT '/' origin path='/' 1.1 for 'a', chunked keep; Host='a' "
          "Transfer-Encoding='chunked'\n" +
              says};
}

}  // namespace

std::string ErrorLine(int status, Http1Error error) {
  return "error " + std::to_string(status) + " " + std::string(Http1ErrorText(error)) + "\n";
}

std::vector<MessageCase> AcceptedRequests() {
  std::string fields;
  std::string described;
  for (int i = 0; i < 99; ++i) {
    fields += "X: y\r\n";
    described += " X='y'";
  }
  const std::string longest(16381, 'y');
  return {
      Target("Small", "/", "origin path='/' 1.1 for 'a'"),
      Target("Path", "/a/b-c_d.e~f;g=h,i", "origin path='/a/b-c_d.e~f;g=h,i' 1.1 for 'a'"),
      Target("AllPlainBytes", "/!$&()*+,;=:@", "origin path='/!$&()*+,;=:@' 1.1 for 'a'"),
      Target("Query", "/a?b=c&d?e/f", "origin path='/a' query='b=c&d?e/f' 1.1 for 'a'"),
      Target("EmptyQuery", "/a?", "origin path='/a' query='' 1.1 for 'a'"),
      Target("Escapes", "/%41%2f%00?%fF", "origin path='/%41%2f%00' query='%fF' 1.1 for 'a'"),
      Target("TwoSlashes", "//a//", "origin path='//a//' 1.1 for 'a'"),
      Target("LongPath", "/" + std::string(100, 'p') + "?" + std::string(70, 'q'),
             "origin path='/" + std::string(100, 'p') + "' query='" + std::string(70, 'q') +
                 "' 1.1 for 'a'"),
      Target("Absolute", "http://b.example:8080/c?d",
             "absolute path='/c' query='d' 1.1 for 'b.example:8080'"),
      Target("AbsoluteOfAnyCase", "HTTPS://b/", "absolute path='/' 1.1 for 'b'"),
      Target("AbsoluteWithoutPath", "http://b", "absolute path='/' 1.1 for 'b'"),
      Target("AbsoluteWithQueryAlone", "http://b?c", "absolute path='/' query='c' 1.1 for 'b'"),
      Target("Asterisk", "*", "asterisk path='*' 1.1 for 'a'", "OPTIONS"),
      Target("Authority", "b:443", "authority path='b:443' 1.1 for 'b:443'", "CONNECT"),
      Target("AuthorityIpv6", "[::1]:443", "authority path='[::1]:443' 1.1 for '[::1]:443'",
             "CONNECT"),
      Target("AbsoluteIpv6", "http://[::1]:80/", "absolute path='/' 1.1 for '[::1]:80'"),
      Target("AbsoluteWithEmptyPort", "http://b:/c", "absolute path='/c' 1.1 for 'b:'"),
      Target("AbsoluteOfOptions", "http://b", "absolute path='/' 1.1 for 'b'", "OPTIONS"),
      Target("AbsoluteInPath", "/http://b/", "origin path='/http://b/' 1.1 for 'a'"),
      Target("AuthorityWithZeros", "b:00443", "authority path='b:00443' 1.1 for 'b:00443'",
             "CONNECT"),
      Target("QuestionMarks", "/??a=?", "origin path='/' query='?a=?' 1.1 for 'a'"),
      Target("Dots", "/../a/./%2e%2E/b", "origin path='/../a/./%2e%2E/b' 1.1 for 'a'"),
      Target("OriginOfOptions", "/a", "origin path='/a' 1.1 for 'a'", "OPTIONS"),
      Target("PathOf8192Bytes", "/" + std::string(8191, 't'),
             "origin path='/" + std::string(8191, 't') + "' 1.1 for 'a'"),
      Target("MethodOf32Bytes", "/", "origin path='/' 1.1 for 'a'", kLongMethod),
      Target("MethodOfAllTokenBytes", "/", "origin path='/' 1.1 for 'a'", kOddMethod),
      Target("MethodInLowerCase", "/", "origin path='/' 1.1 for 'a'", "get"),
      {"UnknownMethod", "PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n",
       "PROPFIND(other) '/' origin path='/' 1.1 for 'a', no body keep; Host='a'\nend\n"},
      Host("HostName", "www.mountain-walks.example"),
      Host("HostWithPort", "a:65535"),
      Host("HostWithEmptyPort", "a:"),
      Host("HostIpv4", "127.0.0.1:80"),
      Host("HostIpv6", "[2001:db8::1]:80"),
      Host("HostWithEscape", "a%41"),
      Host("HostWithPort0", "a:0"),
      Host("HostWithPortOfZeros", "a:00080"),
      Host("HostOfAnyCase", "A.Example"),
      Host("HostWithDotAtEnd", "a.example."),
      Host("HostOfOddBytes", "a_b-c~!$&()*+;=d"),
      Host("HostOfDots", "a..b"),
      Host("HostIpv4OutOfRange", "256.1.1.1"),
      Host("HostIpv6Alone", "[::]"),
      Host("HostIpv6WithIpv4", "[::ffff:1.2.3.4]"),
      Host("HostIpv6WithEmptyPort", "[2001:DB8::A]:"),
      Host("HostOf300Bytes", std::string(300, 'h')),
      {"HostWithSpaceAround", "GET / HTTP/1.1\r\nhOsT:\t a \t\r\n\r\n",
       "GET '/' origin path='/' 1.1 for 'a', no body keep; hOsT='a'\nend\n"},
      {"HostLast", "GET / HTTP/1.1\r\nX: y\r\nHost:a\r\n\r\n",
       "GET '/' origin path='/' 1.1 for 'a', no body keep; X='y' Host='a'\nend\n"},
      {"HostInHttp10", "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
       "GET '/' origin path='/' 1.0 for 'a', no body close; Host='a'\nend\n"},
      {"Http10KeepAliveAndClose", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
       "GET '/' origin path='/' 1.0 for '', no body close; Connection='keep-alive, close'\nend\n"},
      {"Http10Upgrade", "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n",
       "GET '/' origin path='/' 1.0 for '', no body close; Connection='upgrade' "
       "Upgrade='a'\nend\n"},
      {"Http12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
       "GET '/' origin path='/' 1.1 for 'a', no body keep; Host='a'\nend\n"},
      {"EmptyLineBetween",
       "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
       "GET '/1' origin path='/1' 1.1 for 'a', no body keep; Host='a'\nend\n"
       "GET '/2' origin path='/2' 1.1 for 'a', no body keep; Host='a'\nend\n"},
      {"EmptyLineBefore", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
       "GET '/' origin path='/' 1.1 for 'a', no body keep; Host='a'\nend\n"},
      {"Http10", "GET / HTTP/1.0\r\n\r\n",
       "GET '/' origin path='/' 1.0 for '', no body close;\nend\n"},
      {"Http10KeepAlive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
       "GET '/' origin path='/' 1.0 for '', no body keep; Connection='Keep-Alive'\nend\n"},
      {"Http10Continue", "GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
       "GET '/' origin path='/' 1.0 for '', no body close; Expect='100-continue'\nend\n"},
      {"Http19", "GET / HTTP/1.9\r\nHost: a\r\n\r\n",
       "GET '/' origin path='/' 1.1 for 'a', no body keep; Host='a'\nend\n"},
      {"Pipelined", "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n",
       "GET '/1' origin path='/1' 1.1 for 'a', no body keep; Host='a'\nend\n"
       "GET '/2' origin path='/2' 1.1 for 'b', no body keep; Host='b'\nend\n"},
      Fields("Close", "Connection: close\r\n", "no body close; Host='a' Connection='close'"),
      Fields("CloseInList", "connection: a,, ClOsE ,keep-alive\r\n",
             "no body close; Host='a' connection='a,, ClOsE ,keep-alive'"),
      Fields("CloseOnSecondLine", "Connection: a\r\nX: y\r\nConnection: close\r\n",
             "no body close; Host='a' Connection='a' X='y' Connection='close'"),
      Fields("Closed", "Connection: closed\r\n", "no body keep; Host='a' Connection='closed'"),
      Fields("Upgrade", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n",
             "no body keep upgrade='websocket'; Host='a' Connection='keep-alive, Upgrade' "
             "Upgrade='websocket'"),
      Fields("UpgradeNotNamed", "Upgrade: h2c, a/1\r\n",
             "no body keep; Host='a' Upgrade='h2c, a/1'"),
      Fields("Continue", "eXPECT: 100-Continue\r\nContent-Length: 0\r\n",
             "no body 0 keep continue; Host='a' eXPECT='100-Continue' Content-Length='0'"),
      Fields("ContinueTwice", "Expect: ,100-continue, 100-CONTINUE\r\n",
             "no body keep continue; Host='a' Expect=',100-continue, 100-CONTINUE'"),
      Fields("ExpectationOfNothing", "Expect:\r\n", "no body keep; Host='a' Expect=''"),
      Fields("ExpectationsOfNothing", "Expect: , ,\r\n", "no body keep; Host='a' Expect=', ,'"),
      Fields("ConnectionOfNothing", "Connection:\r\nConnection: ,,\r\n",
             "no body keep; Host='a' Connection='' Connection=',,'"),
      Fields("ConnectionOfUnknown", "Connection: te, x-y\r\n",
             "no body keep; Host='a' Connection='te, x-y'"),
      Fields("UpgradeNamedButNotThere", "Connection: upgrade\r\n",
             "no body keep; Host='a' Connection='upgrade'"),
      Fields("UpgradeOfNothing", "Connection: upgrade\r\nUpgrade:\r\n",
             "no body keep; Host='a' Connection='upgrade' Upgrade=''"),
      Fields("ProxyConnection", "Proxy-Connection: close\r\n",
             "no body keep; Host='a' Proxy-Connection='close'"),
      Fields("LengthOfZeros", "Content-Length:\t00 \t\r\n",
             "no body 0 keep; Host='a' Content-Length='00'"),
      Fields("NamesWithUnderscores", "Content_Length: 5\r\nTransfer_Encoding: chunked\r\n",
             "no body keep; Host='a' Content_Length='5' Transfer_Encoding='chunked'"),
      Fields("NamesWithPrefix", "X-Content-Length: 5\r\nX-Transfer-Encoding: chunked\r\n",
             "no body keep; Host='a' X-Content-Length='5' X-Transfer-Encoding='chunked'"),
      Fields("TeAndTrailer", "TE: chunked, trailers\r\nTrailer: X\r\n",
             "no body keep; Host='a' TE='chunked, trailers' Trailer='X'"),
      Fields("SpaceAroundValue", "X: \t  y z\t \r\n", "no body keep; Host='a' X='y z'"),
      Fields("NoSpaceBeforeValue", "X:y\r\n", "no body keep; Host='a' X='y'"),
      Fields("EmptyValues", "X:\r\nY: \r\nZ: \t \r\n", "no body keep; Host='a' X='' Y='' Z=''"),
      Fields("TabInValue", "X: y\tz\r\n", "no body keep; Host='a' X='y\\tz'"),
      Fields("ValueBeyondAscii", "X: \xc3\xa4\xff\r\n",
             "no body keep; Host='a' X='\\xc3\\xa4\\xff'"),
      Fields("ColonsInValue", "X: :y:z\r\n", "no body keep; Host='a' X=':y:z'"),
      Fields("AllTokenBytesInName", "!#$%&*+-.^_`|~09azAZ: y\r\n",
             "no body keep; Host='a' !#$%&*+-.^_`|~09azAZ='y'"),
      Fields("NameOf200Bytes", std::string(200, 'n') + ": y\r\n",
             "no body keep; Host='a' " + std::string(200, 'n') + "='y'"),
      Fields("NamesLikeKnownOnes", "Hosts: b\r\nExpekt: c\r\nContent-Lengths: d\r\nUpgrad_: e\r\n",
             "no body keep; Host='a' Hosts='b' Expekt='c' Content-Lengths='d' Upgrad_='e'"),
      Fields("FieldLineOf16384Bytes", "X: " + longest + "\r\n",
             "no body keep; Host='a' X='" + longest + "'"),
      Fields("OneHundredFields", fields, "no body keep; Host='a'" + described),
  };
}

std::vector<MessageCase> RequestBodies() {
  using enum Http1Error;
  return {
      {"Length",
       "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n",
       "PUT '/' origin path='/' 1.1 for 'a', length 5 keep; Host='a' Content-Length='5'\n"
       "content 'hello'\nend\nGET '/' origin path='/' 1.0 for '', no body close;\nend\n"},
      {"LengthWithZeros",
       "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0000000000000000000000002\r\n\r\nhi",
       "PUT '/' origin path='/' 1.1 for 'a', length 2 keep; Host='a' "
       "Content-Length='0000000000000000000000002'\ncontent 'hi'\nend\n"},
      {"LengthBeyondLimit",
       "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\nx",
       "PUT '/' origin path='/' 1.1 for 'a', length 9223372036854775807 keep; Host='a' "
       "Content-Length='9223372036854775807'\n" +
           ErrorLine(413, kBodyTooLong)},
      {"LengthOf2To32", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4294967296\r\n\r\nx",
       "PUT '/' origin path='/' 1.1 for 'a', length 4294967296 keep; Host='a' "
       "Content-Length='4294967296'\n" +
           ErrorLine(413, kBodyTooLong)},
      {"LengthOfGet",
       "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\n\r\n",
       "GET '/' origin path='/' 1.1 for 'a', length 3 keep; Host='a' Content-Length='3'\n"
       "content 'abc'\nend\nGET '/' origin path='/' 1.0 for '', no body close;\nend\n"},
      {"LengthInHttp10", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi",
       "POST '/' origin path='/' 1.0 for '', length 2 close; Content-Length='2'\n"
       "content 'hi'\nend\n"},
      {"LengthOfZeroThenAnother",
       "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.0\r\n\r\n",
       "PUT '/' origin path='/' 1.1 for 'a', no body 0 keep; Host='a' Content-Length='0'\nend\n"
       "GET '/' origin path='/' 1.0 for '', no body close;\nend\n"},
      {"BodyOfAnyBytes", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n\0\n\r\r\x7f"s,
       "PUT '/' origin path='/' 1.1 for 'a', length 5 keep; Host='a' Content-Length='5'\n"
       "content '\\x00\\n\\r\\r\\x7f'\nend\n"},
      {"BodyLongerThanSaid", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxy / z\r\n",
       "PUT '/' origin path='/' 1.1 for 'a', length 1 keep; Host='a' Content-Length='1'\n"
       "content 'x'\nend\n" +
           ErrorLine(400, kBadVersion)},
      {"ChunkedOfAnyCase",
       "PUT / HTTP/1.1\r\nHost: a\r\ntransfer-ENCODING: ChunKed \r\n\r\n1\r\nx\r\n0\r\n\r\n",
       "PUT '/' origin path='/' 1.1 for 'a', chunked keep; Host='a' transfer-ENCODING='ChunKed'\n"
       "content 'x'\nend\n"},
      Chunks("NoChunks", "0\r\n\r\n", "end\n"),
      Chunks("Chunks", "5\r\nhello\r\n00000A\r\n, world\r\n!\r\n000\r\n\r\nGET / HTTP/1.0\r\n\r\n",
             "content 'hello, world\\r\\n!'\nend\n"
             "GET '/' origin path='/' 1.0 for '', no body close;\nend\n"),
      Chunks("ChunkOf300", "12c\r\n" + std::string(300, 'x') + "\r\n0\r\n\r\n",
             "content '" + std::string(300, 'x') + "'\nend\n"),
      Chunks("Extensions",
             "1;a\r\nx\r\n1;a=b;c=\"d;\\\"\te\"\r\ny\r\n1 ; a = b\t;c\r\nz\r\n0;l\r\n\r\n",
             "content 'xyz'\nend\n"),
      Chunks("Trailers", "1\r\nx\r\n0\r\nA: b \r\nC:\r\n\r\n",
             "content 'x'\ntrailer A='b'\ntrailer C=''\nend\n"),
      Chunks("TrailersDoNotFrame", "0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\n\r\n",
             "trailer Content-Length='9'\ntrailer Transfer-Encoding='x'\nend\n"),
      Chunks("SizeInUpperCase", "A\r\n0123456789\r\n0\r\n\r\n", "content '0123456789'\nend\n"),
      Chunks("SizeOf16Digits", "0000000000000001\r\nx\r\n0\r\n\r\n", "content 'x'\nend\n"),
      Chunks("LastSizeOfTwoZeros", "1\r\nx\r\n00\r\n\r\n", "content 'x'\nend\n"),
      Chunks("LastSizeOf16Zeros", "0000000000000000\r\n\r\n", "end\n"),
      Chunks("LastSizeWithExtension", "0;a=\"b\"\r\n\r\n", "end\n"),
      Chunks("LastSizeWithSpacedExtension", "0\t;\ta\r\n\r\n", "end\n"),
      Chunks("ExtensionQuotedEmpty", "1;a=\"\"\r\nx\r\n0\r\n\r\n", "content 'x'\nend\n"),
      Chunks("ExtensionQuotedBeyondAscii", "1;a=\"\xc3\xa4;=\\\xc3\"\r\nx\r\n0\r\n\r\n",
             "content 'x'\nend\n"),
      Chunks("DataOfLineEnds", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "content '\\r\\n\\r\\n'\nend\n"),
      Chunks("DataThatLooksLikeTheEnd", "5\r\n0\r\n\r\n\r\n0\r\n\r\n",
             "content '0\\r\\n\\r\\n'\nend\n"),
      Chunks("TrailersNameAnything", "0\r\nHost: b\r\nConnection: close\r\nX: \xc3\xa4\r\n\r\n",
             "trailer Host='b'\ntrailer Connection='close'\ntrailer X='\\xc3\\xa4'\nend\n"),
      Chunks("LastSizeWithPrefix", "0x0\r\n\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("LastSizeWithSpace", "0 \r\n\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("LastSizeWithSign", "-0\r\n\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("LastSizeMissing", "1\r\nx\r\n\r\n", "content 'x'\n" + ErrorLine(400, kBadChunkSize)),
      Chunks("SizeWithComma", "1,a\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeWithDecimals", "1.0\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeWithSuffix", "1h\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeQuoted", "\"1\"\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeBeyondAscii", "\xd9\xa1\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeInWideDigit", "\xef\xbc\x91\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("TabBeforeSize", "\t1\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("TabBehindSize", "1\t\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SemicolonBeforeSize", ";a\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("NulInSize", std::string("1\0\r\nx\r\n", 7), ErrorLine(400, kControlByte)),
      Chunks("CrBeforeSize", "\r1\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("LfBeforeSize", "\n1\r\nx\r\n", ErrorLine(400, kBareLineFeed)),
      Chunks("CrCrLfBehindSize", "1\r\r\nx\r\n", ErrorLine(400, kBareCarriageReturn)),
      Chunks("SizeOf2To64", "10000000000000000\r\n", ErrorLine(400, kChunkSizeTooLarge)),
      Chunks("SizeOfAllFs", "ffffffffffffffff\r\n", ErrorLine(400, kChunkSizeTooLarge)),
      Chunks("SizeEmpty", "\r\nx", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeNotHex", "g\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeWithSign", "+1\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeWithMinus", "-1\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeWithPrefix", "0x1\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeWithUnderscore", "1_0\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SpaceBeforeSize", " 1\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SpaceBehindSize", "1 \r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("JunkBehindSize", "1 x\r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("SizeOf2To63", "8000000000000000\r\n", ErrorLine(400, kChunkSizeTooLarge)),
      Chunks("SizeThatWraps", "10000000000000001\r\nx", ErrorLine(400, kChunkSizeTooLarge)),
      Chunks("SizeOf17Zeros", "00000000000000000\r\n", ErrorLine(400, kChunkSizeTooLarge)),
      Chunks("SizeBeyondLimit", "7fffffffffffffff\r\n", ErrorLine(413, kBodyTooLong)),
      Chunks("SizesAddUpBeyondLimit", "1\r\nx\r\n40000000\r\n",
             "content 'x'\n" + ErrorLine(413, kBodyTooLong)),
      Chunks("BareLfBehindSize", "1\nx\r\n", ErrorLine(400, kBareLineFeed)),
      Chunks("BareCrBehindSize", "1\rx\r\n", ErrorLine(400, kBareCarriageReturn)),
      Chunks("BareLfBehindLastChunk", "0\n\r\n", ErrorLine(400, kBareLineFeed)),
      Chunks("LfInExtension", "1;a\nb\r\nx\r\n", ErrorLine(400, kBareLineFeed)),
      Chunks("LfInQuotedExtension", "1;a=\"\n\"\r\nx\r\n", ErrorLine(400, kBareLineFeed)),
      Chunks("CrInExtension", "1;a\rb\r\nx\r\n", ErrorLine(400, kBareCarriageReturn)),
      Chunks("CrInQuotedExtension", "1;a=\"\r\n\"\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("NulInExtension", std::string("1;\0\r\nx\r\n", 8), ErrorLine(400, kControlByte)),
      Chunks("ExtensionWithoutName", "1;\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionOfValueAlone", "1;=a\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionWithoutValue", "1;a=\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionOfTwoWords", "1;a b\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionWithOpenQuote", "1;a=\"b\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionBehindQuote", "1;a=\"b\"c\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("SpaceBehindExtension", "1;a=b \r\nx\r\n", ErrorLine(400, kBadChunkSize)),
      Chunks("ExtensionsOfNothing", "1;;a\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionAndSemicolon", "1;a;\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionWithTwoValues", "1;a=b=c\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionWithQuotedName", "1;\"a\"=b\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionWithBracket", "1;a=[b]\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionBeyondAscii", "1;\xc3\xa4\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("ExtensionWithoutNameInLast", "0;\r\n\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("CrEscapedInExtension", "1;a=\"\\\r\n\"\r\nx\r\n", ErrorLine(400, kBadChunkExtension)),
      Chunks("LfEscapedInExtension", "1;a=\"\\\n\"\r\nx\r\n", ErrorLine(400, kBareLineFeed)),
      Chunks("NulEscapedInExtension", std::string("1;a=\"\\\0\"\r\nx\r\n", 13),
             ErrorLine(400, kControlByte)),
      Chunks("DelInQuotedExtension", "1;a=\"\x7f\"\r\nx\r\n", ErrorLine(400, kControlByte)),
      Chunks("BareLfBehindExtension", "1;a\nx\r\n0\r\n\r\n", ErrorLine(400, kBareLineFeed)),
      Chunks("LfBehindSemicolon", "1;\nx\r\n0\r\n\r\n", ErrorLine(400, kBareLineFeed)),
      Chunks("ExtensionTooLong", "1;" + std::string(1023, 'e') + "\r\nx\r\n",
             ErrorLine(413, kChunkLineTooLong)),
      Chunks("DataWithoutEnd", "1\r\nxy\r\n", "content 'x'\n" + ErrorLine(400, kBadChunkEnd)),
      Chunks("DataEndsInLf", "1\r\nx\n0\r\n\r\n", "content 'x'\n" + ErrorLine(400, kBadChunkEnd)),
      Chunks("DataEndsInCr", "1\r\nx\r0\r\n\r\n", "content 'x'\n" + ErrorLine(400, kBadChunkEnd)),
      Chunks("DataShorterThanSaid", "3\r\nx\r\n0\r\n\r\n",
             "content 'x\\r\\n'\n" + ErrorLine(400, kBadChunkEnd)),
      Chunks("DataEndsInCrCrLf", "1\r\nx\r\r\n0\r\n\r\n",
             "content 'x'\n" + ErrorLine(400, kBadChunkEnd)),
      Chunks("DataEndsInLfCr", "1\r\nx\n\r0\r\n\r\n",
             "content 'x'\n" + ErrorLine(400, kBadChunkEnd)),
      Chunks("DataAndSpace", "1\r\nx \r\n0\r\n\r\n",
             "content 'x'\n" + ErrorLine(400, kBadChunkEnd)),
      Chunks("DataWithoutLineEnd", "1\r\nx0\r\n\r\n",
             "content 'x'\n" + ErrorLine(400, kBadChunkEnd)),
      Chunks("BareLfEndsTrailers", "0\r\n\n", ErrorLine(400, kBareLineFeed)),
      Chunks("BareLfEndsTrailersBehindOne", "0\r\nA: b\r\n\n",
             "trailer A='b'\n" + ErrorLine(400, kBareLineFeed)),
      Chunks("BareCrEndsTrailers", "0\r\n\rX", ErrorLine(400, kBareCarriageReturn)),
      Chunks("TrailerWithoutName", "0\r\n: b\r\n\r\n", ErrorLine(400, kNoFieldName)),
      Chunks("TrailerFoldedFirst", "0\r\n A: b\r\n\r\n", ErrorLine(400, kFoldedLine)),
      Chunks("TabBeforeColonInTrailer", "0\r\nA\t: b\r\n\r\n", ErrorLine(400, kSpaceBeforeColon)),
      Chunks("DelInTrailer", "0\r\nA: \x7f\r\n\r\n", ErrorLine(400, kControlByte)),
      Chunks("NameWithSpaceInTrailer", "0\r\nA B: c\r\n\r\n", ErrorLine(400, kBadFieldName)),
      Chunks("JunkBehindTheEnd", "0\r\n\r\nx\r\n", "end\n" + ErrorLine(400, kBadRequestLine)),
      Chunks("BareLfInTrailer", "0\r\nA: b\n\r\n", ErrorLine(400, kBareLineFeed)),
      Chunks("BareCrInTrailer", "0\r\nA: b\rc\r\n\r\n", ErrorLine(400, kBareCarriageReturn)),
      Chunks("NulInTrailer", std::string("0\r\nA: \0\r\n\r\n", 10), ErrorLine(400, kControlByte)),
      Chunks("FoldedTrailer", "0\r\nA: b\r\n c\r\n\r\n",
             "trailer A='b'\n" + ErrorLine(400, kFoldedLine)),
      Chunks("SpaceBeforeColonInTrailer", "0\r\nA : b\r\n\r\n", ErrorLine(400, kSpaceBeforeColon)),
      Chunks("TrailerWithoutColon", "0\r\nGET / HTTP/1.1\r\n\r\n", ErrorLine(400, kBadFieldName)),
      Chunks("TrailersTooLong", "0\r\nA: " + std::string(8190, 'b') + "\r\n\r\n",
             ErrorLine(431, kTrailersTooLong)),
  };
}

std::vector<MessageCase> AllRequests() {
  std::vector<MessageCase> all;
  for (std::vector<MessageCase> cases : {AcceptedRequests(), RefusedRequestLines(), RefusedFields(),
                                         RefusedFraming(), RefusedBytes(), RequestBodies()}) {
    all.insert(all.end(), std::make_move_iterator(cases.begin()),
               std::make_move_iterator(cases.end()));
  }
  return all;
}

}  // namespace sluice::http_test
