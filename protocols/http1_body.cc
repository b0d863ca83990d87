#include "protocols/http1_body.h"

#include <algorithm>

namespace sluice {

Http1Body::Http1Body(const Http1Framing& framing, const Http1Limits& limits, const Http1Scan& scan)
    : kind_(framing.body), chunked_(limits, scan) {
  if (kind_ == Http1BodyKind::kLength) {
    left_bytes_ = framing.content_length;
    too_long_ = left_bytes_ > limits.body_bytes_max;
  } else if (kind_ == Http1BodyKind::kUntilClose) {
    left_bytes_ = limits.body_bytes_max;
  }
}

Http1BodyPart Http1Body::DecodePlain(std::string_view bytes) {
  const bool until_close = kind_ == Http1BodyKind::kUntilClose;
  if (left_bytes_ == 0 && !until_close) {
    return {Http1BodyPart::kEnd, Http1Error::kNone, 0, {}, {}};
  }
  const bool beyond = left_bytes_ == 0 && !bytes.empty();
  if (too_long_ || beyond) {
    return {Http1BodyPart::kError, Http1Error::kBodyTooLong, 0, {}, {}};
  }
  if (bytes.empty()) return {};
  const auto taken = static_cast<size_t>(std::min<uint64_t>(left_bytes_, bytes.size()));
  left_bytes_ -= taken;
  content_bytes_ += taken;
  return {Http1BodyPart::kData, Http1Error::kNone, taken, bytes.substr(0, taken), {}};
}

Http1Error Http1Body::Finish() const {
  const bool chunked = kind_ == Http1BodyKind::kChunked;
  const bool missing =
      chunked ? !chunked_.ended() : kind_ == Http1BodyKind::kLength && left_bytes_ > 0;
  return missing ? Http1Error::kBodyTruncated : Http1Error::kNone;
}

}  // namespace sluice
