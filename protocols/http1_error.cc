#include "protocols/http1_error.h"

namespace sluice {
namespace {

struct Rule {
  Http1Error error;
  int status;
  std::string_view text;
};

// In the order of the enumeration: checked below.
constexpr Rule kRules[] = {
    {Http1Error::kNone, 0, "no error"},
    {Http1Error::kBareLineFeed, 400, "line feed without carriage return"},
    {Http1Error::kBareCarriageReturn, 400, "carriage return without line feed"},
    {Http1Error::kControlByte, 400, "control byte"},
    {Http1Error::kBadRequestLine, 400, "request line is not METHOD TARGET VERSION"},
    {Http1Error::kBadMethod, 400, "malformed method"},
    {Http1Error::kMethodTooLong, 501, "method too long"},
    {Http1Error::kBadTarget, 400, "malformed target"},
    {Http1Error::kTargetTooLong, 414, "target too long"},
    {Http1Error::kWrongTargetForm, 400, "form of target that the method does not have"},
    {Http1Error::kBadVersion, 400, "malformed version"},
    {Http1Error::kUnsupportedVersion, 505, "version is not HTTP/1"},
    {Http1Error::kBadStatusLine, 502, "status line is not VERSION STATUS REASON"},
    {Http1Error::kBadStatus, 502, "status is not 100 to 599"},
    {Http1Error::kStatusLineTooLong, 502, "status line too long"},
    {Http1Error::kFoldedLine, 400, "folded field line"},
    {Http1Error::kNoFieldName, 400, "field without a name"},
    {Http1Error::kSpaceBeforeColon, 400, "space between field name and colon"},
    {Http1Error::kBadFieldName, 400, "malformed field name"},
    {Http1Error::kFieldLineTooLong, 431, "field line too long"},
    {Http1Error::kTooManyFields, 431, "too many fields"},
    {Http1Error::kHeadTooLong, 431, "head too long"},
    {Http1Error::kNoHost, 400, "no Host"},
    {Http1Error::kRepeatedHost, 400, "more than one Host"},
    {Http1Error::kBadHost, 400, "malformed Host"},
    {Http1Error::kBadConnection, 400, "malformed Connection"},
    {Http1Error::kBadUpgrade, 400, "malformed Upgrade"},
    {Http1Error::kUnknownExpectation, 417, "expectation is not 100-continue"},
    {Http1Error::kBadContentLength, 400, "malformed Content-Length"},
    {Http1Error::kContentLengthTooLarge, 400, "Content-Length too large for 63 bits"},
    {Http1Error::kRepeatedContentLength, 400, "more than one Content-Length"},
    {Http1Error::kContentLengthAndChunked, 400, "Content-Length with Transfer-Encoding"},
    {Http1Error::kBadTransferEncoding, 400, "Transfer-Encoding does not end in chunked"},
    {Http1Error::kRepeatedTransferEncoding, 400, "more than one Transfer-Encoding"},
    {Http1Error::kUnknownTransferEncoding, 501, "transfer coding other than chunked"},
    {Http1Error::kTransferEncodingInHttp10, 400, "Transfer-Encoding in HTTP/1.0"},
    {Http1Error::kBodyTooLong, 413, "body too long"},
    {Http1Error::kBadChunkSize, 400, "malformed chunk size"},
    {Http1Error::kChunkSizeTooLarge, 400, "chunk size too large for 63 bits"},
    {Http1Error::kBadChunkExtension, 400, "malformed chunk extension"},
    {Http1Error::kChunkLineTooLong, 413, "chunk size line too long"},
    {Http1Error::kTooMuchChunkFraming, 413, "too much framing for what the chunks hold"},
    {Http1Error::kBadChunkEnd, 400, "no line end behind the data of a chunk"},
    {Http1Error::kTrailersTooLong, 431, "trailers too long"},
    {Http1Error::kTooManyTrailers, 431, "too many trailers"},
    {Http1Error::kBodyTruncated, 400, "the peer ended within the body"},
};
static_assert(sizeof(kRules) / sizeof(kRules[0]) == kHttp1ErrorCount);
static_assert([] {
  for (int i = 0; i < kHttp1ErrorCount; ++i) {
    if (static_cast<int>(kRules[i].error) != i) return false;
  }
  return true;
}());

}  // namespace

std::string_view Http1ErrorText(Http1Error error) {
  return kRules[static_cast<int>(error)].text;
}

int Http1ErrorStatus(Http1Error error) {
  return kRules[static_cast<int>(error)].status;
}

}  // namespace sluice
