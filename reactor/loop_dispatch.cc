// Loop: each completion to its owner.
#include <cerrno>
#include <functional>
#include <memory>
#include <utility>

#include "reactor/base/check.h"
#include "reactor/fd_watch.h"
#include "reactor/loop.h"

namespace sluice {
namespace {

constexpr int kKindShift = 62;
constexpr int kGenerationShift = 32;
constexpr uint64_t kGenerationMask = (uint64_t{1} << 30) - 1;

}  // namespace

Token Loop::MakeToken(Kind kind, base::SlabKey key) {
  return static_cast<uint64_t>(kind) << kKindShift |
         static_cast<uint64_t>(key.generation) << kGenerationShift | key.index;
}

Loop::Kind Loop::KindOf(Token token) {
  return static_cast<Kind>(token >> kKindShift);
}

base::SlabKey Loop::KeyOf(Token token) {
  return {static_cast<uint32_t>(token),
          static_cast<uint32_t>(token >> kGenerationShift & kGenerationMask)};
}

void Loop::Dispatch(absl::Span<const Completion> batch) {
  while (!batch.empty()) {
    const Completion& completion = batch.front();
    size_t dispatched = 1;
    switch (KindOf(completion.token)) {
      case Kind::kConnection:
        DispatchConnection(completion);
        break;
      case Kind::kListener:
        DispatchListener(completion);
        break;
      case Kind::kDatagramSocket:
        dispatched = DispatchDatagrams(batch);
        break;
      case Kind::kFdWatch:
        DispatchFdWatch(completion);
        break;
    }
    batch.remove_prefix(dispatched);
  }
}

void Loop::DispatchConnection(const Completion& completion) {
  Connection* connection = connections_.Find(KeyOf(completion.token));
  if (connection == nullptr) {
    ++stats_.stale_completions;
    if (completion.buffer != kNoBuffer) backend_->ReleaseBuffer(completion.buffer);
    return;
  }
  switch (completion.operation) {
    case Operation::kReceive:
      if (completion.result > 0) {
        ++stats_.receives;
        stats_.bytes_received += static_cast<uint64_t>(completion.result);
        received_ = {completion.data, static_cast<size_t>(completion.result)};
        received_buffer_ = completion.buffer;
        connection->Received(received_);
        received_ = {};
        backend_->ReleaseBuffer(completion.buffer);
      } else if (completion.result == 0) {
        connection->ReceiveEnded();
      } else {
        connection->ReceiveFailed(-completion.result);
      }
      return;
    case Operation::kSend:
      connection->SendCompleted(completion.result, completion.more);
      return;
    case Operation::kRelease:
      connection->SendReleased();
      return;
    case Operation::kConnect:
      ConnectCompleted(*connection, completion.result);
      return;
    case Operation::kClose:
      ConnectionClosed(*connection);
      return;
    case Operation::kAccept:
    case Operation::kSendTo:
    case Operation::kReadable:
      SLUICE_CHECK(false, "a connection neither accepts nor sends datagrams");
  }
}

// The receive buffer these bytes lie in, to be released when they have left; kNoBuffer where they
// are elsewhere or copying them is better.
BufferId Loop::RetainReceived(std::string_view bytes) {
  const std::less_equal<const char*> before;  // a total order also where they are unrelated
  const bool within = before(received_.data(), bytes.data()) &&
                      before(bytes.data() + bytes.size(), received_.data() + received_.size());
  return within ? backend_->RetainBuffer(received_buffer_, bytes.size()) : kNoBuffer;
}

void Loop::ConnectCompleted(Connection& connection, int32_t result) {
  const bool has_socket = connection.socket_.valid();
  if (result < 0) {
    connection.ConnectFailed(-result);
  } else if (connection.state_ == Connection::State::kConnecting) {
    ++stats_.connects;
    connection.Opened();
    if (asked_to_finish()) connection.Stopping();
  }
  if (!has_socket) ConnectionClosed(connection);  // no close completion will come
}

void Loop::DispatchListener(const Completion& completion) {
  Listener* listener = listeners_.Find(KeyOf(completion.token));
  SLUICE_CHECK(listener != nullptr, "a listener's last completion is its close");
  if (completion.operation == Operation::kClose) {
    listeners_.Erase(KeyOf(completion.token).index);
    return;
  }
  SLUICE_CHECK(completion.operation == Operation::kAccept, "a listener only accepts");
  if (completion.result < 0) {
    listener->AcceptFailed(-completion.result);
  } else {
    listener->Accepted(completion);
  }
}

void Loop::Accept(Listener& listener, Socket socket) {
  ++stats_.accepts;
  std::unique_ptr<Handler> handler = listener.factory_();
  SLUICE_CHECK(handler != nullptr, "a connection needs a handler");
  const auto [key, connection] = connections_.Emplace(*this, std::move(handler), listener.limits_);
  connection->token_ = MakeToken(Kind::kConnection, key);
  connection->socket_ = socket;
  connection->listener_ = listener.token_;
  connection->Opened();
}

// The socket is gone: tells the handler, and frees what it held.
void Loop::ConnectionClosed(Connection& connection) {
  const CloseReason reason = connection.reason_;
  SLUICE_CHECK(reason.code != CloseCode::kNone, "a connection closes for a reason");
  ++stats_.closes[static_cast<size_t>(reason.code)];
  connection.state_ = Connection::State::kClosing;
  connection.handler_->OnClose(connection, reason);
  const Token listener_token = connection.listener_;
  connections_.Erase(KeyOf(connection.token_).index);
  Listener* own = listener_token == kNoToken ? nullptr : listeners_.Find(KeyOf(listener_token));
  if (own != nullptr) own->ConnectionClosed();
  listeners_.ForEach([](Listener& listener) {
    if (listener.retry_.armed()) listener.DescriptorFreed();
  });
}

// Its owner destroys a watch without waiting for the close, which then finds nobody.
void Loop::DispatchFdWatch(const Completion& completion) {
  FdWatch** watch = fd_watches_.Find(KeyOf(completion.token));
  if (watch != nullptr) {
    (*watch)->Readable();
  } else if (completion.operation == Operation::kReadable) {
    ++stats_.stale_completions;
  }
}

// As many completions as one socket received in a row go to its handler as one batch.
size_t Loop::DispatchDatagrams(absl::Span<const Completion> batch) {
  const Completion& first = batch.front();
  DatagramSocket* socket = datagram_sockets_.Find(KeyOf(first.token));
  SLUICE_CHECK(socket != nullptr, "a datagram socket's last completion is its close");
  if (first.operation == Operation::kClose) {
    socket->handler_->OnClose(*socket);
    datagram_sockets_.Erase(KeyOf(first.token).index);
    return 1;
  }
  if (first.operation == Operation::kSendTo) {
    socket->SendCompleted(first);
    return 1;
  }
  if (first.result < 0) {
    SLUICE_CHECK(first.more, "a datagram socket goes on receiving after an error");
    socket->ReceiveFailed(-first.result);
    return 1;
  }
  size_t count = 1;
  while (count < batch.size() && batch[count].token == first.token &&
         batch[count].operation == Operation::kReceive && batch[count].result >= 0) {
    ++count;
  }
  stats_.receives += count;
  socket->Received(batch.subspan(0, count));
  for (const Completion& completion : batch.subspan(0, count)) {
    stats_.bytes_received += static_cast<uint64_t>(completion.result);
    if (completion.buffer != kNoBuffer) backend_->ReleaseBuffer(completion.buffer);
  }
  return count;
}

}  // namespace sluice
