#include <string_view>
#include <utility>

#include "tests/http/message_cases.h"

namespace sluice::http_test {
namespace {

using namespace std::string_literals;

MessageCase Refused(std::string name, std::string bytes, int status, Http1Error error) {
  return {std::move(name), std::move(bytes), ErrorLine(status, error)};
}

// A request whose first line is `line`.
MessageCase Line(std::string name, const std::string& line, int status, Http1Error error) {
  return Refused(std::move(name), line + "\r\nHost: a\r\n\r\n", status, error);
}

// A request with `fields` behind its Host, each with its CRLF.
MessageCase Fields(std::string name, const std::string& fields, int status, Http1Error error) {
  return Refused(std::move(name), "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n", status,
                 error);
}

// A request whose fields are all given.
MessageCase Hosts(std::string name, const std::string& fields, Http1Error error) {
  return Refused(std::move(name), "GET / HTTP/1.1\r\n" + fields + "\r\n", 400, error);
}

}  // namespace

std::vector<MessageCase> RefusedRequestLines() {
  using enum Http1Error;
  return {
      Line("BareLfEndsRequestLine", "GET / HTTP/1.1\nX: y", 400, kBareLineFeed),
      Line("BareCrInRequestLine", "GET /\r HTTP/1.1", 400, kBareCarriageReturn),
      Line("CrCrLfEndsRequestLine", "GET / HTTP/1.1\r", 400, kBareCarriageReturn),
      Line("NulInMethod", "G\0T / HTTP/1.1"s, 400, kControlByte),
      Line("NulInTarget", "GET /\0 HTTP/1.1"s, 400, kControlByte),
      Line("DelInTarget", "GET /\x7f HTTP/1.1", 400, kControlByte),
      Line("EscapeByteInTarget", "GET /\x1b HTTP/1.1", 400, kControlByte),
      Line("TabInTarget", "GET /a\tb HTTP/1.1", 400, kBadTarget),
      Line("TlsHello", "\x16\x03\x01\x02\x01", 400, kControlByte),
      Line("EmptyMethod", " / HTTP/1.1", 400, kBadMethod),
      Line("MethodWithColon", "GET: / HTTP/1.1", 400, kBadMethod),
      Line("MethodWithParenthesis", "GE(T / HTTP/1.1", 400, kBadMethod),
      Line("MethodBeyondAscii", "G\xc3\x84T / HTTP/1.1", 400, kBadMethod),
      Line("TabAfterMethod", "GET\t/ HTTP/1.1", 400, kBadMethod),
      Line("TwoSpacesAfterMethod", "GET  / HTTP/1.1", 400, kBadRequestLine),
      Line("TwoSpacesBeforeVersion", "GET /  HTTP/1.1", 400, kBadRequestLine),
      Line("SpaceBehindVersion", "GET / HTTP/1.1 ", 400, kBadRequestLine),
      Line("SpaceInTarget", "GET /a b HTTP/1.1", 400, kBadRequestLine),
      Line("NoTarget", "GET HTTP/1.1", 400, kBadRequestLine),
      Line("EmptyTarget", "GET  HTTP/1.1", 400, kBadRequestLine),
      Line("MethodAlone", "GET", 400, kBadRequestLine),
      Line("MethodAndSpace", "GET ", 400, kBadRequestLine),
      Line("Http09", "GET /", 400, kBadRequestLine),
      Line("MethodOf33Bytes", std::string(33, 'M') + " / HTTP/1.1", 501, kMethodTooLong),
      Line("MethodOf100Bytes", std::string(100, 'M') + " / HTTP/1.1", 501, kMethodTooLong),
      Line("TargetWithoutSlash", "GET a HTTP/1.1", 400, kBadTarget),
      Line("TargetWithFragment", "GET /a#b HTTP/1.1", 400, kBadTarget),
      Line("TargetBeyondAscii", "GET /\xc3\xa4 HTTP/1.1", 400, kBadTarget),
      Line("TargetWithBackslash", "GET /a\\b HTTP/1.1", 400, kBadTarget),
      Line("TargetWithQuote", "GET /\"a HTTP/1.1", 400, kBadTarget),
      Line("TargetWithBrace", "GET /{a} HTTP/1.1", 400, kBadTarget),
      Line("TargetWithBracket", "GET /[a] HTTP/1.1", 400, kBadTarget),
      Line("BadByteBehind40Plain", "GET /" + std::string(40, 'p') + "< HTTP/1.1", 400, kBadTarget),
      Line("BadByteInQuery", "GET /?a=^ HTTP/1.1", 400, kBadTarget),
      Line("EscapeWithoutDigits", "GET /% HTTP/1.1", 400, kBadTarget),
      Line("EscapeWithOneDigit", "GET /%4 HTTP/1.1", 400, kBadTarget),
      Line("EscapeWithBadDigit", "GET /%4g HTTP/1.1", 400, kBadTarget),
      Line("TargetOf8193Bytes", "GET /" + std::string(8192, 't') + " HTTP/1.1", 414,
           kTargetTooLong),
      Line("TargetOf20000Bytes", "GET /" + std::string(20000, 't') + " HTTP/1.1", 414,
           kTargetTooLong),
      Line("AsteriskOfGet", "GET * HTTP/1.1", 400, kWrongTargetForm),
      Line("AsteriskAndMore", "OPTIONS *a HTTP/1.1", 400, kBadTarget),
      Line("ConnectToPath", "CONNECT /a HTTP/1.1", 400, kWrongTargetForm),
      Line("ConnectToUrl", "CONNECT http://a/ HTTP/1.1", 400, kWrongTargetForm),
      Line("ConnectWithoutPort", "CONNECT a HTTP/1.1", 400, kBadTarget),
      Line("ConnectWithEmptyPort", "CONNECT a: HTTP/1.1", 400, kBadTarget),
      Line("ConnectWithUser", "CONNECT u@a:80 HTTP/1.1", 400, kBadTarget),
      Line("AuthorityOfGet", "GET a:80 HTTP/1.1", 400, kWrongTargetForm),
      Line("AbsoluteWithoutHost", "GET http:///a HTTP/1.1", 400, kBadTarget),
      Line("AbsoluteWithUser", "GET http://u@a/ HTTP/1.1", 400, kBadTarget),
      Line("AbsoluteWithBadPort", "GET http://a:x/ HTTP/1.1", 400, kBadTarget),
      Line("AbsoluteWithSpace", "GET http://a b/ HTTP/1.1", 400, kBadRequestLine),
      Line("AbsoluteOfOtherScheme", "GET ftp://a/ HTTP/1.1", 400, kBadTarget),
      Line("AbsoluteWithFragment", "GET http://a/#f HTTP/1.1", 400, kBadTarget),
      Line("VersionInLowerCase", "GET / http/1.1", 400, kBadVersion),
      Line("VersionWithoutMinor", "GET / HTTP/1", 400, kBadVersion),
      Line("VersionWithoutDigits", "GET / HTTP/x.y", 400, kBadVersion),
      Line("VersionWithTwoMinorDigits", "GET / HTTP/1.10", 400, kBadVersion),
      Line("VersionWithTwoMajorDigits", "GET / HTTP/11.1", 400, kBadVersion),
      Line("VersionWithZeroBefore", "GET / HTTP/01.1", 400, kBadVersion),
      Line("VersionWithComma", "GET / HTTP/1,1", 400, kBadVersion),
      Line("VersionWithSpace", "GET / HTTP/ 1.1", 400, kBadVersion),
      Line("VersionWithSign", "GET / HTTP/+.1", 400, kBadVersion),
      Line("OtherProtocol", "GET / ICAP/1.0", 400, kBadVersion),
      Line("Http2", "GET / HTTP/2.0", 505, kUnsupportedVersion),
      Line("Http2Preface", "PRI * HTTP/2.0", 505, kUnsupportedVersion),
      Line("Http0", "GET / HTTP/0.9", 505, kUnsupportedVersion),
      Refused("TwoEmptyLinesBefore", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400,
              kBadRequestLine),
      Refused("BareLfBefore", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, kBareLineFeed),
  };
}

std::vector<MessageCase> RefusedFields() {
  using enum Http1Error;
  std::string many;
  for (int i = 0; i < 100; ++i) many += "X: y\r\n";
  std::string long_ones;
  for (int i = 0; i < 5; ++i) long_ones += "X: " + std::string(8000, 'y') + "\r\n";
  return {
      Fields("BareLfEndsField", "X: y\n", 400, kBareLineFeed),
      Fields("BareLfInField", "X: y\nTransfer-Encoding: chunked\r\n", 400, kBareLineFeed),
      Fields("BareLfEndsHead", "X: y\r\n\n", 400, kBareLineFeed),
      Fields("BareCrInField", "X: y\rTransfer-Encoding: chunked\r\n", 400, kBareCarriageReturn),
      Fields("BareCrBeforeCrLf", "X: y\r\r\n", 400, kBareCarriageReturn),
      Fields("BareCrStartsField", "\rX: y\r\n", 400, kBareCarriageReturn),
      Fields("CrTabInField", "X: y\r\tz\r\n", 400, kBareCarriageReturn),
      Fields("NulInName", "X\0Y: z\r\n"s, 400, kControlByte),
      Fields("NulInValue", "X: y\0z\r\n"s, 400, kControlByte),
      Fields("NulAlone", "\0\r\n"s, 400, kControlByte),
      Fields("DelInValue", "X: y\x7f\r\n", 400, kControlByte),
      Fields("ControlInValue", "X: y\x01\r\n", 400, kControlByte),
      Fields("VerticalTabInValue",
             "Transfer-Encoding: \x0b"
             "chunked\r\n",
             400, kControlByte),
      Fields("FormFeedInName", "Transfer-Encoding\x0c: chunked\r\n", 400, kControlByte),
      Fields("ControlBehind70Bytes", "X: " + std::string(70, 'y') + "\x02\r\n", 400, kControlByte),
      Fields("SpaceBeforeColon", "Content-Length : 5\r\n", 400, kSpaceBeforeColon),
      Fields("TabBeforeColon", "Content-Length\t: 5\r\n", 400, kSpaceBeforeColon),
      Fields("SpaceInName", "Content Length: 5\r\n", 400, kBadFieldName),
      Fields("FoldedLine", "X: y\r\n z\r\n", 400, kFoldedLine),
      Fields("FoldedLineWithTab", "X: y\r\n\tz\r\n", 400, kFoldedLine),
      Fields("FoldedField", " Transfer-Encoding: chunked\r\n", 400, kFoldedLine),
      Fields("LineOfSpaces", "   \r\n", 400, kFoldedLine),
      Refused("SpaceBeforeFirstField", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, kFoldedLine),
      Fields("NoName", ": y\r\n", 400, kNoFieldName),
      Fields("ColonAlone", ":\r\n", 400, kNoFieldName),
      Fields("NoColon", "Xyz\r\n", 400, kBadFieldName),
      Fields("NameBeyondAscii", "X\xc3\xa4: y\r\n", 400, kBadFieldName),
      Fields("NameWithSlash", "X/Y: z\r\n", 400, kBadFieldName),
      Fields("NameWithQuote", "\"X\": z\r\n", 400, kBadFieldName),
      Fields("NameWithBracket", "X[0]: z\r\n", 400, kBadFieldName),
      Fields("LongNameWithBadByte", std::string(80, 'x') + "@: z\r\n", 400, kBadFieldName),
      Fields("FieldLineOf16385Bytes", "X: " + std::string(16382, 'y') + "\r\n", 431,
             kFieldLineTooLong),
      Fields("OneHundredAndOneFields", many, 431, kTooManyFields),
      Fields("HeadOf40000Bytes", long_ones, 431, kHeadTooLong),
      Hosts("NoHost", "", kNoHost),
      Hosts("NoHostButAnother", "X-Host: a\r\n", kNoHost),
      Hosts("TwoHosts", "Host: a\r\nHost: a\r\n", kRepeatedHost),
      Hosts("TwoHostsOfOtherCase", "Host: a\r\nX: y\r\nhOST: b\r\n", kRepeatedHost),
      Hosts("EmptyHost", "Host: \r\n", kBadHost),
      Hosts("HostWithSpace", "Host: a b\r\n", kBadHost),
      Hosts("HostWithComma", "Host: a,b\r\n", kBadHost),
      Hosts("HostWithPath", "Host: a/b\r\n", kBadHost),
      Hosts("HostWithUser", "Host: u@a\r\n", kBadHost),
      Hosts("HostWithScheme", "Host: http://a\r\n", kBadHost),
      Hosts("HostWithQuery", "Host: a?b\r\n", kBadHost),
      Hosts("HostWithFragment", "Host: a#b\r\n", kBadHost),
      Hosts("HostWithBackslash", "Host: a\\b\r\n", kBadHost),
      Hosts("HostBeyondAscii", "Host: \xc3\xa4\r\n", kBadHost),
      Hosts("HostWithBrokenEscape", "Host: a%2\r\n", kBadHost),
      Hosts("HostWithTwoPorts", "Host: a:80:80\r\n", kBadHost),
      Hosts("HostWithWordForPort", "Host: a:http\r\n", kBadHost),
      Hosts("HostWithLargePort", "Host: a:65536\r\n", kBadHost),
      Hosts("HostWithSignedPort", "Host: a:+80\r\n", kBadHost),
      Hosts("HostOfPortAlone", "Host: :80\r\n", kBadHost),
      Hosts("HostWithOpenBracket", "Host: [::1\r\n", kBadHost),
      Hosts("HostWithBareIpv6", "Host: ::1\r\n", kBadHost),
      Hosts("HostWithBadIpv6", "Host: [::g]\r\n", kBadHost),
      Hosts("HostWithTextBehindIpv6", "Host: [::1]a\r\n", kBadHost),
      Refused("BadHostBesideAbsoluteTarget", "GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n", 400,
              kBadHost),
      Refused("NoHostBesideAbsoluteTarget", "GET http://a/ HTTP/1.1\r\n\r\n", 400, kNoHost),
      Refused("TwoHostsInHttp10", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400,
              kRepeatedHost),
      Fields("ConnectionWithParameter", "Connection: close;now\r\n", 400, kBadConnection),
      Fields("ConnectionWithTwoWords", "Connection: keep alive\r\n", 400, kBadConnection),
      Fields("SecondConnectionIsBad", "Connection: close\r\nConnection: a b\r\n", 400,
             kBadConnection),
      Fields("UpgradeToNoToken", "Connection: upgrade\r\nUpgrade: a b\r\n", 400, kBadUpgrade),
      Fields("UpgradeWithTwoVersions", "Connection: upgrade\r\nUpgrade: a/1/2\r\n", 400,
             kBadUpgrade),
      Fields("UnknownExpectation", "Expect: 200-ok\r\n", 417, kUnknownExpectation),
      Fields("ExpectationAndMore", "Expect: 100-continue, x\r\n", 417, kUnknownExpectation),
      Fields("SecondExpectation", "Expect: 100-continue\r\nExpect: y\r\n", 417,
             kUnknownExpectation),
  };
}

std::vector<MessageCase> RefusedFraming() {
  using enum Http1Error;
  return {
      Fields("LengthWithPlus", "Content-Length: +5\r\n", 400, kBadContentLength),
      Fields("LengthWithMinus", "Content-Length: -5\r\n", 400, kBadContentLength),
      Fields("LengthInHex", "Content-Length: 0x5\r\n", 400, kBadContentLength),
      Fields("LengthWithDecimals", "Content-Length: 5.0\r\n", 400, kBadContentLength),
      Fields("LengthWithExponent", "Content-Length: 1e3\r\n", 400, kBadContentLength),
      Fields("LengthWithUnderscore", "Content-Length: 1_0\r\n", 400, kBadContentLength),
      Fields("LengthWithSpaceInside", "Content-Length: 1 2\r\n", 400, kBadContentLength),
      Fields("LengthQuoted", "Content-Length: \"5\"\r\n", 400, kBadContentLength),
      Fields("LengthEmpty", "Content-Length:\r\n", 400, kBadContentLength),
      Fields("LengthOfWideDigits", "Content-Length: \xef\xbc\x95\r\n", 400, kBadContentLength),
      Fields("LengthList", "Content-Length: 5, 5\r\n", 400, kRepeatedContentLength),
      Fields("LengthListOfOthers", "Content-Length: 5,6\r\n", 400, kRepeatedContentLength),
      Fields("LengthsDisagree", "Content-Length: 5\r\nContent-Length: 6\r\n", 400,
             kRepeatedContentLength),
      Fields("LengthsAgree", "Content-Length: 5\r\ncontent-length: 5\r\n", 400,
             kRepeatedContentLength),
      Fields("LengthOf2To63", "Content-Length: 9223372036854775808\r\n", 400,
             kContentLengthTooLarge),
      Fields("LengthOf2To64", "Content-Length: 18446744073709551616\r\n", 400,
             kContentLengthTooLarge),
      Fields("LengthThatWrapsToFive", "Content-Length: 18446744073709551621\r\n", 400,
             kContentLengthTooLarge),
      Fields("LengthOf60Digits", "Content-Length: " + std::string(60, '9') + "\r\n", 400,
             kContentLengthTooLarge),
      Fields("LengthTooLargeAndBad", "Content-Length: " + std::string(60, '9') + "x\r\n", 400,
             kBadContentLength),
      Fields("LengthThenChunked", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400,
             kContentLengthAndChunked),
      Fields("ChunkedThenLength", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400,
             kContentLengthAndChunked),
      Fields("ZeroLengthAndChunked", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", 400,
             kContentLengthAndChunked),
      Fields("LengthAndIdentity", "Content-Length: 5\r\nTransfer-Encoding: identity\r\n", 400,
             kContentLengthAndChunked),
      Fields("Identity", "Transfer-Encoding: identity\r\n", 400, kBadTransferEncoding),
      Fields("EmptyEncoding", "Transfer-Encoding:\r\n", 400, kBadTransferEncoding),
      Fields("ChunkedWithParameter", "Transfer-Encoding: chunked;q=1\r\n", 400,
             kBadTransferEncoding),
      Fields("ChunkedQuoted", "Transfer-Encoding: \"chunked\"\r\n", 400, kBadTransferEncoding),
      Fields("ChunkedMisspelt", "Transfer-Encoding: xchunked\r\n", 400, kBadTransferEncoding),
      Fields("ChunkedNotLast", "Transfer-Encoding: chunked, gzip\r\n", 400, kBadTransferEncoding),
      Fields("ChunkedTwice", "Transfer-Encoding: chunked, chunked\r\n", 400, kBadTransferEncoding),
      Fields("ChunkedOnTwoLines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
             400, kRepeatedTransferEncoding),
      Fields("GzipThenChunkedLines", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
             400, kRepeatedTransferEncoding),
      Fields("ChunkedThenIdentityLines",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 400,
             kRepeatedTransferEncoding),
      Fields("GzipAndChunked", "Transfer-Encoding: gzip, chunked\r\n", 501,
             kUnknownTransferEncoding),
      Refused("ChunkedInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
              kTransferEncodingInHttp10),
  };
}

}  // namespace sluice::http_test
