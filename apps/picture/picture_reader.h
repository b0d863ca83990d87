// What finds pictures in datagrams. Two kinds: Reassembler for frames in parts, PlainReader for one
// picture a datagram.
#ifndef SLUICE_APPS_PICTURE_PICTURE_READER_H_
#define SLUICE_APPS_PICTURE_PICTURE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "apps/picture/counts.h"
#include "apps/picture/frame_rate.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"

namespace sluice::picture {

// Two runs behind one address are two senders.
struct SenderKey {
  Endpoint from;
  uint32_t stream = 0;  // 0 of plain pictures

  friend bool operator==(const SenderKey&, const SenderKey&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const SenderKey& key) {
    return H::combine(std::move(state), key.from, key.stream);
  }
};

// Valid during the call.
struct Picture {
  const SenderKey& sender;
  uint64_t sequence = 0;  // of plain pictures: how many came before
  std::string_view bytes;
  bool repaired = false;
};

struct Sender {
  SenderKey key;
  Counts counts;
  FrameRate rate;
};

class PictureReader {
 public:
  using OnPicture = absl::FunctionRef<void(const Picture&)>;
  virtual ~PictureReader() = default;

  virtual PartVerdict Take(const Endpoint& from, std::string_view datagram, TimePoint now,
                           OnPicture on_picture) = 0;
  // Gives up frames that are too old. Call it now and then.
  virtual void Expire(TimePoint) {}

  virtual std::vector<Sender> senders() const = 0;  // by address; those forgotten are not there
  virtual uint64_t senders_seen() const = 0;
  virtual Counts totals() const = 0;  // of all, those forgotten included
};

// By address and stream.
void SortSenders(std::vector<Sender>& senders);

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_PICTURE_READER_H_
