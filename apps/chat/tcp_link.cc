#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/chat/link.h"
#include "protocols/close_text.h"
#include "protocols/line.h"
#include "reactor/framed.h"

namespace sluice::chat {
namespace {

struct OnLine {
  void operator()(Connection&, std::string_view line) { events->OnLine(wire->DecodeAll(line)); }
  Wire* wire;
  LinkEvents* events;
};

class TcpEnd final : public Framed<LineCodec, OnLine> {
 public:
  TcpEnd(std::string where, Wire& wire, LinkEvents& events)
      : Framed(LineCodec(), OnLine{&wire, &events}),
        where_(std::move(where)),
        wire_(wire),
        events_(events) {}

  void OnOpen(Connection& connection) override {
    Framed::OnOpen(connection);
    events_.OnReady();
  }

  void OnUnfinished(Connection& connection, std::string_view line) override {
    OnLine{&wire_, &events_}(connection, line);
  }

  void OnClose(Connection&, CloseReason reason) override {
    if (reason.code == CloseCode::kPeerEnded || reason.code == CloseCode::kLocal) {
      return events_.OnEnd(absl::OkStatus());
    }
    events_.OnEnd(absl::UnavailableError(absl::StrCat(where_, ": ", CodecCloseText(reason))));
  }

 private:
  const std::string where_;
  Wire& wire_;
  LinkEvents& events_;
};

class TcpLink final : public Link {
 public:
  TcpLink(Loop& loop, ConnectionId id, Wire& wire) : loop_(loop), id_(id), wire_(wire) {}

  void Say(std::string_view line) override {
    if (Connection* connection = loop_.Find(id_)) connection->Send(wire_.Encode(line) + "\n");
  }
  size_t unsent_bytes() const override {
    Connection* connection = loop_.Find(id_);
    return connection == nullptr ? 0 : connection->unsent_bytes();
  }
  // The room has taken everything when it ends its side, too.
  void Finish() override {
    if (Connection* connection = loop_.Find(id_)) connection->EndOutput();
  }

 private:
  Loop& loop_;
  const ConnectionId id_;
  Wire& wire_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Link>> OpenTcpLink(Loop& loop, const LinkOptions& options,
                                                  Wire& wire, LinkEvents& events) {
  const ConnectionId id =
      loop.Connect(options.endpoint, {}, std::make_unique<TcpEnd>(options.where, wire, events));
  return std::make_unique<TcpLink>(loop, id, wire);
}

absl::StatusOr<std::unique_ptr<Link>> OpenLink(Loop& loop, const LinkOptions& options, Wire& wire,
                                               LinkEvents& events) {
  switch (options.transport) {
    case Transport::kTcp:
      return OpenTcpLink(loop, options, wire, events);
    case Transport::kUdp:
      return OpenUdpLink(loop, options, wire, events);
    case Transport::kWs:
      return OpenWsLink(loop, options, events);
  }
  return absl::InternalError("no such transport");
}

}  // namespace sluice::chat
