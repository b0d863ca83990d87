// The tutorials' pictures: each datagram is one, whole, without a header. What is lost leaves no
// trace, so only what came is counted.
#ifndef SLUICE_APPS_PICTURE_PLAIN_READER_H_
#define SLUICE_APPS_PICTURE_PLAIN_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "apps/picture/picture_reader.h"

namespace sluice::picture {

// The tutorials' receiver asks recvfrom for so many bytes; the rest of a longer datagram is lost.
inline constexpr size_t kPlainBytesMax = 60'000;

class PlainReader : public PictureReader {
 public:
  // Of more senders only the totals are known.
  explicit PlainReader(size_t senders_max) : senders_max_(senders_max) {}

  // kForeign: an empty datagram, or a part of a frame.
  PartVerdict Take(const Endpoint& from, std::string_view datagram, TimePoint now,
                   OnPicture on_picture) override;

  std::vector<Sender> senders() const override;
  uint64_t senders_seen() const override { return rates_.size(); }
  Counts totals() const override { return counts_; }

 private:
  size_t senders_max_;
  absl::flat_hash_map<SenderKey, FrameRate> rates_;
  Counts counts_;
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_PLAIN_READER_H_
