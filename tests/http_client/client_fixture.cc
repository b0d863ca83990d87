#include "tests/http_client/client_fixture.h"

#include <algorithm>
#include <optional>

#include "protocols/http1_body.h"
#include "protocols/http1_parser.h"

namespace sluice::test {
namespace {

// How long the first request in `bytes` is; nothing while it is not whole.
std::optional<size_t> RequestBytes(std::string_view bytes) {
  const Http1Limits limits;
  Http1RequestParser parser(limits);
  Http1Request request;
  const Http1Parsed head = parser.Parse(bytes, &request);
  EXPECT_NE(head.result, DecodeResult::kError) << Http1ErrorText(head.error) << " in " << bytes;
  if (head.result != DecodeResult::kMessage) return {};
  Http1Body body(request, limits);
  size_t at = head.consumed;
  while (true) {
    const Http1BodyPart part = body.Decode(bytes.substr(at));
    at += part.consumed;
    if (part.kind == Http1BodyPart::kEnd) return at;
    EXPECT_NE(part.kind, Http1BodyPart::kError) << Http1ErrorText(part.error) << " in " << bytes;
    if (part.kind == Http1BodyPart::kNeedMore || part.kind == Http1BodyPart::kError) return {};
  }
}

}  // namespace

std::string Ok(std::string_view body, std::string_view more_fields) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more_fields) + "\r\n" + std::string(body);
}

void HttpClientTest::Serve(AnswerFunction answer) {
  answer_ = std::move(answer);
  Listener* listener = Listen([this](Peer& peer) {
    peer.on_data = [this, &peer](Connection& connection, std::string_view bytes) {
      return Answer(peer, connection, bytes);
    };
  });
  server = listener->endpoint();
}

void HttpClientTest::Serve(std::vector<Reply> replies) {
  Serve([replies, next = size_t{0}](const std::string&, size_t) mutable {
    return replies[std::min(next++, replies.size() - 1)];
  });
}

size_t HttpClientTest::Answer(Peer& peer, Connection& connection, std::string_view bytes) {
  size_t consumed = 0;
  while (connection.is_open()) {
    const std::optional<size_t> size = RequestBytes(bytes.substr(consumed));
    if (!size) break;
    requests_.emplace_back(bytes.substr(consumed, *size));
    connections_used_.push_back(peer.index);
    consumed += *size;
    const Reply reply = answer_(requests_.back(), peer.index);
    connection.Send(reply.bytes);
    if (reply.after == Reply::kClose) connection.Close();
    if (reply.after == Reply::kReset) connection.Abort();
  }
  return consumed;
}

void HttpClientTest::TearDown() {
  DestroyClient();
  ReactorTest::TearDown();
}

Http1FetchRequest HttpClientTest::To(std::string target, std::string method) const {
  return {.endpoint = server, .method = std::move(method), .target = std::move(target)};
}

HttpClientTest::Result& HttpClientTest::Fetch(Http1FetchRequest request) {
  Result& result = results_.emplace_back();
  result.id = client().Fetch(std::move(request), [&result](Http1Outcome outcome) {
    EXPECT_FALSE(result.done) << "a fetch ends once";
    result.done = true;
    result.outcome = std::move(outcome);
  });
  EXPECT_FALSE(result.done) << "Fetch calls nothing back";
  return result;
}

HttpClientTest::Result& HttpClientTest::FetchStreamed(Http1FetchRequest request) {
  Result& result = results_.emplace_back();
  Http1FetchFunctions functions;
  functions.head = [&result](Http1FetchId, const Http1Answer&) { ++result.heads; };
  functions.piece = [&result](Http1FetchId, std::string_view piece) {
    EXPECT_EQ(result.heads, 1) << "the head comes first";
    EXPECT_FALSE(piece.empty());
    result.streamed += piece;
  };
  functions.done = [&result](Http1Outcome outcome) {
    EXPECT_FALSE(result.done) << "a fetch ends once";
    result.done = true;
    result.outcome = std::move(outcome);
  };
  result.id = client().Fetch(std::move(request), std::move(functions));
  return result;
}

Http1Outcome& HttpClientTest::FetchNow(Http1FetchRequest request) {
  Result& result = Fetch(std::move(request));
  EXPECT_TRUE(TurnUntil([&] { return result.done; })) << "a fetch ends";
  return result.outcome;
}

std::vector<std::string> HttpClientTest::request_lines() const {
  std::vector<std::string> lines;
  for (const std::string& request : requests_) {
    lines.push_back(request.substr(0, request.find(" HTTP/1.1\r\n")));
  }
  return lines;
}

}  // namespace sluice::test
