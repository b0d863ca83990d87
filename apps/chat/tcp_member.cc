#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/chat/speech.h"
#include "apps/chat/stream_member.h"
#include "protocols/line.h"
#include "reactor/framed.h"
#include "reactor/loop.h"

namespace sluice::chat {
namespace {

// A member whom the room has dismissed gets what is unsent, if he takes it in this time.
constexpr Duration kDismissal = std::chrono::seconds(5);
// Of one turn: many lines at once are passed on in several, so that who is fast enough to read them
// gets a chance to.
constexpr uint32_t kTurnBytes = 16 << 10;

class TcpMember;

struct OnLine {
  void operator()(Connection& connection, std::string_view line);
  TcpMember* member;
};

class TcpMember final : public Framed<LineCodec, OnLine>, public Member {
 public:
  TcpMember(Room& room, Wire& wire, const LineCodec& codec, const StreamLimits& limits)
      : Framed(codec, OnLine{this}), room_(room), wire_(wire), limits_(limits) {}

  void OnOpen(Connection& connection) override {
    Framed::OnOpen(connection);
    loop_ = &connection.loop();
    id_ = connection.id();
    speech_.emplace(*loop_, limits_.speech, [this] {
      if (Connection* paused = loop_->Find(id_)) paused->ResumeReading();
    });
    room_.Enter(*this);
  }

  void TakeLine(Connection& connection, std::string_view line) {
    Take(line);
    if (!speech_->Said(line.size(), room_.count()) && connection.is_reading()) {
      connection.PauseReading();
    }
  }

  void Take(std::string_view line) {
    const std::optional<std::string> text = wire_.Decode(line);
    if (text.has_value()) return room_.Take(*this, *text);
    room_.Refuse(*this, "not passed on: that line is no text in the room's encoding");
  }

  void OnUnfinished(Connection&, std::string_view line) override { Take(line); }

  void OnMalformed(Connection&, CodecError) override {
    room_.Expel(*this, absl::StrCat("a line has up to ", limits_.message_bytes_max, " bytes"));
  }

  void OnStop(Connection& connection) override {
    room_.Closing();
    connection.Send(room_.Farewell().line);
    connection.Close();
  }

  void OnClose(Connection&, CloseReason) override { room_.Leave(*this); }

  bool Hear(const Message& message) override {
    Connection* connection = loop_->Find(id_);
    if (connection == nullptr) return true;  // its OnClose is on its way
    if (!limits_.Fits(connection->unsent_bytes(), message.line.size())) return false;
    connection->Send(message.line);
    return true;
  }

  void Dismiss(const Message& farewell) override {
    Connection* connection = loop_->Find(id_);
    if (connection == nullptr) return;
    connection->Send(farewell.line);
    connection->SetDeadline(loop_->now() + kDismissal);
    connection->Close();
  }

 private:
  Room& room_;
  Wire& wire_;
  const StreamLimits& limits_;
  Loop* loop_ = nullptr;
  ConnectionId id_;
  std::optional<Speech> speech_;  // once it is open
};

void OnLine::operator()(Connection& connection, std::string_view line) {
  member->TakeLine(connection, line);
}

}  // namespace

ListenerOptions ListenerOptionsOf(const StreamLimits& limits, const Endpoint& endpoint) {
  ListenerOptions options;
  options.limits.turn_bytes = kTurnBytes;
  options.limits.output_bytes_max = static_cast<uint32_t>(limits.unsent_bytes_max) + (1 << 20);
  if (!endpoint.is_ip()) return options;
  // A peer that went without a word (a cable, a power cut) is found out.
  options.socket.Set(socket_option::kKeepAlive, true)
      .Set(socket_option::kKeepAliveIdle, std::chrono::seconds(60))
      .Set(socket_option::kKeepAliveInterval, std::chrono::seconds(15));
  return options;
}

HandlerFactory MakeTcpMembers(Room& room, Wire& wire, const StreamLimits& limits) {
  const LineCodec codec = *LineCodec::Create({.message_bytes_max = limits.message_bytes_max});
  return [&room, &wire, &limits, codec]() -> std::unique_ptr<Handler> {
    return std::make_unique<TcpMember>(room, wire, codec, limits);
  };
}

}  // namespace sluice::chat
