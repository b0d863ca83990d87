// One end of a WebSocket for peers that are not ours (peer_test.py).
//
//   websocket_peer serve          echoes; prints "listening PORT"; ends with its first connection
//   websocket_peer connect URL    sends messages of many sizes, expects each back, closes
//
// Prints how it ended; exit 0 where all went well.
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1_server.h"
#include "protocols/websocket_client.h"
#include "protocols/websocket_route.h"
#include "reactor/loop.h"

namespace sluice {
namespace {

bool all_went_well = false;

void Print(const WebSocketClosed& closed) {
  std::printf("%s\n", closed.ToString().c_str());
}

class Echo : public WebSocketHandler {
  void OnMessage(WebSocket& socket, const WebSocketMessage& message) override {
    socket.SendPart(message.text, message.data, message.last);
  }
  void OnClose(WebSocket& socket, const WebSocketClosed& closed) override {
    Print(closed);
    all_went_well = closed.clean;
    socket.connection().loop().Stop();
  }
};

// Sends the next message once the one before is back.
class Asker : public WebSocketHandler {
 public:
  void OnOpen(WebSocket& socket) override {
    std::printf("open, subprotocol '%s', compression %s\n", socket.subprotocol().c_str(),
                socket.compresses() ? "on" : "off");
    socket.Ping("are you there?");
    Next(socket);
  }
  void OnMessage(WebSocket& socket, const WebSocketMessage& message) override {
    if (message.text != IsText() || message.data != Content()) {
      std::printf("message %zu came back changed\n", sent_);
      socket.Abort();
      return;
    }
    ++sent_;
    Next(socket);
  }
  void OnPong(WebSocket&, std::string_view payload) override {
    ponged_ = payload == "are you there?";
  }
  void OnClose(WebSocket& socket, const WebSocketClosed& closed) override {
    Print(closed);
    all_went_well =
        closed.clean && closed.code == 4000 && ponged_ && sent_ == 2 * std::size(kSizes);
    socket.connection().loop().Stop();
  }

 private:
  static constexpr size_t kSizes[] = {0, 1, 125, 126, 4000, 65535, 65536, 300'000};

  bool IsText() const { return sent_ % 2 == 0; }
  std::string Content() const {
    std::string content;
    while (content.size() < kSizes[sent_ / 2]) {
      content += IsText() ? "\xc3\xa9t\xc3\xa9 " + std::to_string(content.size())
                          : std::string("\xff\x00 ", 3) + std::to_string(content.size());
    }
    if (!IsText()) content.resize(kSizes[sent_ / 2]);
    return content;
  }
  void Next(WebSocket& socket) {
    if (sent_ == 2 * std::size(kSizes)) {
      socket.Close(4000, "that is all");
    } else {
      socket.Send(IsText(), Content());
    }
  }

  size_t sent_ = 0;
  bool ponged_ = false;
};

void Serve(Loop& loop) {
  WebSocketServerOptions options;
  options.subprotocols = {"echo"};
  options.socket.compression.enabled = true;
  options.socket.whole_messages = false;
  static Http1Server server;  // outlives the loop
  server.Get("/", WebSocketRoute(std::move(options),
                                 [](const Http1Request&) { return std::make_unique<Echo>(); }));
  const Endpoint endpoint = (*server.Listen(loop, "127.0.0.1:0"))->endpoint();
  std::printf("listening %s\n", endpoint.ToString().c_str());
  std::fflush(stdout);
}

bool Connect(Loop& loop, std::string_view url) {
  WebSocketClientOptions options;
  options.subprotocols = {"echo"};
  options.socket.compression.enabled = true;
  const auto id = ConnectWebSocket(loop, url, std::move(options), std::make_unique<Asker>());
  if (!id.ok()) std::printf("%s\n", id.status().ToString().c_str());
  return id.ok();
}

int Main(const std::vector<std::string_view>& arguments) {
  const bool serve = arguments.size() == 1 && arguments[0] == "serve";
  const bool connect = arguments.size() == 2 && arguments[0] == "connect";
  if (!serve && !connect) return 2;
  auto loop = Loop::Create().value();
  if (serve) Serve(*loop);
  if (connect && !Connect(*loop, arguments[1])) return 1;
  loop->Run();
  return all_went_well ? 0 : 1;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  return sluice::Main(std::vector<std::string_view>(argv + 1, argv + argc));
}
