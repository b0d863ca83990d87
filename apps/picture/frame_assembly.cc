#include "apps/picture/frame_assembly.h"

#include "apps/picture/erasure_code.h"
#include "reactor/base/check.h"

namespace sluice::picture {

FrameAssembly::FrameAssembly(const PartHeader& first, TimePoint began)
    : shape_(first.shape),
      hash_(first.frame_hash),
      began_(began),
      came_(shape_.parts()),
      missing_(shape_.groups),
      groups_incomplete_(shape_.groups) {
  for (size_t group = 0; group < shape_.groups; ++group) {
    missing_[group] = static_cast<uint16_t>(shape_.GroupDataParts(group));
  }
  held_bytes_ = sizeof(*this) + came_.size() / 8 + missing_.size() * sizeof(missing_[0]);
}

bool FrameAssembly::Add(size_t part, std::string_view payload) {
  SLUICE_CHECK(!came_[part], "a part that came before");
  came_[part] = true;
  if (state_ != State::kGathering) return false;
  uint16_t& missing = missing_[shape_.GroupOf(part)];
  if (missing == 0) return false;
  if (--missing == 0) --groups_incomplete_;
  pieces_.push_back({static_cast<uint16_t>(part), std::string(payload)});
  held_bytes_ += 2 * sizeof(Piece) + payload.size();  // a vector has up to twice the room
  return true;
}

FrameAssembly::Joined FrameAssembly::Join(std::string* picture) const {
  SLUICE_CHECK(complete(), "Join a complete frame");
  // Whole parts: the last one is padded with zeros, as its parity was made.
  picture->assign(shape_.data_parts() * shape_.part_bytes, '\0');
  std::vector<const char*> at(shape_.parts(), nullptr);
  for (const Piece& piece : pieces_) {
    if (shape_.IsData(piece.part)) {
      char* place = &(*picture)[size_t{piece.part} * shape_.part_bytes];
      piece.payload.copy(place, piece.payload.size());
      at[piece.part] = place;
    } else {
      at[piece.part] = piece.payload.data();
    }
  }
  bool repaired = false;
  for (size_t group = 0; group < shape_.groups; ++group) {
    repaired |= RepairGroup(group, at, picture->data());
  }
  picture->resize(shape_.frame_bytes);
  if (HashOf(*picture) != hash_) return Joined::kDamaged;
  return repaired ? Joined::kRepaired : Joined::kWhole;
}

// False: nothing of it was lost.
bool FrameAssembly::RepairGroup(size_t group, absl::Span<const char* const> at,
                                char* picture) const {
  const size_t data_parts = shape_.GroupDataParts(group);
  std::vector<const char*> parts;
  std::vector<char*> lost;
  for (size_t nth = 0; nth < data_parts + shape_.GroupParityParts(); ++nth) {
    const size_t part = shape_.PartOf(group, nth);
    parts.push_back(at[part]);
    if (nth < data_parts && at[part] == nullptr) {
      lost.push_back(picture + part * shape_.part_bytes);
    }
  }
  if (lost.empty()) return false;
  ErasureCode(data_parts, shape_.GroupParityParts())
      .Repair(parts, absl::MakeSpan(lost), shape_.part_bytes);
  return true;
}

void FrameAssembly::End(State state) {
  state_ = state;
  held_bytes_ = sizeof(*this) + came_.size() / 8;
  pieces_ = {};
  missing_ = {};
}

}  // namespace sluice::picture
