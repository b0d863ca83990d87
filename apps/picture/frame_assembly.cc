#include "apps/picture/frame_assembly.h"

#include <utility>

#include "apps/picture/erasure_code.h"
#include "reactor/base/check.h"

namespace sluice::picture {

FrameAssembly::FrameAssembly(const PartHeader& first, TimePoint began)
    : shape_(first.shape),
      hash_(first.frame_hash),
      began_(began),
      came_(shape_.parts()),
      missing_(shape_.groups),
      newest_(shape_.groups, kNoPiece),
      groups_incomplete_(shape_.groups) {
  for (size_t group = 0; group < shape_.groups; ++group) {
    missing_[group] = static_cast<uint16_t>(shape_.GroupDataParts(group));
  }
  held_bytes_ = sizeof(*this) + came_.size() / 8 + missing_.size() * sizeof(missing_[0]) +
                newest_.size() * sizeof(newest_[0]);
}

bool FrameAssembly::Add(size_t part, std::string_view payload) {
  SLUICE_CHECK(!came_[part], "a part that came before");
  came_[part] = true;
  if (state_ != State::kGathering) return false;
  const size_t group = shape_.GroupOf(part);
  if (missing_[group] == 0) return false;
  pieces_.push_back({static_cast<uint16_t>(part), newest_[group], std::string(payload)});
  newest_[group] = static_cast<uint16_t>(pieces_.size() - 1);
  held_bytes_ += 2 * sizeof(Piece) + payload.size();  // a vector has up to twice the room
  if (--missing_[group] > 0) return true;
  --groups_incomplete_;
  if (shape_.parity_parts > 0) RepairGroup(group);
  return true;
}

FrameAssembly::Joined FrameAssembly::Join(std::string* picture) const {
  SLUICE_CHECK(complete(), "Join a complete frame");
  // Whole parts: a last one that was repaired has the zeros of which its parity was made.
  picture->assign(shape_.data_parts() * shape_.part_bytes, '\0');
  for (const Piece& piece : pieces_) {
    piece.payload.copy(&(*picture)[size_t{piece.part} * shape_.part_bytes], piece.payload.size());
  }
  picture->resize(shape_.frame_bytes);
  if (HashOf(*picture) != hash_) return Joined::kDamaged;
  return repaired_parts_ > 0 ? Joined::kRepaired : Joined::kWhole;
}

// Makes the data parts that were lost of the parity parts that came instead, as many.
void FrameAssembly::RepairGroup(size_t group) {
  const size_t data_parts = shape_.GroupDataParts(group);
  std::vector<const char*> at(data_parts + shape_.GroupParityParts(), nullptr);
  std::vector<Piece*> parity;
  for (size_t i = newest_[group]; i != kNoPiece; i = pieces_[i].before) {
    Piece& piece = pieces_[i];
    if (shape_.IsData(piece.part)) {
      held_bytes_ += shape_.part_bytes - piece.payload.size();  // the frame's last part is shorter
      piece.payload.resize(shape_.part_bytes, '\0');
    } else {
      parity.push_back(&piece);
    }
    at[shape_.NthOf(piece.part)] = piece.payload.data();
  }
  if (parity.empty()) return;
  std::vector<std::string> repaired(parity.size(), std::string(shape_.part_bytes, '\0'));
  std::vector<char*> room;
  for (std::string& part : repaired) room.push_back(part.data());
  ErasureCode(data_parts, shape_.GroupParityParts())
      .Repair(at, absl::MakeSpan(room), shape_.part_bytes);
  for (size_t nth = 0, i = 0; nth < data_parts; ++nth) {
    if (at[nth] != nullptr) continue;
    parity[i]->part = static_cast<uint16_t>(shape_.PartOf(group, nth));
    parity[i]->payload = std::move(repaired[i]);
    ++i;
  }
  repaired_parts_ += parity.size();
}

void FrameAssembly::End(State state) {
  state_ = state;
  held_bytes_ = sizeof(*this) + came_.size() / 8;
  pieces_ = {};
  missing_ = {};
  newest_ = {};
}

}  // namespace sluice::picture
