#include "apps/sticky/sketch.h"

#include "reactor/base/check.h"

namespace sluice::sticky {

void Sketch::BeginReceive(size_t bytes) {
  current_ = SketchReceive{.index = ++index_, .bytes = bytes};
}

void Sketch::BeginUnit() {
  current_.units.emplace_back();
}

void Sketch::AddPiece(SketchPiece piece) {
  SLUICE_CHECK(!current_.units.empty(), "a piece lies in a unit");
  current_.units.back().pieces.push_back(piece);
}

void Sketch::EndReceive(size_t kept_bytes) {
  current_.kept_bytes = kept_bytes;
  trouble_ = trouble_ || Troubled();
  if (!current_.units.empty() && !current_.units.back().pieces.empty()) {
    last_number_ = current_.units.back().pieces.back().number;
  }
  if (receives_.size() < kFirst || trouble_) receives_.push_back(std::move(current_));
  trouble_receives_ += trouble_;
  const bool enough = receives_.size() >= kFirst;
  done_ = enough && (until_ == Until::kFirst || trouble_receives_ >= kFirst);
}

bool Sketch::Troubled() const {
  for (const SketchUnit& unit : current_.units) {
    if (unit.pieces.size() != 1) return true;
    const SketchPiece& piece = unit.pieces.front();
    if (!piece.begins || !piece.ends || piece.number == 0) return true;
  }
  if (current_.units.empty()) return false;
  return current_.units.front().pieces.front().number != last_number_ + 1;
}

}  // namespace sluice::sticky
