// Heads of HTTP/1.1 requests and responses: bytes in, views out. No socket, no clock, no
// allocation.
//
//   Http1RequestParser parser(limits);
//   Http1Request request;
//   const Http1Parsed parsed = parser.Parse(bytes, &request);
//   if (parsed.result == DecodeResult::kMessage) Serve(request, bytes.substr(parsed.consumed));
//   if (parsed.result == DecodeResult::kError) Refuse(Http1ErrorStatus(parsed.error));
//
// The contract is that of a codec (reactor/codec.h): need-more consumes nothing, and the next call
// gets the same bytes, perhaps elsewhere in memory, with more behind them. A parser remembers how
// far it looked; a head fed byte by byte costs linear time. What comes out does not depend on how
// the input is cut. After a message the parser is ready for the next one; after an error it must
// not be called again before Reset.
//
// Bodies are Http1Body's (protocols/http1_body.h).
//
// Strict: RFC 9110 and 9112, and where they leave a choice the one that only has one reading.
// protocols/HTTP1.md lists the rules. What is never accepted has a reason in
// protocols/http1_error.h.
//
// A parser is about a kilobyte, nearly all of it the table of fields. Between messages it holds
// nothing, so that idle connections need none: parsers may be pooled.
#ifndef SLUICE_PROTOCOLS_HTTP1_PARSER_H_
#define SLUICE_PROTOCOLS_HTTP1_PARSER_H_

#include <string_view>

#include "protocols/http1_error.h"
#include "protocols/http1_head.h"
#include "protocols/http1_limits.h"
#include "protocols/http1_message.h"
#include "protocols/http1_scan.h"

namespace sluice {

// Http1Parsed is in protocols/http1_head.h: a result, a reason with kError, and the bytes consumed
// with kMessage.

class Http1RequestParser {
 public:
  // `limits` and `scan` are valid (ValidateHttp1Limits) and outlive the parser. `scan` is for
  // tests: how bytes are looked at, by default with the best instructions of this processor.
  explicit Http1RequestParser(const Http1Limits& limits, const Http1Scan& scan = BestHttp1Scan())
      : head_(limits, scan) {}

  // `*request` is set when a head is complete; what it holds otherwise means nothing. One empty
  // line before the request is skipped, as RFC 9112 2.2 asks for, and consumed with it.
  Http1Parsed Parse(std::string_view bytes, Http1Request* request);

  // True when a part of a head was seen: an end of the input now cuts a message off. An empty line
  // before a request is none.
  bool mid_message() const { return head_.mid_message(); }
  void Reset() { head_.Reset(); }

 private:
  // Of a head that was read.
  template <class HostBytes>
  Http1Parsed Whole(const char* message, Http1Request* request, const HostBytes& host_bytes);

  Http1Head<http1::RequestLine> head_;
};

class Http1ResponseParser {
 public:
  explicit Http1ResponseParser(const Http1Limits& limits, const Http1Scan& scan = BestHttp1Scan())
      : head_(limits, scan) {}

  // As above. `answered` is the method of the request this answers: a response to HEAD or CONNECT
  // is framed differently. It is the same in every call for one response. An interim response (1xx)
  // is a message like any other; the caller parses on for the final one.
  Http1Parsed Parse(std::string_view bytes, Http1Method answered, Http1Response* response);

  bool mid_message() const { return head_.mid_message(); }
  void Reset() { head_.Reset(); }

 private:
  Http1Head<http1::StatusLine> head_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_PARSER_H_
