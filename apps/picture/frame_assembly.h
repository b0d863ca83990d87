// One frame on its way to be whole again. Memory follows what came, not what a header claims.
#ifndef SLUICE_APPS_PICTURE_FRAME_ASSEMBLY_H_
#define SLUICE_APPS_PICTURE_FRAME_ASSEMBLY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/picture/part.h"
#include "reactor/base/time.h"

namespace sluice::picture {

class FrameAssembly {
 public:
  enum class State : uint8_t { kGathering, kDelivered, kGivenUp };

  FrameAssembly(const PartHeader& first, TimePoint began);

  // Whether a part says the same of the frame as the first one did.
  bool Matches(const PartHeader& header) const {
    return header.shape == shape_ && header.frame_hash == hash_;
  }
  bool Has(size_t part) const { return came_[part]; }
  // Of a part it does not have. False where it can do without: its group is complete, or it is no
  // longer gathering. Where it completes a group, what was lost of that is repaired: the work of a
  // frame is spread over its parts.
  bool Add(size_t part, std::string_view payload);
  // As many parts came of each group as it has data parts.
  bool complete() const { return groups_incomplete_ == 0; }
  size_t repaired_parts() const { return repaired_parts_; }

  enum class Joined : uint8_t { kWhole, kRepaired, kDamaged };
  // When complete. kRepaired: data parts were lost. kDamaged: it is not what was sent.
  Joined Join(std::string* picture) const;

  // Ends the gathering and forgets the parts.
  void End(State state);

  State state() const { return state_; }
  TimePoint began() const { return began_; }
  size_t held_bytes() const { return held_bytes_; }

 private:
  struct Piece {
    uint16_t part;
    uint16_t before;  // the group's piece before it, or kNoPiece
    std::string payload;
  };
  static constexpr uint16_t kNoPiece = kPartsMax;

  void RepairGroup(size_t group);

  FrameShape shape_;
  uint64_t hash_;
  TimePoint began_;
  State state_ = State::kGathering;
  std::vector<bool> came_;
  std::vector<uint16_t> missing_;  // of each group: how many parts more it needs
  std::vector<uint16_t> newest_;   // of each group: its piece that came last, or kNoPiece
  size_t groups_incomplete_;
  size_t repaired_parts_ = 0;
  std::vector<Piece> pieces_;
  size_t held_bytes_ = 0;
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_FRAME_ASSEMBLY_H_
