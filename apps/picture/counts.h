// What became of datagrams and of frames.
#ifndef SLUICE_APPS_PICTURE_COUNTS_H_
#define SLUICE_APPS_PICTURE_COUNTS_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::picture {

enum class PartVerdict : uint8_t {
  kUsed,           // it was missing
  kSurplus,        // its group was complete without it
  kDuplicate,      // came before
  kLate,           // its frame was given up, or is long past
  kContradictory,  // says another thing of its frame than the frame's first part
  // Those below belong to no sender we know.
  kForeign,     // no header of ours
  kCorrupt,     // the hash is wrong
  kImpossible,  // the hash is right, the numbers are not
  kTooLarge,    // frame_bytes_max
  kTooFar,      // sequence_jump_max
  kNoRoom,      // senders_max
};
inline constexpr size_t kPartVerdicts = 11;

struct Counts {
  std::array<uint64_t, kPartVerdicts> parts{};
  uint64_t delivered = 0;  // whole, repaired ones included
  uint64_t repaired = 0;   // whole because of parity
  // Lost, by reason:
  uint64_t expired = 0;      // frame_age_max
  uint64_t crowded_out = 0;  // frames_in_flight_max: newer ones came
  uint64_t forgotten = 0;    // held_bytes_max
  uint64_t damaged = 0;      // all parts came, and are not what was sent
  uint64_t unseen = 0;       // no part came: a gap in the sequence

  uint64_t lost() const { return expired + crowded_out + forgotten + damaged + unseen; }
  uint64_t& of(PartVerdict verdict) { return parts[static_cast<size_t>(verdict)]; }
  uint64_t of(PartVerdict verdict) const { return parts[static_cast<size_t>(verdict)]; }

  void Add(const Counts& other) {
    for (size_t i = 0; i < parts.size(); ++i) parts[i] += other.parts[i];
    delivered += other.delivered;
    repaired += other.repaired;
    expired += other.expired;
    crowded_out += other.crowded_out;
    forgotten += other.forgotten;
    damaged += other.damaged;
    unseen += other.unseen;
  }
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_COUNTS_H_
