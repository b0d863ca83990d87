// Makes pictures of datagrams, for any number of senders at once and in bounded memory. Knows no
// sockets and no clock.
//
//   reassembler.Take(from, bytes, now, [](const Picture& picture) { Save(picture.bytes); });
//
// Nothing a sender can send makes it hold more than held_bytes_max, beside one frame in the joining
// and a fixed amount a sender. Where that is reached, the sender that holds most loses its oldest
// frame: one that holds no more than held_bytes_max / senders_max is never that one. Every limit
// that was met shows in the counts.
#ifndef SLUICE_APPS_PICTURE_REASSEMBLER_H_
#define SLUICE_APPS_PICTURE_REASSEMBLER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "apps/picture/frame_window.h"
#include "apps/picture/picture_reader.h"

namespace sluice::picture {

struct ReassemblyLimits {
  size_t frame_bytes_max = 16 << 20;
  size_t held_bytes_max = 64 << 20;  // parts of frames that are not whole
  size_t senders_max = 64;
  // A sender silent for so long makes room for another one, and who holds more streams than others
  // does at once.
  Duration sender_idle = std::chrono::seconds(10);
  WindowLimits window{};

  // InvalidArgument where no frame of frame_bytes_max could ever be whole.
  absl::Status Check() const;
};

class Reassembler : public PictureReader {
 public:
  explicit Reassembler(const ReassemblyLimits& limits) : limits_(limits) {}

  PartVerdict Take(const Endpoint& from, std::string_view datagram, TimePoint now,
                   OnPicture on_picture) override;
  void Expire(TimePoint now) override;

  size_t held_bytes() const { return held_bytes_; }
  size_t gathering() const;

  std::vector<Sender> senders() const override;
  uint64_t senders_seen() const override { return senders_seen_; }
  Counts totals() const override;

 private:
  struct Entry {
    explicit Entry(const WindowLimits& limits) : window(limits) {}
    FrameWindow window;
    FrameRate rate;
    TimePoint last{};
  };
  using Entries = absl::flat_hash_map<SenderKey, Entry>;

  PartVerdict Refuse(PartVerdict verdict);
  Entry* FindOrAdd(const SenderKey& key, TimePoint now);
  bool MakeRoom(const Endpoint& from, TimePoint now);
  Entries::iterator OldestOfCrowd(const Endpoint& from);
  void KeepWithinMemory();

  ReassemblyLimits limits_;
  Entries entries_;
  absl::flat_hash_map<Endpoint, size_t> streams_of_sender_, streams_of_host_;  // of entries_
  size_t held_bytes_ = 0;
  uint64_t senders_seen_ = 0;
  Counts gone_;  // of senders forgotten, and of datagrams of none
  std::string picture_;
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_REASSEMBLER_H_
