#include "tests/http_server/answers.h"

#include "protocols/http1_body.h"
#include "protocols/http1_parser.h"

namespace sluice::test {
namespace {

// Reads a body off the front of `*bytes`.
void ReadBody(const Http1Response& response, const Http1Limits& limits, bool ended,
              std::string_view* bytes, Answer* answer) {
  Http1Body body(response, limits);
  for (;;) {
    const Http1BodyPart part = body.Decode(*bytes);
    if (part.kind == Http1BodyPart::kError) {
      answer->complete = false;
      *bytes = {};
      return;
    }
    bytes->remove_prefix(part.consumed);
    answer->body += part.kind == Http1BodyPart::kData ? part.data : std::string_view();
    if (part.kind == Http1BodyPart::kEnd) return;
    if (part.kind == Http1BodyPart::kNeedMore) {
      answer->complete = ended && body.Finish() == Http1Error::kNone;
      *bytes = {};
      return;
    }
  }
}

}  // namespace

std::vector<Answer> ReadAnswers(std::string_view bytes, std::string_view methods, bool ended) {
  static const Http1Limits kLimits;
  std::vector<Answer> answers;
  size_t request = 0;
  while (!bytes.empty()) {
    Http1ResponseParser parser(kLimits);
    Http1Response response;
    const bool head = request < methods.size() && methods[request] == 'H';
    const Http1Parsed parsed =
        parser.Parse(bytes, head ? Http1Method::kHead : Http1Method::kGet, &response);
    Answer answer;
    if (parsed.result != DecodeResult::kMessage) {
      answer.complete = false;
      answer.head = bytes;
      answers.push_back(answer);
      return answers;
    }
    answer.status = response.status;
    answer.head = bytes.substr(0, parsed.consumed);
    bytes.remove_prefix(parsed.consumed);
    if (response.status == 101) {
      answer.body = bytes;
      bytes = {};
    } else {
      ReadBody(response, kLimits, ended, &bytes, &answer);
    }
    if (response.status >= 200) ++request;
    answers.push_back(answer);
  }
  return answers;
}

std::string Statuses(const std::vector<Answer>& answers) {
  std::string text;
  for (const Answer& answer : answers) {
    if (!text.empty()) text += " ";
    text += std::to_string(answer.status);
    if (!answer.complete) text += "(cut)";
  }
  return text;
}

}  // namespace sluice::test
