#include "apps/picture/picture_receiver.h"

#include <chrono>
#include <cstdio>

#include "apps/picture/image_kind.h"
#include "tools/cli/command.h"
#include "tools/report/format.h"

namespace sluice::picture {
namespace {

constexpr size_t kDropsOfMemoryInfo = 8;  // SK_MEMINFO_DROPS, linux/sock_diag.h

// "from-127.0.0.1-4711-1a2b3c4d-00000012": sorts by sender, then by number.
std::string StemOf(const Picture& picture, uint32_t run) {
  const uint32_t stream = picture.sender.stream != 0 ? picture.sender.stream : run;
  char numbers[40];
  std::snprintf(numbers, sizeof(numbers), "-%08x-%08llu", stream,
                static_cast<unsigned long long>(picture.sequence));
  return "from-" + NameOf(picture.sender.from) + numbers;
}

}  // namespace

PictureReceiver::PictureReceiver(Loop& loop, const ReceiveOptions& options, PictureReader& reader,
                                 PictureFolder* folder, ReceiveCounts& counts)
    : loop_(loop),
      options_(options),
      reader_(reader),
      folder_(folder),
      counts_(counts),
      timeout_(loop, [this] { TimedOut(); }),
      expire_(loop, [this] { Expire(); }),
      progress_timer_(loop, [this] { ShowProgress(); }),
      started_(loop.now()),
      shown_(started_) {
  expire_.ArmAfter(kExpireEvery);
  progress_timer_.ArmAfter(kProgressEvery);
  if (options_.timeout > Duration(0)) timeout_.ArmAfter(options_.timeout);
}

void PictureReceiver::OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) {
  for (const Datagram& datagram : batch) {
    if (done()) return;
    const PartVerdict verdict = reader_.Take(*datagram.peer, datagram.bytes, loop_.now(),
                                             [this](const Picture& picture) { Came(picture); });
    if (verdict == PartVerdict::kForeign && !hinted_) Hint(datagram);
  }
}

void PictureReceiver::Came(const Picture& picture) {
  ++pictures_;
  picture_bytes_ += picture.bytes.size();
  if (options_.timeout > Duration(0)) timeout_.ArmAfter(options_.timeout);
  Save(picture);
  if (done()) loop_.Stop();
}

void PictureReceiver::Save(const Picture& picture) {
  std::string what = StemOf(picture, options_.run);
  if (folder_ != nullptr) {
    const absl::StatusOr<std::string> name = folder_->Save(what, picture.bytes);
    if (!name.ok()) {
      // Once: with a full disk there is one for each picture.
      if (folder_->failed() == 1) cli::Warn(std::string(name.status().message()));
      return;
    }
    what = *name;
  }
  Say(what + " " + report::FormatExact(picture.bytes.size()) + " bytes" +
      (picture.repaired ? ", repaired" : ""));
}

// A sender and a receiver that do not speak the same: nothing comes, and nobody knows why.
void PictureReceiver::Hint(const Datagram& datagram) {
  const std::string from = "a datagram from " + datagram.peer->ToString();
  if (!options_.plain && !ImageKind(datagram.bytes).empty()) {
    cli::Warn(from + " is a whole picture: for such senders run with --plain");
    hinted_ = true;
  } else if (options_.plain && !datagram.bytes.empty()) {
    cli::Warn(from + " is a part of a frame: for such senders run without --plain");
    hinted_ = true;
  }
}

void PictureReceiver::TimedOut() {
  ++counts_.timeouts;
  Say("timeout");
  timeout_.ArmAfter(options_.timeout);
}

void PictureReceiver::Expire() {
  reader_.Expire(loop_.now());
  expire_.ArmAfter(kExpireEvery);
}

void PictureReceiver::ShowProgress() {
  const double seconds = std::chrono::duration<double>(loop_.now() - shown_).count();
  const Counts totals = reader_.totals();
  progress_.Update(
      report::FormatCount(static_cast<double>(pictures_ - shown_pictures_) / seconds) +
      " frames/s, " +
      report::FormatBytes(static_cast<double>(picture_bytes_ - shown_bytes_) / seconds) + "/s; " +
      report::FormatExact(pictures_) + " whole, " + report::FormatExact(totals.repaired) +
      " repaired, " + report::FormatExact(totals.lost()) + " lost");
  shown_ = loop_.now();
  shown_pictures_ = pictures_;
  shown_bytes_ = picture_bytes_;
  progress_timer_.ArmAfter(kProgressEvery);
}

void PictureReceiver::Say(const std::string& line) {
  if (!options_.lines) return;
  progress_.Finish();
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  // Nobody reads on, and nothing is saved: there is no point in going on.
  if (std::ferror(stdout) != 0 && folder_ == nullptr && !loop_.stopping()) loop_.Stop();
}

// Frames half there are lost now; datagrams in the socket's buffer are not looked at any more.
void PictureReceiver::OnStop(DatagramSocket& socket) {
  reader_.Expire(kNever);
  counts_.duration = loop_.now() - started_;
  counts_.datagrams = socket.stats().received;
  counts_.bytes = socket.stats().bytes_received;
  counts_.kernel_drops = socket.stats().kernel_drops;
  const auto memory = socket.GetOption(socket_option::kMemoryInfo);
  if (memory.ok()) counts_.kernel_drops = memory->values[kDropsOfMemoryInfo];
  progress_.Finish();
  socket.Close();
}

}  // namespace sluice::picture
