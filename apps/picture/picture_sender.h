// Sends pictures at a steady rate, each part in its time.
#ifndef SLUICE_APPS_PICTURE_PICTURE_SENDER_H_
#define SLUICE_APPS_PICTURE_PICTURE_SENDER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "apps/picture/frame_cutter.h"
#include "apps/picture/pace.h"
#include "apps/picture/picture_files.h"
#include "reactor/loop.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice::picture {

struct SendOptions {
  Endpoint to;
  bool plain = false;  // a datagram is a picture
  FrameCutter::Options cutter{};
  uint64_t frame_bytes_max = 16 << 20;
  double frames_per_second = 10;
  Duration spread_max = std::chrono::milliseconds(200);
  uint64_t frames = 0;  // then it ends; 0: never
};

// Says why a picture of so many bytes cannot be sent so, and what to do.
absl::Status CheckPicture(const SendOptions& options, uint64_t bytes);

struct SendCounts {
  uint64_t frames = 0;
  uint64_t datagrams = 0;
  uint64_t parity_datagrams = 0;
  uint64_t picture_bytes = 0;
  uint64_t wire_bytes = 0;   // datagrams' bytes
  uint64_t unreadable = 0;   // frames left out: the file was gone
  uint64_t slips = 0;        // times the plan began anew, because this host was late
  uint64_t queue_drops = 0;  // datagrams that found our own queue full
  uint64_t refused = 0;      // by the kernel
  int refusal = 0;           // errno of the newest
  Duration duration{0};
};

// Begins with Start, and stops its loop when all has left.
class PictureSender : public DatagramHandler {
 public:
  // `counts`, `status` and `files` outlive it. `counts` is filled in as it sends, `status` becomes
  // an error where going on makes no sense.
  PictureSender(Loop& loop, const SendOptions& options, const PictureFiles& files,
                SendCounts& counts, absl::Status& status);

  void Start(DatagramSocket& socket);

  void OnDatagrams(DatagramSocket&, absl::Span<const Datagram>) override {}
  void OnStop(DatagramSocket&) override { End(); }
  void OnClose(DatagramSocket& socket) override;

 private:
  void Tick();
  bool BeginFrame();
  void SendPart(size_t part);
  void Look(const DatagramStats& stats);
  void End();
  bool AllSent() const { return options_.frames != 0 && frame_number_ == options_.frames; }
  size_t parts() const { return options_.plain ? 1 : frame_.parts(); }
  std::string_view DatagramOf(size_t part) const {
    return options_.plain ? std::string_view(picture_) : frame_.datagram(part);
  }

  Loop& loop_;
  SendOptions options_;
  const PictureFiles& files_;
  SendCounts& counts_;
  absl::Status& status_;
  FrameCutter cutter_;
  Pace pace_;
  Timer timer_;
  DatagramSocket* socket_ = nullptr;
  std::string picture_;
  CutFrame frame_;
  uint64_t frame_number_ = 0;  // frames begun
  uint64_t sequence_ = 0;      // of the next frame on the wire
  size_t next_part_ = 0;
  size_t parts_left_ = 0;
  size_t datagram_bytes_ = 0;  // of the largest of this frame
  TimePoint started_{};
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_PICTURE_SENDER_H_
