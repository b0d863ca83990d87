// The table of raw frames against whole connections, on every backend: what the user sees, and what
// the peer gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "tests/websocket/frame_cases.h"
#include "tests/websocket/socket_fixture.h"
#include "tests/websocket/transcript.h"

namespace sluice::websocket_test {
namespace {

constexpr std::string_view kRequest =
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";

// What the table's events come to at the user, and in the answers that the peer reads.
struct Expected {
  std::string user;
  std::string peer;
};

Expected Expect(const FrameCase& frame_case) {
  Expected expected;
  std::istringstream lines(frame_case.events);
  for (std::string line; std::getline(lines, line);) {
    const auto starts = [&line](std::string_view with) { return line.rfind(with, 0) == 0; };
    const std::string code = "close " + std::to_string(frame_case.close_code);
    if (starts("ping")) {
      expected.peer += "pong" + line.substr(4) + "\n";
    } else if (starts("close")) {
      expected.peer += EventLine(code, "");
    } else if (starts("error: ")) {
      expected.peer += EventLine(code, line.substr(7));
    } else {
      expected.user += line + "\n";
    }
  }
  return expected;
}

class SocketTableTest : public SocketTest {
 protected:
  // The frames in what a raw peer got behind the HTTP head.
  static std::string FramesIn(const test::PeerPtr& peer, WebSocketRole role) {
    const size_t head_end = peer->received.find("\r\n\r\n");
    if (head_end == std::string::npos) return "";
    codec_test::HeapPlacement heap;
    WebSocketReceiverOptions options;
    options.role = role;
    return Read(codec_test::Whole(std::string_view(peer->received).substr(head_end + 4)), heap,
                options, {});
  }

  void ExpectEnd(const FrameCase& frame_case, const End& end) {
    const bool failed = frame_case.events.find("error") != std::string::npos;
    EXPECT_EQ(end.closed.code, frame_case.close_code == 0 ? 1006 : frame_case.close_code);
    EXPECT_EQ(end.closed.error != WebSocketError::kNone, failed) << end.closed.ToString();
    EXPECT_EQ(end.closed.clean, frame_case.close_code != 0 && !failed);
    EXPECT_EQ(end.closed.transport.code == CloseCode::kProtocolError, failed)
        << end.closed.transport.ToString();
  }

  // `raw` is the other side; ends what the frames did not end.
  void ExpectOutcome(const FrameCase& frame_case, const test::PeerPtr& raw, const EndPtr& end) {
    const Expected expected = Expect(frame_case);
    const WebSocketRole raw_role = frame_case.role() == WebSocketRole::kServer
                                       ? WebSocketRole::kClient
                                       : WebSocketRole::kServer;
    EXPECT_TRUE(TurnUntil(
        [&] { return end->events == expected.user && FramesIn(raw, raw_role) == expected.peer; }));
    EXPECT_EQ(end->events, expected.user);
    EXPECT_EQ(FramesIn(raw, raw_role), expected.peer);
    if (frame_case.close_code == 0) {
      Settle(3);
      EXPECT_EQ(end->closes, 0);
      Of(raw).Abort();
    }
    EXPECT_TRUE(TurnUntil([&] { return end->closes == 1 && raw->closed(); }));
    ExpectEnd(frame_case, *end);
  }
};

TEST_P(SocketTableTest, OfAServer) {
  for (const FrameCase& frame_case : AllFrameCases()) {
    if (frame_case.role() != WebSocketRole::kServer) continue;
    SCOPED_TRACE(frame_case.name);
    server_options.socket.limits = kCaseLimits;
    server_options.socket.compression.enabled = frame_case.deflate;
    Listener* listener = Serve();
    const auto raw =
        Connect(listener->endpoint(), test::script::Say(std::string(kRequest) + frame_case.input));
    ASSERT_TRUE(TurnUntil([&] { return !served_.empty() && served_.back()->opens == 1; }));
    const EndPtr end = std::exchange(served_, {}).back();
    ExpectOutcome(frame_case, raw, end);
    listener->Close();
    if (HasFailure()) return;
  }
}

TEST_P(SocketTableTest, OfAClient) {
  client_options.socket.limits = kCaseLimits;
  for (const FrameCase& frame_case : AllFrameCases()) {
    if (frame_case.role() != WebSocketRole::kClient) continue;
    SCOPED_TRACE(frame_case.name);
    // The answer and the frames in one send.
    Listener* listener = Listen([&](test::Peer& peer) {
      peer.on_data = [&](Connection& connection, std::string_view bytes) {
        const size_t key = bytes.find("Sec-WebSocket-Key: ");
        if (key == std::string_view::npos) return bytes.size();
        connection.Send(
            "HTTP/1.1 101 \r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n"
            "Sec-WebSocket-Accept: " +
            WebSocketAccept(bytes.substr(key + 19, 24)) + "\r\n\r\n" + frame_case.input);
        return bytes.size();
      };
    });
    const EndPtr end = Dial(listener);
    ASSERT_TRUE(TurnUntil([&] { return end->opens == 1; })) << end->closed.ToString();
    ExpectOutcome(frame_case, accepted_.back(), end);
    listener->Close();
    if (HasFailure()) return;
  }
}

SLUICE_ON_EVERY_BACKEND(SocketTableTest);

}  // namespace
}  // namespace sluice::websocket_test
