#include <utility>

#include "tests/http/message_cases.h"

namespace sluice::http_test {
namespace {

MessageCase Refused(std::string name, const std::string& head, int status, Http1Error error) {
  return {std::move(name), head + "\r\n\r\n", ErrorLine(status, error)};
}

}  // namespace

std::vector<MessageCase> Responses() {
  using enum Http1Error;
  return {
      {"Ok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 204 \r\n\r\n",
       "1.1 200 'OK', length 2 keep; Content-Length='2'\ncontent 'hi'\nend\n"
       "1.1 204 '', no body keep;\nend\n"},
      {"EmptyBody", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
       "1.1 200 '', no body 0 keep; Content-Length='0'\nend\n"},
      {"ChunkedBody", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
       "1.1 200 'OK', chunked keep; Transfer-Encoding='chunked'\ncontent 'x'\nend\n"},
      {"UntilClose", "HTTP/1.1 200 OK\r\n\r\nto the end",
       "1.1 200 'OK', until close close;\n"
       "content 'to the end'\n"},
      {"Http10", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
       "1.0 200 'OK', length 1 close; Content-Length='1'\ncontent 'x'\nend\n"},
      {"Interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
       "1.1 100 'Continue', no body keep;\nend\n"
       "1.1 200 'OK', no body 0 keep; Content-Length='0'\nend\n"},
      {"NotModified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
       "1.1 304 'Not Modified', no body 9 keep; Content-Length='9'\nend\n"},
      {"SwitchingProtocols",
       "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81",
       "1.1 101 'Switching', tunnel close upgrade='websocket'; Connection='upgrade' "
       "Upgrade='websocket'\n"},
      {"Close", "HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
       "1.1 404 'No', no body 0 close; Connection='close' Content-Length='0'\nend\n"},
      {"ReasonOfAnyBytes", "HTTP/1.1 200 \tnot\xc3\xa4 \"x\"\r\nContent-Length: 0\r\n\r\n",
       "1.1 200 '\\tnot\\xc3\\xa4 \"x\"', no body 0 keep; Content-Length='0'\nend\n"},
      Refused("EmptyLineFirst", "\r\nHTTP/1.1 200 OK", 502, kBadStatusLine),
      Refused("NoSpaceBehindStatus", "HTTP/1.1 200", 502, kBadStatusLine),
      Refused("TwoSpacesBeforeStatus", "HTTP/1.1  200 OK", 502, kBadStatus),
      Refused("StatusOfTwoDigits", "HTTP/1.1 20 OK", 502, kBadStatus),
      Refused("StatusOfFourDigits", "HTTP/1.1 2000 OK", 502, kBadStatusLine),
      Refused("StatusBelow100", "HTTP/1.1 099 OK", 502, kBadStatus),
      Refused("StatusAbove599", "HTTP/1.1 600 OK", 502, kBadStatus),
      Refused("StatusOfLetters", "HTTP/1.1 2x0 OK", 502, kBadStatus),
      Refused("SpaceBeforeVersion", " HTTP/1.1 200 OK", 502, kBadStatusLine),
      Refused("TabBehindVersion", "HTTP/1.1\t200 OK", 502, kBadStatusLine),
      Refused("TabBehindStatus", "HTTP/1.1 200\tOK", 502, kBadStatusLine),
      Refused("StatusWithSign", "HTTP/1.1 +20 OK", 502, kBadStatus),
      Refused("StatusBeyond3Digits", "HTTP/1.1 200OK ", 502, kBadStatusLine),
      Refused("GzipAlone", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip", 400, kBadTransferEncoding),
      Refused("LengthList", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5", 400, kRepeatedContentLength),
      Refused("FoldedField", "HTTP/1.1 200 OK\r\nX: y\r\n z", 400, kFoldedLine),
      Refused("OtherVersion", "HTTP/2.0 200 OK", 505, kUnsupportedVersion),
      Refused("BadVersion", "HTTP/1,1 200 OK", 400, kBadVersion),
      Refused("NulInReason", std::string("HTTP/1.1 200 \0", 14), 400, kControlByte),
      Refused("ReasonTooLong", "HTTP/1.1 200 " + std::string(1012, 'r'), 502, kStatusLineTooLong),
      Refused("BareLf", "HTTP/1.1 200 OK\nContent-Length: 0", 400, kBareLineFeed),
      Refused("LengthsDisagree", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2", 400,
              kRepeatedContentLength),
      Refused("LengthAndChunked",
              "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", 400,
              kContentLengthAndChunked),
      Refused("ChunkedNotLast", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip", 400,
              kBadTransferEncoding),
      Refused("ChunkedInHttp10", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked", 400,
              kTransferEncodingInHttp10),
  };
}

}  // namespace sluice::http_test
