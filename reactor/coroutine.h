// A conversation written from top to bottom, as a coroutine: one more Handler. For what is
// sequential: clients, handshakes, scripts. What answers messages as they come is a Framed handler.
//
//   loop->Listen(endpoint, {}, sluice::ConversationFactory(
//       [](sluice::Stream& stream) -> sluice::Conversation {
//         sluice::LineCodec lines;
//         while (auto line = co_await stream.Next(lines)) stream.Send("you said " +
//         std::string(*line));
//       }));
//
// The function is kept in the handler, so that a lambda's captures live as long as its coroutine.
// It runs on the loop's thread, from the connection's opening on, and the connection closes when it
// returns. While it waits for anything but input nothing is read from the peer. When the connection
// is gone the coroutine is destroyed where it waits: what it holds is released by destructors.
//
// It awaits what Stream offers, or what goes on by ResumeCoroutine (reactor/script.h), such as
// Http1Client::Fetch, and calls no coroutine of its own. Exceptions end the program.
#ifndef SLUICE_REACTOR_COROUTINE_H_
#define SLUICE_REACTOR_COROUTINE_H_

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "reactor/base/coroutine_frame.h"
#include "reactor/base/time.h"
#include "reactor/codec.h"
#include "reactor/connection.h"
#include "reactor/handler.h"
#include "reactor/timer.h"

namespace sluice {

class ConversationHandler;

// What the function returns. Owns the coroutine.
class Conversation {
 public:
  struct promise_type {
    Conversation get_return_object() {
      return Conversation(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    [[noreturn]] void unhandled_exception();
    // What else it awaits than what Stream offers (ResumeCoroutine in reactor/script.h).
    void Resume();
    ConversationHandler* handler = nullptr;
  };

  Conversation() = default;

 private:
  friend class ConversationHandler;
  explicit Conversation(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  base::CoroutineFrame<promise_type> frame_;
};

// A conversation's connection, as it sees it. Views it gives are valid until the next co_await.
class Stream {
 public:
  // Bytes not consumed yet, as soon as there are more than at the last call; empty where there will
  // be no more. What is consumed is not shown again.
  auto Receive() { return ReceiveAwaiter{{*this}}; }
  void Consume(size_t bytes) { consumed_ += bytes; }

  // The next message; nothing where there will be no more. A malformed one closes the connection,
  // as with Framed. The codec is the caller's, and the same from message to message.
  template <class Codec>
  auto Next(Codec& codec) {
    return MessageAwaiter<Codec>{{*this}, codec, {}};
  }

  // Until there is room for output: at once below the high-water mark, else when it has fallen to
  // the low-water mark. False: the connection is gone.
  auto Drained() { return DrainAwaiter{{*this}}; }
  // False: the connection is gone.
  auto Sleep(Duration delay) { return SleepAwaiter{{*this}, delay}; }

  void Send(std::string_view bytes) { connection_->Send(bytes); }
  void SendStatic(std::string_view bytes) { connection_->SendStatic(bytes); }
  bool is_open() const { return connection_->is_open(); }
  // True once the peer's end was met; sending still works.
  bool ended() const { return ended_; }
  Connection& connection() const { return *connection_; }

 private:
  friend class ConversationHandler;

  enum class Wait { kNothing, kInput, kDrain, kSleep };

  struct Awaiter {
    Stream& stream;
    void Suspend(Wait wait) { stream.wait_ = wait; }
  };
  struct ReceiveAwaiter : Awaiter {
    bool await_ready() const { return stream.over() || (stream.fresh_ && !stream.rest().empty()); }
    void await_suspend(std::coroutine_handle<>) { Suspend(Wait::kInput); }
    std::string_view await_resume() {
      stream.fresh_ = false;
      return stream.is_open() ? stream.rest() : std::string_view();
    }
  };
  template <class Codec>
  struct MessageAwaiter : Awaiter {
    Codec& codec;
    std::optional<typename Codec::Message> message;
    // Also asked when more has arrived: a message that is still not whole is waited for on.
    bool await_ready() { return Decode() || stream.over(); }
    void await_suspend(std::coroutine_handle<>) {
      Suspend(Wait::kInput);
      stream.retry_ = [](void* self) { return static_cast<MessageAwaiter*>(self)->await_ready(); };
      stream.retried_ = this;
    }
    std::optional<typename Codec::Message> await_resume() { return message; }
    bool Decode();
  };
  struct DrainAwaiter : Awaiter {
    bool await_ready() const {
      return !stream.is_open() || stream.connection_->unsent_bytes() <=
                                      stream.connection_->limits().output_high_water_bytes;
    }
    void await_suspend(std::coroutine_handle<>) { Suspend(Wait::kDrain); }
    bool await_resume() const { return stream.is_open(); }
  };
  struct SleepAwaiter : Awaiter {
    Duration delay;
    bool await_ready() const { return !stream.is_open(); }
    void await_suspend(std::coroutine_handle<>) {
      Suspend(Wait::kSleep);
      stream.timer_->ArmAfter(delay);
    }
    bool await_resume() const { return stream.is_open(); }
  };

  std::string_view rest() const { return input_.substr(consumed_); }
  bool over() const { return ended_ || !is_open(); }

  Connection* connection_ = nullptr;
  std::string_view input_;  // as shown by OnData; empty outside of it
  size_t consumed_ = 0;     // of it
  Wait wait_ = Wait::kNothing;
  bool fresh_ = false;  // Receive has not given what is there
  bool ended_ = false;
  bool (*retry_)(void*) = nullptr;  // of the awaiter that waits for a whole message
  void* retried_ = nullptr;
  std::unique_ptr<Timer> timer_;
};

template <class Codec>
bool Stream::MessageAwaiter<Codec>::Decode() {
  if (!stream.is_open() || stream.rest().empty()) return false;
  auto decoded = codec.Decode(stream.rest());
  if (decoded.result == DecodeResult::kNeedMore) return false;
  if (decoded.result == DecodeResult::kError) {
    stream.connection_->CloseProtocolError(static_cast<int>(decoded.error));
    return true;
  }
  stream.consumed_ += decoded.consumed;
  message = decoded.message;
  return true;
}

// Between callbacks and coroutine.
class ConversationHandler : public Handler {
 public:
  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnEnd(Connection& connection) override;
  void OnDrain(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;

 protected:
  virtual Conversation Begin(Stream& stream) = 0;

 private:
  friend struct Conversation::promise_type;
  void Resume();

  Stream stream_;
  Conversation conversation_;
};

// Function: Conversation(Stream&), a coroutine.
template <class Function>
std::unique_ptr<Handler> MakeConversation(Function function) {
  class Talking final : public ConversationHandler {
   public:
    explicit Talking(Function talk) : talk_(std::move(talk)) {}

   private:
    Conversation Begin(Stream& stream) override { return talk_(stream); }
    Function talk_;
  };
  return std::make_unique<Talking>(std::move(function));
}

// Each connection has a copy of the function.
template <class Function>
HandlerFactory ConversationFactory(Function function) {
  return [function = std::move(function)] { return MakeConversation(function); };
}

}  // namespace sluice

#endif  // SLUICE_REACTOR_COROUTINE_H_
