#include "apps/files/channel.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "reactor/base/check.h"
#include "reactor/loop.h"

namespace sluice::files {

// The marks keep one piece of a file waiting, and ask for the next when it has left. A turn takes
// all that a backend's receive buffers hold: what is beyond its limit would be copied to wait.
ConnectionLimits ChannelLimits(Duration idle_timeout, Duration stall_timeout) {
  ConnectionLimits limits;
  limits.turn_bytes = 1 << 20;
  limits.output_high_water_bytes = 32 << 10;
  limits.output_low_water_bytes = 16 << 10;
  limits.output_pauses_reading = false;
  limits.input_bytes_max = kFrameBytesMax + 4;
  limits.idle_timeout = idle_timeout;
  limits.stall_timeout = stall_timeout;
  return limits;
}

void Channel::Send(Connection& connection, const Frame& frame) {
  const CodecError error = codec_.Encode(FormatFrame(frame), connection);
  SLUICE_CHECK(error == CodecError::kNone, "frames are cut to their limit");
}

void Channel::Send(Connection& connection, FrameType type) {
  Frame frame;
  frame.type = type;
  Send(connection, frame);
}

void Channel::Fail(Connection& connection, TransferError error, std::string_view text) {
  if (!connection.is_open()) return;
  Send(connection, ErrorFrame(error, text));
  OnFailure(connection, error, text);
  connection.Close();
}

size_t Channel::OnData(Connection& connection, std::string_view bytes) {
  size_t consumed = 0;
  while (consumed < bytes.size() && connection.is_reading()) {
    const std::string_view rest = bytes.substr(consumed);
    size_t taken = std::min<size_t>(body_left_, rest.size());
    if (taken > 0) {
      body_left_ -= static_cast<uint32_t>(taken);
      OnBody(connection, rest.substr(0, taken));
    } else {
      taken = TakeFrame(connection, rest);
    }
    if (taken == 0) break;
    consumed += taken;
  }
  return consumed;
}

// What the front of the bytes is, unless it is not whole yet: 0.
size_t Channel::TakeFrame(Connection& connection, std::string_view bytes) {
  const auto decoded = codec_.Decode(bytes);
  if (decoded.result == DecodeResult::kNeedMore) return 0;
  if (decoded.result == DecodeResult::kError) {
    Fail(connection, TransferError::kBadRequest,
         "a frame is too long: this is " + std::string(kProtocol));
    return 0;
  }
  std::optional<Frame> frame = ParseFrame(decoded.message);
  if (!frame.has_value()) {
    Fail(connection, TransferError::kBadRequest, "a malformed frame");
  } else if (frame->type != FrameType::kWait) {
    OnFrame(connection, *std::move(frame));
  }
  return decoded.consumed;
}

void Channel::RunOnDisk(Connection& connection, absl::AnyInvocable<bool()> slice,
                        std::function<void(Connection&)> then, WhenGone when_gone) {
  Loop& loop = connection.loop();
  const ConnectionId id = connection.id();
  keep_alive_ = std::make_unique<Timer>(loop, [this, &loop, id] { KeepAlive(loop, id); });
  keep_alive_->ArmAfter(kWaitEvery);
  if (when_gone == WhenGone::kStop) {
    slice = [gone = gone_, work = std::move(slice)]() mutable {
      return gone->load(std::memory_order_relaxed) || work();
    };
  }
  disk_.Run(std::move(slice), [this, &loop, id, then = std::move(then)] {
    Connection* found = loop.Find(id);  // its handler is this
    if (found == nullptr || !found->is_open()) return;
    keep_alive_.reset();
    then(*found);
  });
}

void Channel::KeepAlive(Loop& loop, ConnectionId id) {
  Connection* connection = loop.Find(id);
  if (connection == nullptr || !connection->is_open()) return;
  Send(*connection, FrameType::kWait);
  keep_alive_->ArmAfter(kWaitEvery);
}

}  // namespace sluice::files
