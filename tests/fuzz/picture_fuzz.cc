// Fuzz target: parts of pictures, lost, repeated, reordered, damaged and forged as the input says.
// What is delivered is what was sent, memory stays within its limit, every datagram is counted
// once, and afterwards a sender that behaves is still served.
//
// The input is a list of steps: a byte says what, those behind it which part or how many bytes.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "apps/picture/frame_cutter.h"
#include "apps/picture/reassembler.h"

namespace sluice::picture {
namespace {

constexpr size_t kHashOffset = 4;
constexpr size_t kHashedOffset = 12;

void Expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "picture_fuzz: %s\n", what);
  std::abort();
}

std::string PictureOf(size_t size, uint8_t seed) {
  std::string picture(size, '\0');
  for (size_t i = 0; i < size; ++i) picture[i] = static_cast<char>(i * (2 * seed + 1) + seed);
  return picture;
}

ReassemblyLimits Limits() {
  ReassemblyLimits limits;
  limits.frame_bytes_max = 2'000;
  limits.held_bytes_max = 8'000;
  limits.senders_max = 3;
  limits.window.frames_in_flight_max = 2;
  limits.window.sequence_jump_max = 1'000;
  return limits;
}

// As who forges a part would: so that what is behind the hash is looked at.
void Rehash(std::string& datagram) {
  if (datagram.size() < kHashedOffset) return;
  datagram.replace(0, 4, "SLP1");
  const uint64_t hash = HashOf(std::string_view(datagram).substr(kHashedOffset));
  for (int i = 0; i < 8; ++i) {
    datagram[kHashOffset + i] = static_cast<char>(hash >> (56 - 8 * i));
  }
}

class Run {
 public:
  explicit Run(std::string_view input) : input_(input), reassembler_(Limits()) {
    const Parity parity{size_t{Byte()} % 8, size_t{Byte()} % 4};
    const FrameCutter::Options options{kPartHeaderBytes + 1 + Byte() % 64,
                                       parity.group_parts == 0 ? Parity{} : parity, 1};
    const FrameCutter cutter(options);
    for (uint8_t frame = 0; frame < 4; ++frame) {
      pictures_.push_back(PictureOf(1 + size_t{Byte()} * 4, frame));
      frames_.push_back(cutter.Cut(pictures_.back(), frame));
    }
  }

  void Steps() {
    while (!input_.empty()) Step(Byte());
    Expect(Counted() == taken_, "a datagram is counted once");
    Expect(reassembler_.totals().delivered == delivered_, "a picture is counted once");
  }

  // Whatever came before, a sender that does all right is served once the others are silent.
  void ServesAfterwards() {
    now_ += Limits().sender_idle + Limits().window.frame_age_max;
    pictures_.push_back(PictureOf(300, 7));  // less than its share of the memory
    const CutFrame frame = FrameCutter({100, {}, 99}).Cut(pictures_.back(), 5);
    const uint64_t before = delivered_;
    for (size_t part = 0; part < frame.parts(); ++part) Take(frame.datagram(part), 999);
    Expect(delivered_ == before + 1, "it serves afterwards");
  }

 private:
  uint8_t Byte() {
    if (input_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(input_.front());
    input_.remove_prefix(1);
    return byte;
  }

  std::string_view Some(size_t count) {
    const std::string_view bytes = input_.substr(0, count);
    input_.remove_prefix(bytes.size());
    return bytes;
  }

  std::string PartOfAFrame(uint8_t which) {
    const CutFrame& frame = frames_[which % frames_.size()];
    return std::string(frame.datagram(Byte() % frame.parts()));
  }

  void Step(uint8_t what) {
    const int port = 1 + (what >> 6);
    std::string datagram;
    switch (what % 8) {
      case 0:
      case 1:
      case 2:
        return Take(PartOfAFrame(what >> 3), port);
      case 3:
        now_ += std::chrono::milliseconds(Byte() * 10);
        return reassembler_.Expire(now_);
      case 4:
        return Take(Some(Byte()), port);
      case 5:
        datagram = Some(Byte());
        break;
      case 6:
        datagram = PartOfAFrame(what >> 3).substr(0, Byte());
        break;
      default:
        datagram = PartOfAFrame(what >> 3);
        datagram[Byte() % datagram.size()] ^= static_cast<char>(1 + Byte());
    }
    Rehash(datagram);
    Take(datagram, port);
  }

  void Take(std::string_view datagram, int port) {
    ++taken_;
    reassembler_.Take(
        *Endpoint::Parse("192.0.2.1:" + std::to_string(port)), datagram, now_,
        [this](const Picture& picture) {
          ++delivered_;
          Expect(std::find(pictures_.begin(), pictures_.end(), picture.bytes) != pictures_.end(),
                 "what is delivered was sent");
        });
    Expect(reassembler_.held_bytes() <= Limits().held_bytes_max, "memory has a limit");
  }

  uint64_t Counted() const {
    uint64_t counted = 0;
    for (const uint64_t count : reassembler_.totals().parts) counted += count;
    return counted;
  }

  std::string_view input_;
  Reassembler reassembler_;
  std::vector<std::string> pictures_;
  std::vector<CutFrame> frames_;
  TimePoint now_ = TimePoint(std::chrono::hours(1));
  uint64_t taken_ = 0;
  uint64_t delivered_ = 0;
};

}  // namespace
}  // namespace sluice::picture

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::picture::Run run({reinterpret_cast<const char*>(data), size});
  run.Steps();
  run.ServesAfterwards();
  return 0;
}
