// The body behind an HTTP/1.1 head, streamed: each call gives the next piece, as a view.
//
//   Http1Body body(request, limits);
//   for (;;) {
//     const Http1BodyPart part = body.Decode(bytes);
//     bytes.remove_prefix(part.consumed);
//     switch (part.kind) {
//       case Http1BodyPart::kNeedMore: return;                 // wait for more bytes
//       case Http1BodyPart::kData: Take(part.data); break;
//       case Http1BodyPart::kTrailer: Note(part.name, part.data); break;
//       case Http1BodyPart::kEnd: return;                      // what follows is the next message
//       case Http1BodyPart::kError: Refuse(part.error);        // never call Decode again
//     }
//   }
//
// Unlike a head a body is consumed as it comes, so that nothing of it need be kept: need-more, too,
// may consume framing. Only an incomplete trailer line is shown again. Chunk extensions are checked
// and dropped; trailers are checked and given, and never change the framing.
#ifndef SLUICE_PROTOCOLS_HTTP1_BODY_H_
#define SLUICE_PROTOCOLS_HTTP1_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/http1_chunked.h"
#include "protocols/http1_error.h"
#include "protocols/http1_limits.h"
#include "protocols/http1_message.h"
#include "protocols/http1_scan.h"

namespace sluice {

class Http1Body {
 public:
  // The body that `framing` announces, of a request or a response; kNone and kTunnel have none.
  // `limits` outlives the body.
  Http1Body(const Http1Framing& framing, const Http1Limits& limits,
            const Http1Scan& scan = BestHttp1Scan());

  // The next part of what starts at `bytes`. kEnd comes exactly once, at a call that may be given
  // nothing: after the last data of a Content-Length body, say, or at once for a body without
  // bytes. Not to be called after it. Errors: kBodyTooLong as soon as it is known, before the first
  // byte of a Content-Length body.
  Http1BodyPart Decode(std::string_view bytes) {
    const bool chunked = kind_ == Http1BodyKind::kChunked;
    return chunked ? chunked_.Decode(bytes) : DecodePlain(bytes);
  }

  // The peer ended here: kNone where that ends the body (until close, or kEnd was given),
  // kBodyTruncated otherwise.
  Http1Error Finish() const;

  uint64_t content_bytes() const {  // given as data so far
    return kind_ == Http1BodyKind::kChunked ? chunked_.content_bytes() : content_bytes_;
  }

 private:
  Http1BodyPart DecodePlain(std::string_view bytes);

  Http1BodyKind kind_;
  bool too_long_ = false;
  uint64_t left_bytes_ = 0;  // that may still come, of a body that is not chunked
  uint64_t content_bytes_ = 0;
  Http1Chunked chunked_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_BODY_H_
