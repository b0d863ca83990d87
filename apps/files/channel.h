// A connection that speaks the frames of wire.h, bodies between them: what server and client have
// in common. Takes the frames apart, does work on the disk for it and tells the peer to wait
// meanwhile, and ends it with a typed error.
#ifndef SLUICE_APPS_FILES_CHANNEL_H_
#define SLUICE_APPS_FILES_CHANNEL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "apps/files/disk.h"
#include "apps/files/wire.h"
#include "reactor/connection.h"
#include "reactor/handler.h"
#include "reactor/timer.h"

namespace sluice::files {

// Limits of a connection that carries files. An answer is heard while a body is sent.
ConnectionLimits ChannelLimits(Duration idle_timeout, Duration stall_timeout);

class Channel : public Handler {
 public:
  explicit Channel(Disk& disk) : disk_(disk), codec_(FrameCodec()) {}
  ~Channel() override { gone_->store(true, std::memory_order_relaxed); }

  void Send(Connection& connection, const Frame& frame);
  void Send(Connection& connection, FrameType type);
  // Tells the peer, and this end, that the transfer failed. What was sent before still leaves.
  void Fail(Connection& connection, TransferError error, std::string_view text = {});
  // The next so many bytes are a body's.
  void ExpectBody(uint32_t bytes) { body_left_ = bytes; }

  // Disk::Run for this connection: `then` is called where it is still open. Meanwhile the peer is
  // told to wait, so that neither end takes the other for dead. What is for this connection alone
  // ends with it, before its next slice; what is for the file (WhenGone::kFinish) does not.
  enum class WhenGone : uint8_t { kStop, kFinish };
  void RunOnDisk(Connection& connection, absl::AnyInvocable<bool()> slice,
                 std::function<void(Connection&)> then, WhenGone when_gone = WhenGone::kStop);

  size_t OnData(Connection& connection, std::string_view bytes) final;

 protected:
  virtual void OnFrame(Connection& connection, Frame frame) = 0;
  virtual void OnBody(Connection& connection, std::string_view piece) = 0;
  // Fail was called: this end found the error.
  virtual void OnFailure(Connection& connection, TransferError error, std::string_view text) = 0;

 private:
  static constexpr Duration kWaitEvery = std::chrono::seconds(5);

  size_t TakeFrame(Connection& connection, std::string_view bytes);
  void KeepAlive(Loop& loop, ConnectionId id);

  Disk& disk_;
  LengthPrefixCodec codec_;
  uint32_t body_left_ = 0;
  // Looked at by the disk's thread.
  const std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<Timer> keep_alive_;  // while the disk works
};

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_CHANNEL_H_
