// A backend without a kernel: one connection that always has another message, and whose sends are
// done at once. What is measured on it is the loop and what is above it.
#ifndef SLUICE_BENCH_SCRIPTED_BACKEND_H_
#define SLUICE_BENCH_SCRIPTED_BACKEND_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/backend/backend.h"

namespace sluice {

class ScriptedBackend : public Backend {
 public:
  // Each Poll gives `receives` times `bytes`.
  ScriptedBackend(std::string bytes, size_t receives)
      : bytes_(std::move(bytes)), receives_(receives) {}

  std::string_view name() const override { return "scripted"; }
  absl::StatusOr<Socket> Listen(const Endpoint&, const ListenOptions&) override {
    return Socket{0};
  }
  absl::StatusOr<Socket> BindDatagram(const Endpoint&, const DatagramOptions&) override {
    return absl::UnimplementedError("streams only");
  }
  absl::Status SetOption(Socket, const RawSocketOption&) override { return absl::OkStatus(); }
  absl::StatusOr<std::string> GetOption(Socket, const RawSocketOption& option) override {
    return option.value;
  }
  Endpoint LocalEndpoint(Socket) override { return Endpoint(); }
  Endpoint PeerEndpoint(Socket) override { return Endpoint(); }
  void StartAccept(Socket, Token token, AcceptCount) override {
    if (accepted_) return;
    accepted_ = true;
    Completion& completion = Add(token, Operation::kAccept, 0);
    completion.accepted = Socket{1};
    completion.more = true;
  }
  void StopAccept(Socket) override {}
  Socket Connect(const Endpoint&, const SocketOptions&, Token) override { return Socket{}; }
  void StartReceive(Socket, Token token) override {
    receiving_ = true;
    token_ = token;
  }
  void StopReceive(Socket) override { receiving_ = false; }
  void ReleaseBuffer(BufferId) override {}
  BufferId RetainBuffer(BufferId, size_t) override { return kNoBuffer; }
  int32_t SendFile(Socket, const FilePiece& piece, Token) override {
    return static_cast<int32_t>(piece.bytes);
  }
  int32_t Send(Socket, absl::Span<const iovec> spans, MoreFollows, Token) override {
    size_t bytes = 0;
    for (const iovec& span : spans) bytes += span.iov_len;
    return static_cast<int32_t>(bytes);
  }
  void SendTo(Socket, absl::Span<const OutgoingDatagram>, Token) override {}
  void ShutdownSend(Socket) override {}
  void Close(Socket socket, CloseMode, Token token) override {
    if (socket.index == 1) receiving_ = false;
    Add(token, Operation::kClose, 0);
  }
  absl::Span<const Completion> Poll(TimePoint) override {
    batch_.swap(next_);
    next_.clear();
    for (size_t i = 0; receiving_ && i < receives_; ++i) {
      Completion& completion = batch_.emplace_back();
      completion.token = token_;
      completion.result = static_cast<int32_t>(bytes_.size());
      completion.more = true;
      completion.buffer = 0;
      completion.data = bytes_.data();
    }
    return batch_;
  }
  TimePoint Now() override { return now_ += std::chrono::microseconds(1); }
  void Wakeup() override {}
  const BackendStats& stats() const override { return stats_; }

 private:
  Completion& Add(Token token, Operation operation, int32_t result) {
    Completion& completion = next_.emplace_back();
    completion.token = token;
    completion.operation = operation;
    completion.result = result;
    return completion;
  }

  const std::string bytes_;
  const size_t receives_;
  bool accepted_ = false;
  bool receiving_ = false;
  Token token_ = 0;
  std::vector<Completion> next_, batch_;
  TimePoint now_{std::chrono::seconds(1)};
  BackendStats stats_;
};

}  // namespace sluice

#endif  // SLUICE_BENCH_SCRIPTED_BACKEND_H_
