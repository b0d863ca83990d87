// Fuzz target: a WebSocket peer's bytes read the same however they arrive, as whole messages and as
// parts; and an echo server on the simulated network answers them the same, with frames that a
// client takes, and comes to an end.
//
// The first byte of the input chooses the end that reads, compression and limits.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/http1_server.h"
#include "protocols/websocket_route.h"
#include "reactor/loop.h"
#include "reactor/sim/sim_world.h"
#include "tests/fuzz/http1_fuzz.h"
#include "tests/fuzz/raw_client.h"
#include "tests/websocket/transcript.h"

namespace sluice::websocket_test {
namespace {

using http_test::ExpectSame;

struct Choice {
  explicit Choice(unsigned char byte) {
    reader.role = (byte & 1) != 0 ? WebSocketRole::kClient : WebSocketRole::kServer;
    if ((byte & 2) != 0) {
      reader.deflate.emplace();
      reader.deflate->client_no_context_takeover = (byte & 8) != 0;
    }
    if ((byte & 4) != 0) limits = {.frame_bytes_max = 40, .message_bytes_max = 60};
  }
  WebSocketReceiverOptions reader;
  WebSocketLimits limits{.frame_bytes_max = 100'000, .message_bytes_max = 100'000};
};

codec_test::Pieces Cut(std::string_view input, Prng& prng) {
  return codec_test::RandomSplit(input, prng.Chance(1, 2) ? 3 : 1 + input.size() / 2, prng);
}

void CheckReader(std::string_view input, Choice choice, Prng& prng) {
  codec_test::HeapPlacement heap;
  const std::string whole = Read(codec_test::Whole(input), heap, choice.reader, choice.limits);
  for (const bool whole_messages : {true, false}) {
    choice.reader.whole_messages = whole_messages;
    const char* what = whole_messages ? "messages" : "parts";
    ExpectSame(what, Read(codec_test::Whole(input), heap, choice.reader, choice.limits), whole);
    ExpectSame(what, Read(Cut(input, prng), heap, choice.reader, choice.limits), whole);
    if (input.size() > 600) continue;  // byte by byte places each header's bytes again
    ExpectSame(what, Read(codec_test::ByteByByte(input), heap, choice.reader, choice.limits),
               whole);
  }
}

class Echo : public WebSocketHandler {
  void OnMessage(WebSocket& socket, const WebSocketMessage& message) override {
    if (socket.Send(message.text, message.data) != WebSocketError::kNone) std::abort();
  }
};

WebSocketServerOptions ServerOptions(const Choice& choice) {
  WebSocketServerOptions options;
  options.socket.limits = choice.limits;
  options.socket.compression.enabled = choice.reader.deflate.has_value();
  return options;
}

// What an echo server answers to `pieces`, one a turn, behind the handshake.
std::string Answers(const codec_test::Pieces& pieces, const Choice& choice) {
  constexpr std::string_view kRequest =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate";
  Http1Server server;
  server.Get("/", WebSocketRoute(ServerOptions(choice),
                                 [](const Http1Request&) { return std::make_unique<Echo>(); }));
  RawClient::Seen seen;
  sim::WorldOptions world_options;
  world_options.all_must_be_closed = false;  // the listener is not
  sim::SimWorld world(world_options);
  Loop loop(world.MakeBackend(world.AddHost()));
  const auto turn = [&loop] { loop.Turn(loop.now() + std::chrono::milliseconds(1)); };
  const auto listener = loop.Listen(*Endpoint::Parse("127.0.0.1:0"), {}, server.Factory(loop));
  const ConnectionId client =
      loop.Connect((*listener)->endpoint(), {}, std::make_unique<RawClient>(seen));
  turn();
  std::string head(kRequest);
  if (choice.reader.deflate.has_value() && choice.reader.deflate->client_no_context_takeover) {
    head += "; client_no_context_takeover";
  }
  if (Connection* connection = loop.Find(client)) connection->Send(head + "\r\n\r\n");
  for (const std::string_view piece : pieces) {
    if (Connection* connection = loop.Find(client)) connection->Send(piece);
    turn();
  }
  if (Connection* connection = loop.Find(client)) connection->EndOutput();
  for (int turns = 0; turns < 20'000 && !seen.closed; ++turns) turn();
  const size_t head_end = seen.received.find("\r\n\r\n");
  if (!seen.closed || head_end == std::string::npos) {
    std::fprintf(stderr, "no end, or no handshake:\n%s\n", seen.received.c_str());
    std::abort();
  }
  return seen.received.substr(head_end + 4);
}

void CheckServer(std::string_view input, Choice choice, Prng& prng) {
  const std::string answers = Answers(codec_test::Whole(input), choice);
  if (Answers(Cut(input, prng), choice) != answers) {
    std::fprintf(stderr, "other answers in pieces\n");
    std::abort();
  }
  choice.reader.role = WebSocketRole::kClient;
  if (choice.reader.deflate.has_value()) choice.reader.deflate.emplace();
  codec_test::HeapPlacement heap;
  const std::string read = Read(codec_test::Whole(answers), heap, choice.reader, WebSocketLimits());
  if (read.find("\nerror: ") == std::string::npos && read.rfind("error: ", 0) != 0) return;
  std::fprintf(stderr, "answers that no client takes:\n%s", read.c_str());
  std::abort();
}

void Check(std::string_view input) {
  if (input.empty()) return;
  const Choice choice(static_cast<unsigned char>(input[0]));
  input.remove_prefix(1);
  Prng prng(http_test::SeedOf(input));
  CheckReader(input, choice, prng);
  if (choice.reader.role == WebSocketRole::kServer) CheckServer(input, choice, prng);
}

}  // namespace
}  // namespace sluice::websocket_test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::websocket_test::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
