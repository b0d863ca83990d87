// The newest frames of one sender: those that gather, and for a while those that are done, so that
// what comes of them again or late is known as that.
#ifndef SLUICE_APPS_PICTURE_FRAME_WINDOW_H_
#define SLUICE_APPS_PICTURE_FRAME_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "apps/picture/counts.h"
#include "apps/picture/frame_assembly.h"
#include "apps/picture/part.h"
#include "reactor/base/time.h"

namespace sluice::picture {

struct WindowLimits {
  size_t frames_in_flight_max = 8;  // gathering; then the oldest is given up
  Duration frame_age_max = std::chrono::seconds(1);
  // A part further ahead of the newest frame is refused, while others come: who forges one number
  // must not make the sender's own frames old.
  uint64_t sequence_jump_max = 1'000'000;
};

class FrameWindow {
 public:
  // Beyond that the oldest are forgotten; their parts are late.
  static constexpr size_t kFramesRemembered = 64;

  explicit FrameWindow(const WindowLimits& limits) : limits_(limits) {}

  // True: the part made a frame whole, which is in `*picture`.
  bool Take(const Part& part, TimePoint now, std::string* picture, PartVerdict* verdict);

  // Gives up what is too old.
  void Expire(TimePoint now);
  // Gives up the oldest frame, for the sake of its memory. False: there is none.
  bool ForgetOldest();

  size_t held_bytes() const { return held_bytes_; }
  size_t gathering() const { return gathering_; }
  // Frames without a single part count as lost once a newer one came.
  Counts counts() const;
  bool repaired() const { return last_repaired_; }  // the frame delivered last

 private:
  using Frames = std::map<uint64_t, FrameAssembly>;
  using State = FrameAssembly::State;

  void StartAt(uint64_t sequence);
  FrameAssembly* FindOrBegin(const Part& part, TimePoint now, PartVerdict* refused);
  void Begun(uint64_t sequence);
  bool Deliver(FrameAssembly& frame, std::string* picture);
  void End(FrameAssembly& frame, State state);
  void GiveUp(FrameAssembly& frame, uint64_t& reason);
  void DropFirst();

  WindowLimits limits_;
  Frames frames_;
  size_t gathering_ = 0;
  size_t held_bytes_ = 0;
  uint64_t past_ = 0;  // frames before this one are forgotten
  uint64_t first_ = 0;
  uint64_t newest_ = 0;
  uint64_t known_ = 0;  // frames of which a part came
  bool started_ = false;
  TimePoint last_{};  // when a part came that was not refused
  bool last_repaired_ = false;
  Counts counts_;
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_FRAME_WINDOW_H_
