#include "tests/http/transcript.h"

#include <cstdio>
#include <optional>
#include <utility>

#include "protocols/http1_body.h"
#include "protocols/http1_parser.h"
#include "reactor/base/check.h"

namespace sluice::http_test {
namespace {

using codec_test::LiesWithin;
using codec_test::Pieces;
using codec_test::Placement;

std::string Quoted(std::string_view bytes) {
  return "'" + Escaped(bytes) + "'";
}

std::string BodyText(const Http1Framing& framing) {
  std::string text;
  switch (framing.body) {
    case Http1BodyKind::kNone:
      text = "no body";
      break;
    case Http1BodyKind::kLength:
      text = "length";
      break;
    case Http1BodyKind::kChunked:
      text = "chunked";
      break;
    case Http1BodyKind::kUntilClose:
      text = "until close";
      break;
    case Http1BodyKind::kTunnel:
      text = "tunnel";
      break;
  }
  if (framing.has_content_length) text += " " + std::to_string(framing.content_length);
  text += framing.keep_alive ? " keep" : " close";
  if (!framing.upgrade.empty()) text += " upgrade=" + Quoted(framing.upgrade);
  return text;
}

std::string FieldsText(const Http1Fields& fields) {
  std::string text;
  for (const Http1Field field : fields)
    text += " " + std::string(field.name) + "=" + Quoted(field.value);
  return text;
}

// Views of one head lie in it; an absolute target without a path has one of its own.
void CheckViews(std::string_view head, const Http1Request& request) {
  const std::string_view parts[] = {request.method_text, request.target, request.query,
                                    request.authority, request.upgrade};
  for (const std::string_view part : parts) {
    SLUICE_CHECK(part.empty() || LiesWithin(part, head), "a view into the head");
  }
  SLUICE_CHECK(request.path == "/" || LiesWithin(request.path, head), "a view into the head");
  for (const Http1Field field : request.fields) {
    SLUICE_CHECK(LiesWithin(field.name, head) && LiesWithin(field.value, head), "views, too");
  }
}

void CheckViews(std::string_view head, const Http1Response& response) {
  SLUICE_CHECK(LiesWithin(response.reason, head), "a view into the head");
  for (const Http1Field field : response.fields) {
    SLUICE_CHECK(LiesWithin(field.name, head) && LiesWithin(field.value, head), "views, too");
  }
}

struct RequestSide {
  using Head = Http1Request;
  explicit RequestSide(const Reader& reader) : parser(reader.limits, reader.scan) {}
  Http1Parsed Parse(std::string_view bytes, Head* head) { return parser.Parse(bytes, head); }
  Http1RequestParser parser;
};

struct ResponseSide {
  using Head = Http1Response;
  explicit ResponseSide(const Reader& reader)
      : parser(reader.limits, reader.scan), answered(reader.answered) {}
  Http1Parsed Parse(std::string_view bytes, Head* head) {
    return parser.Parse(bytes, answered, head);
  }
  Http1ResponseParser parser;
  const Http1Method answered;
};

// One connection's worth of reading.
template <class Side>
class Stream {
 public:
  explicit Stream(const Reader& reader) : reader_(reader), side_(reader) {}

  // Takes from the front of `*bytes` what can be taken. False after an error or into a tunnel.
  bool Take(std::string_view* bytes) {
    for (;;) {
      if (!body_) {
        if (!TakeHead(bytes)) return !ended_;
      } else if (!TakeBody(bytes)) {
        return !ended_;
      }
    }
  }

  std::string Finish(size_t consumed_bytes) {
    FlushContent();
    if (!ended_) text_ += "more, " + std::to_string(consumed_bytes) + " consumed\n";
    return std::move(text_);
  }

 private:
  bool TakeHead(std::string_view* bytes) {
    typename Side::Head head;
    const Http1Parsed parsed = side_.Parse(*bytes, &head);
    if (parsed.result == DecodeResult::kNeedMore) return false;
    if (parsed.result == DecodeResult::kError) return Failed(parsed.error);
    SLUICE_CHECK(parsed.consumed >= 1 && parsed.consumed <= bytes->size(), "consumed is there");
    CheckViews(bytes->substr(0, parsed.consumed), head);
    text_ += Describe(head) + "\n";
    bytes->remove_prefix(parsed.consumed);
    ended_ = head.body == Http1BodyKind::kTunnel;
    body_.emplace(head, reader_.limits, reader_.scan);
    return !ended_;
  }

