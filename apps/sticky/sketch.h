// Remembers what the first receives held, for drawing.h. A receive holds units, a unit holds pieces
// of messages:
//
//   naive, udp      one unit a receive, whatever is in it
//   framed modes    as many units as the codec found, and what it kept back for the next receive
#ifndef SLUICE_APPS_STICKY_SKETCH_H_
#define SLUICE_APPS_STICKY_SKETCH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::sticky {

struct SketchPiece {
  uint64_t number = 0;  // 0: bytes that are no message
  size_t bytes = 0;
  bool begins = true;  // holds the message's first byte
  bool ends = true;    // holds its last
};

struct SketchUnit {
  std::vector<SketchPiece> pieces{};
};

struct SketchReceive {
  uint64_t index = 0;  // from 1
  size_t bytes = 0;
  std::vector<SketchUnit> units{};
  size_t kept_bytes = 0;  // of an incomplete message, shown to the codec again with what follows
};

// Keeps the first kFirst receives and, where trouble is looked for, as many from the first in which
// a unit is not exactly one message or a number was left out. Costs one compare a receive when
// done.
class Sketch {
 public:
  enum class Until { kFirst, kTrouble };
  static constexpr size_t kFirst = 4;

  Sketch() : Sketch(false, Until::kFirst) {}
  Sketch(bool wanted, Until until) : done_(!wanted), until_(until) {}

  // When false the calls below need not be made.
  bool recording() const { return !done_; }

  void BeginReceive(size_t bytes);
  void BeginUnit();
  void AddPiece(SketchPiece piece);
  void EndReceive(size_t kept_bytes);

  const std::vector<SketchReceive>& receives() const { return receives_; }

 private:
  bool Troubled() const;

  bool done_;
  Until until_;
  bool trouble_ = false;
  uint64_t index_ = 0;
  uint64_t last_number_ = 0;  // of the receive before
  size_t trouble_receives_ = 0;
  SketchReceive current_;
  std::vector<SketchReceive> receives_;
};

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_SKETCH_H_
