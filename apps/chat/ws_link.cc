#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/chat/link.h"
#include "protocols/websocket_client.h"

namespace sluice::chat {
namespace {

// Lives as long as the longer of the link and the connection.
struct Shared {
  WebSocket* socket = nullptr;  // while it is open
};

class WsEnd final : public WebSocketHandler {
 public:
  WsEnd(std::string where, std::shared_ptr<Shared> shared, LinkEvents& events)
      : where_(std::move(where)), shared_(std::move(shared)), events_(events) {}

  void OnOpen(WebSocket& socket) override {
    shared_->socket = &socket;
    events_.OnReady();
  }
  void OnMessage(WebSocket&, const WebSocketMessage& message) override {
    if (message.text) events_.OnLine(message.data);
  }
  void OnClose(WebSocket&, const WebSocketClosed& closed) override {
    shared_->socket = nullptr;
    if (closed.clean) return events_.OnEnd(absl::OkStatus());
    events_.OnEnd(absl::UnavailableError(absl::StrCat(where_, ": ", closed.ToString())));
  }

 private:
  const std::string where_;
  const std::shared_ptr<Shared> shared_;
  LinkEvents& events_;
};

class WsLink final : public Link {
 public:
  explicit WsLink(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  void Say(std::string_view line) override {
    if (shared_->socket != nullptr) shared_->socket->SendText(line);
  }
  size_t unsent_bytes() const override {
    return shared_->socket == nullptr ? 0 : shared_->socket->unsent_bytes();
  }
  void Finish() override {
    if (shared_->socket != nullptr) shared_->socket->Close();
  }

 private:
  const std::shared_ptr<Shared> shared_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Link>> OpenWsLink(Loop& loop, const LinkOptions& options,
                                                 LinkEvents& events) {
  auto shared = std::make_shared<Shared>();
  const absl::StatusOr<ConnectionId> id = ConnectWebSocket(
      loop, options.url, {}, std::make_unique<WsEnd>(options.where, shared, events));
  if (!id.ok()) return id.status();
  return std::make_unique<WsLink>(std::move(shared));
}

}  // namespace sluice::chat
