// The two TCP receivers: one that takes a receive for a message, and one that lets a codec find the
// messages.
#ifndef SLUICE_APPS_STICKY_STREAM_RECEIVER_H_
#define SLUICE_APPS_STICKY_STREAM_RECEIVER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "apps/sticky/distraction.h"
#include "apps/sticky/exchange.h"
#include "apps/sticky/stream_judge.h"
#include "apps/sticky/unit_judge.h"
#include "protocols/raw.h"
#include "reactor/framed.h"
#include "reactor/loop.h"

namespace sluice::sticky {

// What both have: distractions, and an end that is recorded.
class ReceiverLife {
 public:
  // `exchange` outlives the loop.
  ReceiverLife(Loop& loop, Exchange& exchange);

  void Opened(Connection& connection);
  void Received() { distraction_.Received(); }
  void Closed(CloseReason reason);

 private:
  Loop& loop_;
  Exchange& exchange_;
  ConnectionId id_;
  Distraction distraction_;
};

// recv(fd, buffer, receive_bytes, 0), and what it returned is "the message".
class NaiveReceiver;
struct JudgeReceive {
  NaiveReceiver* receiver;
  void operator()(Connection& connection, std::string_view bytes) const;
};

class NaiveReceiver final : public Framed<RawCodec, JudgeReceive> {
 public:
  NaiveReceiver(Loop& loop, Exchange& exchange)
      : Framed(RawCodec(exchange.settings.receive_bytes), JudgeReceive{this}),
        life_(loop, exchange),
        judge_(exchange.plan, exchange.receiver.tally, exchange.receiver.sketch) {}

  void OnOpen(Connection& connection) override {
    Framed::OnOpen(connection);
    life_.Opened(connection);
  }
  void OnEnd(Connection& connection) override {
    judge_.End();
    connection.Close();
  }
  void OnClose(Connection&, CloseReason reason) override { life_.Closed(reason); }

 private:
  friend struct JudgeReceive;

  ReceiverLife life_;
  StreamJudge judge_;
};

inline void JudgeReceive::operator()(Connection& connection, std::string_view bytes) const {
  receiver->judge_.Receive(bytes, connection.loop().now());
  receiver->life_.Received();
}

struct JudgeUnit {
  UnitJudge* judge;
  void operator()(Connection& connection, std::string_view message) const {
    judge->Unit(message, /*cut=*/false, connection.loop().now());
  }
};

template <class Codec>
class FramedReceiver final : public Framed<Codec, JudgeUnit> {
 public:
  FramedReceiver(Loop& loop, Exchange& exchange, Codec codec)
      : Framed<Codec, JudgeUnit>(std::move(codec), JudgeUnit{&judge_}),
        life_(loop, exchange),
        judge_(exchange.plan, exchange.receiver.tally, exchange.receiver.sketch) {}

  void OnOpen(Connection& connection) override {
    Framed<Codec, JudgeUnit>::OnOpen(connection);
    life_.Opened(connection);
  }
  size_t OnData(Connection& connection, std::string_view bytes) override {
    const bool is_new = BeginReceive(connection.stats().bytes_received);
    const size_t consumed = Framed<Codec, JudgeUnit>::OnData(connection, bytes);
    kept_bytes_ = bytes.size() - consumed;
    if (is_new) life_.Received();
    return consumed;
  }
  void OnEnd(Connection& connection) override {
    if (receiving_) judge_.EndReceive(kept_bytes_);
    judge_.End(kept_bytes_);
    connection.Close();
  }
  void OnClose(Connection&, CloseReason reason) override { life_.Closed(reason); }

 private:
  // A message that began in an earlier receive is shown first, the rest of the receive after it:
  // two calls of OnData and one receive, as the connection's count of bytes tells. False for the
  // second.
  bool BeginReceive(uint64_t bytes_received) {
    if (bytes_received == bytes_received_) return false;
    if (receiving_) judge_.EndReceive(kept_bytes_);
    judge_.BeginReceive(bytes_received - bytes_received_);
    bytes_received_ = bytes_received;
    receiving_ = true;
    return true;
  }

  ReceiverLife life_;
  UnitJudge judge_;
  bool receiving_ = false;
  uint64_t bytes_received_ = 0;
  size_t kept_bytes_ = 0;  // the front of a message whose end has not come
};

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_STREAM_RECEIVER_H_
