// Cuts pictures into datagrams, with parity where it is wanted. Knows no sockets.
#ifndef SLUICE_APPS_PICTURE_FRAME_CUTTER_H_
#define SLUICE_APPS_PICTURE_FRAME_CUTTER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/picture/part.h"

namespace sluice::picture {

// "10+2": two parity parts for every ten data parts. None: 0 and 0.
struct Parity {
  size_t group_parts = 0;
  size_t parity_parts = 0;

  // InvalidArgument in words. "" is none.
  static absl::StatusOr<Parity> Parse(std::string_view text);
  bool wanted() const { return parity_parts > 0; }
};

// The datagrams of one frame, in the order in which they are sent.
class CutFrame {
 public:
  size_t parts() const { return shape_.parts(); }
  const FrameShape& shape() const { return shape_; }
  std::string_view datagram(size_t part) const {
    return {&bytes_[part * stride_], kPartHeaderBytes + shape_.PayloadBytes(part)};
  }

 private:
  friend class FrameCutter;
  FrameShape shape_;
  size_t stride_ = 0;  // from one datagram to the next
  std::string bytes_;
};

class FrameCutter {
 public:
  struct Options {
    size_t datagram_bytes = 1400;  // of the largest; more than kPartHeaderBytes
    Parity parity{};
    uint32_t stream = 0;
  };
  explicit FrameCutter(const Options& options) : options_(options) {}

  // InvalidArgument, saying what to do: an empty picture, or one of more parts than there are
  // indices for.
  absl::Status Check(uint64_t picture_bytes) const;

  // Of a picture that Check has nothing against.
  CutFrame Cut(std::string_view picture, uint64_t sequence) const;

 private:
  FrameShape ShapeOf(uint64_t picture_bytes) const;

  Options options_;
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_FRAME_CUTTER_H_