  bool TakeBody(std::string_view* bytes) {
    const Http1BodyPart part = body_->Decode(*bytes);
    if (part.kind == Http1BodyPart::kError) return Failed(part.error);
    SLUICE_CHECK(part.consumed <= bytes->size(), "consumed is there");
    SLUICE_CHECK(part.data.empty() || LiesWithin(part.data, *bytes), "a view into the body");
    bytes->remove_prefix(part.consumed);
    content_ += part.kind == Http1BodyPart::kData ? part.data : "";
    if (part.kind == Http1BodyPart::kTrailer) {
      FlushContent();
      text_ += "trailer " + std::string(part.name) + "=" + Quoted(part.data) + "\n";
    }
    if (part.kind == Http1BodyPart::kEnd) {
      FlushContent();
      SLUICE_CHECK(body_->Finish() == Http1Error::kNone, "a body that ended is whole");
      text_ += "end\n";
      body_.reset();
    }
    return part.kind != Http1BodyPart::kNeedMore;
  }

  bool Failed(Http1Error error) {
    SLUICE_CHECK(error != Http1Error::kNone, "an error has a reason");
    FlushContent();
    text_ += "error " + std::to_string(Http1ErrorStatus(error)) + " " +
             std::string(Http1ErrorText(error)) + "\n";
    ended_ = true;
    return false;
  }

  void FlushContent() {
    if (!content_.empty()) text_ += "content " + Quoted(content_) + "\n";
    content_.clear();
  }

  const Reader& reader_;
  Side side_;
  std::optional<Http1Body> body_;
  std::string content_;
  std::string text_;
  bool ended_ = false;
};

template <class Side>
std::string Read(const Pieces& pieces, Placement& placement, const Reader& reader) {
  Stream<Side> stream(reader);
  std::string unconsumed;
  size_t consumed_bytes = 0;
  for (const std::string_view piece : pieces) {
    unconsumed += piece;
    std::string_view rest = placement.Place(unconsumed);
    const bool goes_on = stream.Take(&rest);
    const size_t taken = unconsumed.size() - rest.size();
    unconsumed.erase(0, taken);
    consumed_bytes += taken;
    if (!goes_on) break;
  }
  return stream.Finish(consumed_bytes);
}

}  // namespace

std::string Escaped(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '\r') {
      text += "\\r";
    } else if (byte == '\n') {
      text += "\\n";
    } else if (byte == '\t') {
      text += "\\t";
    } else if (code < 0x20 || code >= 0x7f || byte == '\'') {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", code);
      text += escaped;
    } else {
      text += byte;
    }
  }
  return text;
}

std::string Describe(const Http1Request& request) {
  static constexpr std::string_view kForms[] = {"origin", "absolute", "authority", "asterisk"};
  std::string text(request.method_text);
  if (Http1MethodName(request.method) != request.method_text) text += "(other)";
  text += " " + Quoted(request.target) + " " +
          std::string(kForms[static_cast<int>(request.target_form)]);
  text += " path=" + Quoted(request.path);
  if (request.has_query) text += " query=" + Quoted(request.query);
  text += " 1." + std::to_string(request.minor_version) + " for " + Quoted(request.authority);
  text += ", " + BodyText(request) + (request.expect_continue ? " continue" : "") + ";";
  return text + FieldsText(request.fields);
}

std::string Describe(const Http1Response& response) {
  return "1." + std::to_string(response.minor_version) + " " + std::to_string(response.status) +
         " " + Quoted(response.reason) + ", " + BodyText(response) + ";" +
         FieldsText(response.fields);
}

std::string ReadRequests(const Pieces& pieces, Placement& placement, const Reader& reader) {
  return Read<RequestSide>(pieces, placement, reader);
}

std::string ReadResponses(const Pieces& pieces, Placement& placement, const Reader& reader) {
  return Read<ResponseSide>(pieces, placement, reader);
}

std::string ReadRequests(std::string_view input, const Reader& reader) {
  codec_test::HeapPlacement heap;
  return ReadRequests(codec_test::Whole(input), heap, reader);
}

std::string ReadResponses(std::string_view input, const Reader& reader) {
  codec_test::HeapPlacement heap;
  return ReadResponses(codec_test::Whole(input), heap, reader);
}

}  // namespace sluice::http_test
