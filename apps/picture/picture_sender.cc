#include "apps/picture/picture_sender.h"

#include <algorithm>
#include <utility>

#include "apps/picture/plain_reader.h"
#include "apps/picture/send_trouble.h"
#include "tools/cli/command.h"

namespace sluice::picture {

absl::Status CheckPicture(const SendOptions& options, uint64_t bytes) {
  if (bytes == 0) return absl::InvalidArgumentError("it is empty");
  if (options.plain && bytes > kPlainBytesMax) {
    return absl::InvalidArgumentError(
        "it has " + std::to_string(bytes) +
        " bytes, and a plain picture is one datagram of at "
        "most " +
        std::to_string(kPlainBytesMax) +
        ", which is what the tutorials' receiver takes: save it smaller or with a lower quality, "
        "or send it in parts, without --plain");
  }
  if (bytes > options.frame_bytes_max) {
    return absl::InvalidArgumentError("it has " + std::to_string(bytes) + " bytes, more than " +
                                      std::to_string(options.frame_bytes_max) +
                                      ": give --frame-bytes-max, to the receiver, too");
  }
  return options.plain ? absl::OkStatus() : FrameCutter(options.cutter).Check(bytes);
}

PictureSender::PictureSender(Loop& loop, const SendOptions& options, const PictureFiles& files,
                             SendCounts& counts, absl::Status& status)
    : loop_(loop),
      options_(options),
      files_(files),
      counts_(counts),
      status_(status),
      cutter_(options.cutter),
      pace_(options.frames_per_second, options.spread_max),
      timer_(loop, [this] { Tick(); }) {}

void PictureSender::Start(DatagramSocket& socket) {
  socket_ = &socket;
  started_ = loop_.now();
  Tick();
}

// Sends what is due, and comes again when the next is.
void PictureSender::Tick() {
  Look(socket_->stats());
  if (!status_.ok()) return End();
  if (parts_left_ == 0) {
    if (AllSent()) return End();
    if (!BeginFrame()) return timer_.ArmAt(pace_.NextFrame());
  }
  while (parts_left_ > 0 && pace_.PartDue(next_part_) <= loop_.now()) {
    SendPart(next_part_++);
    --parts_left_;
  }
  if (parts_left_ > 0) return timer_.ArmAt(pace_.PartDue(next_part_));
  ++counts_.frames;
  if (AllSent()) return End();
  timer_.ArmAt(pace_.NextFrame());
}

// False: the file cannot be read now.
bool PictureSender::BeginFrame() {
  absl::StatusOr<std::string> picture = files_.Read(
      frame_number_++, [this](uint64_t bytes) { return CheckPicture(options_, bytes); });
  if (!picture.ok()) {
    if (counts_.unreadable++ == 0) cli::Warn(std::string(picture.status().message()));
    pace_.Begin(loop_.now(), 1);
    return false;
  }
  picture_ = *std::move(picture);
  if (!options_.plain) frame_ = cutter_.Cut(picture_, sequence_++);
  next_part_ = 0;
  parts_left_ = parts();
  datagram_bytes_ = DatagramOf(0).size();
  counts_.picture_bytes += picture_.size();
  pace_.Begin(loop_.now(), parts_left_);
  return true;
}

void PictureSender::SendPart(size_t part) {
  const std::string_view datagram = DatagramOf(part);
  socket_->Send(options_.to, datagram);
  ++counts_.datagrams;
  counts_.wire_bytes += datagram.size();
  if (!options_.plain && !frame_.shape().IsData(part)) ++counts_.parity_datagrams;
}

void PictureSender::Look(const DatagramStats& stats) {
  counts_.queue_drops = stats.queue_drops;
  counts_.slips = pace_.slips();
  counts_.duration = loop_.now() - started_;
  if (stats.refused == counts_.refused) return;
  counts_.refused = stats.refused;
  counts_.refusal = socket_->last_send_error();
  if (status_.ok())
    status_ = SendTrouble(options_.to, datagram_bytes_, options_.plain, counts_.refusal);
}

void PictureSender::End() {
  timer_.Cancel();
  socket_->Close();
}

void PictureSender::OnClose(DatagramSocket& socket) {
  timer_.Cancel();
  Look(socket.stats());
  loop_.Stop();
}

}  // namespace sluice::picture
