// How one picture, a frame, is cut into parts: arithmetic, and nothing else.
//
// The frame's bytes are cut every `part_bytes`: these are the data parts 0, 1, 2 ..., the last of
// them shorter. Behind them come the parity parts. Data part i belongs to group i % groups, so that
// several parts lost in a row are lost to several groups; parity part j belongs to group
// j % groups. What is lost of a group is repaired while as many of its parts come as it has data
// parts.
#ifndef SLUICE_APPS_PICTURE_FRAME_SHAPE_H_
#define SLUICE_APPS_PICTURE_FRAME_SHAPE_H_

#include <cstddef>
#include <cstdint>

#include "apps/picture/erasure_code.h"

namespace sluice::picture {

inline constexpr size_t kPartsMax = 65535;  // of a frame: a part's index has 16 bits

struct FrameShape {
  uint32_t frame_bytes = 0;
  uint16_t part_bytes = 0;
  uint16_t parity_parts = 0;  // of all groups; as many of each
  uint16_t groups = 1;

  // The others are for shapes that are possible.
  bool IsPossible() const {
    return frame_bytes > 0 && part_bytes > 0 && groups > 0 && parts() <= kPartsMax &&
           groups <= data_parts() && parity_parts % groups == 0 &&
           (parity_parts == 0 ? groups == 1
                              : GroupDataParts(0) + GroupParityParts() <= ErasureCode::kPartsMax);
  }

  size_t data_parts() const { return (size_t{frame_bytes} + part_bytes - 1) / part_bytes; }
  size_t parts() const { return data_parts() + parity_parts; }
  bool IsData(size_t part) const { return part < data_parts(); }
  size_t GroupOf(size_t part) const { return (IsData(part) ? part : part - data_parts()) % groups; }
  // The first groups have one more than the last, where they do not come out even.
  size_t GroupDataParts(size_t group) const { return (data_parts() - group + groups - 1) / groups; }
  size_t GroupParityParts() const { return parity_parts / groups; }
  // The index of a group's nth part; first its data parts, then its parity parts.
  size_t PartOf(size_t group, size_t nth) const {
    const size_t data = GroupDataParts(group);
    return nth < data ? group + nth * groups : data_parts() + group + (nth - data) * groups;
  }
  // The opposite: which of its group's parts it is.
  size_t NthOf(size_t part) const {
    if (IsData(part)) return part / groups;
    const size_t parity = part - data_parts();
    return GroupDataParts(parity % groups) + parity / groups;
  }
  size_t PayloadBytes(size_t part) const {
    if (part + 1 != data_parts()) return part_bytes;
    return frame_bytes - part * part_bytes;
  }

  friend bool operator==(const FrameShape&, const FrameShape&) = default;
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_FRAME_SHAPE_H_
