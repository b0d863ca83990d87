// Why bytes are not HTTP/1.1 that Sluice takes: one reason a rule, with words for people and the
// status a server answers before it closes.
#ifndef SLUICE_PROTOCOLS_HTTP1_ERROR_H_
#define SLUICE_PROTOCOLS_HTTP1_ERROR_H_

#include <cstdint>
#include <string_view>

namespace sluice {

// The first offence of a message, reading from its front; what belongs to no one place (Host is
// missing, two fields contradict each other) is judged last, when the head is complete. However the
// bytes arrive, the reason is the same.
enum class Http1Error : uint8_t {
  kNone = 0,

  // Bytes and lines, anywhere in a head or in trailers.
  kBareLineFeed,        // LF without CR before it
  kBareCarriageReturn,  // CR without LF behind it
  kControlByte,         // NUL, DEL or another control byte; a tab is one in names and targets

  // The first line of a request.
  kBadRequestLine,      // not exactly METHOD SP TARGET SP VERSION
  kBadMethod,           // empty, or holds a byte that is not a tchar
  kMethodTooLong,       // longer than any method there is: method_bytes_max
  kBadTarget,           // a byte no target may hold, a broken %-escape, a bad authority in it
  kTargetTooLong,       // target_bytes_max
  kWrongTargetForm,     // not a form this method has: "*" is for OPTIONS, host:port for CONNECT
  kBadVersion,          // not HTTP/ digit . digit
  kUnsupportedVersion,  // well formed, but the major version is not 1

  // The first line of a response.
  kBadStatusLine,      // not VERSION SP STATUS SP REASON
  kBadStatus,          // not three digits from 100 to 599
  kStatusLineTooLong,  // status_line_bytes_max

  // Field lines, in heads and trailers.
  kFoldedLine,        // starts with a space or tab: obs-fold
  kNoFieldName,       // starts with a colon
  kSpaceBeforeColon,  // space or tab between the name and its colon
  kBadFieldName,      // another byte in the name that is not a tchar, or no colon at all
  kFieldLineTooLong,  // field_line_bytes_max
  kTooManyFields,     // fields_max
  kHeadTooLong,       // head_bytes_max

  // What fields say of the connection.
  kNoHost,              // none in HTTP/1.1
  kRepeatedHost,        // more than one
  kBadHost,             // empty, or not a host with an optional port
  kBadConnection,       // not a list of tokens
  kBadUpgrade,          // not a list of protocol names
  kUnknownExpectation,  // an Expect other than 100-continue

  // What fields say of the body.
  kBadContentLength,          // not digits only, all of them
  kContentLengthTooLarge,     // does not fit in 63 bits
  kRepeatedContentLength,     // more than one, or a list; also of equal numbers
  kContentLengthAndChunked,   // Content-Length together with Transfer-Encoding
  kBadTransferEncoding,       // does not end in chunked, once and without parameters, or is no list
  kRepeatedTransferEncoding,  // more than one field line
  kUnknownTransferEncoding,   // ends in chunked, with other codings before it
  kTransferEncodingInHttp10,  // 1.0 has none

  // Bodies.
  kBodyTooLong,          // body_bytes_max
  kBadChunkSize,         // not hex digits, or what follows them is neither CRLF nor an extension
  kChunkSizeTooLarge,    // more than 16 digits, or does not fit in 63 bits
  kBadChunkExtension,    // not ;name, ;name=token or ;name="quoted"
  kChunkLineTooLong,     // chunk_line_bytes_max
  kTooMuchChunkFraming,  // chunk_framing_bytes_free and chunk_framing_ratio_max
  kBadChunkEnd,          // no CRLF behind the data of a chunk
  kTrailersTooLong,      // trailer_bytes_max
  kTooManyTrailers,      // trailers_max
  kBodyTruncated,        // the peer ended before the body did
};

inline constexpr int kHttp1ErrorCount = static_cast<int>(Http1Error::kBodyTruncated) + 1;

// "bare line feed", "target too long", ...: for people; never null, without a full stop.
std::string_view Http1ErrorText(Http1Error error);

// What a server answers a request with: 400, 413, 414, 417, 431, 501 or 505. 502 for what only
// responses can have wrong; 0 for kNone.
int Http1ErrorStatus(Http1Error error);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_ERROR_H_
