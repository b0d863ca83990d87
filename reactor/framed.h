// The one adapter between bytes and messages: a Handler that decodes with a codec and calls a
// function for every message. One virtual call a received chunk; codec and function are inlined.
//
//   loop->Listen(endpoint, {}, sluice::FramedFactory(sluice::LineCodec(),
//       [](sluice::Connection& connection, std::string_view line) { ... }));
//
// A malformed or over-long message closes the connection with kProtocolError, the CodecError in
// CloseReason::error; answers to the messages before it still leave.
#ifndef SLUICE_REACTOR_FRAMED_H_
#define SLUICE_REACTOR_FRAMED_H_

#include <memory>
#include <string_view>
#include <utility>

#include "reactor/codec.h"
#include "reactor/connection.h"
#include "reactor/handler.h"

namespace sluice {

// OnMessage: void(Connection&, Codec::Message), copied into each connection's handler. Derive from
// it to add the other callbacks.
template <class Codec, class OnMessage>
class Framed : public Handler {
 public:
  Framed(Codec codec, OnMessage on_message)
      : codec_(std::move(codec)), on_message_(std::move(on_message)) {}

  // A derived class that overrides OnOpen calls this one first.
  void OnOpen(Connection& connection) override {
    // The codec's own limit must be the one that is met, and reported.
    if (connection.limits().input_bytes_max >= codec_.frame_bytes_max()) return;
    ConnectionLimits limits = connection.limits();
    limits.input_bytes_max = static_cast<uint32_t>(
        codec_.frame_bytes_max() < UINT32_MAX ? codec_.frame_bytes_max() : UINT32_MAX);
    connection.SetLimits(limits);
  }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    size_t consumed = 0;
    // A message may pause reading or close: the messages behind it then stay undecoded.
    while (consumed < bytes.size() && connection.is_reading()) {
      auto decoded = codec_.Decode(bytes.substr(consumed));
      if (decoded.result == DecodeResult::kNeedMore) break;
      if (decoded.result == DecodeResult::kError) {
        OnMalformed(connection, decoded.error);
        connection.CloseProtocolError(static_cast<int>(decoded.error));
        break;
      }
      consumed += decoded.consumed;
      on_message_(connection, decoded.message);
    }
    return consumed;
  }

  // A derived class that overrides OnEnd calls this one, or does without OnUnfinished.
  void OnEnd(Connection& connection) override {
    const std::string_view rest = connection.unconsumed();
    if (!rest.empty()) OnUnfinished(connection, rest);
    Handler::OnEnd(connection);
  }

  // The peer ended its stream behind bytes that are no whole message. Whether they mean something,
  // as a last line without its end does, only the protocol knows. Default: they are dropped.
  virtual void OnUnfinished(Connection& /*connection*/, std::string_view /*bytes*/) {}

  // What comes is malformed or over-long. The connection closes behind what this sends: an answer
  // that says why.
  virtual void OnMalformed(Connection& /*connection*/, CodecError /*error*/) {}

  Codec& codec() { return codec_; }

 private:
  Codec codec_;
  OnMessage on_message_;
};

template <class Codec, class OnMessage>
HandlerFactory FramedFactory(Codec codec, OnMessage on_message) {
  return
      [codec = std::move(codec), on_message = std::move(on_message)]() -> std::unique_ptr<Handler> {
        return std::make_unique<Framed<Codec, OnMessage>>(codec, on_message);
      };
}

}  // namespace sluice

#endif  // SLUICE_REACTOR_FRAMED_H_
