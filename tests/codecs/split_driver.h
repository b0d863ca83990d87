// Feeds a codec as a connection does: keep what was not consumed, put the next piece behind it,
// decode until the codec needs more. What comes out must not depend on where the pieces were cut.
#ifndef SLUICE_TESTS_CODECS_SPLIT_DRIVER_H_
#define SLUICE_TESTS_CODECS_SPLIT_DRIVER_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/header.h"
#include "reactor/base/check.h"
#include "reactor/base/prng.h"
#include "reactor/codec.h"

namespace sluice::codec_test {

using Pieces = std::vector<std::string_view>;

struct Outcome {
  std::vector<std::string> messages;
  CodecError error = CodecError::kNone;
  size_t consumed_bytes = 0;

  bool operator==(const Outcome&) const = default;
};

// For people: what differs is named, not dumped.
inline std::string Describe(const Outcome& outcome) {
  return std::to_string(outcome.messages.size()) + " messages, " +
         std::to_string(outcome.consumed_bytes) + " bytes consumed, " +
         std::string(CodecErrorName(outcome.error));
}

// Where the bytes of one Decode call lie. A view stays valid until the next Place.
class Placement {
 public:
  virtual ~Placement() = default;
  virtual std::string_view Place(std::string_view bytes) = 0;
};

// A fresh allocation of the exact size each time, so that AddressSanitizer sees a byte too far and
// a codec that kept an address shows.
class HeapPlacement : public Placement {
 public:
  std::string_view Place(std::string_view bytes) override {
    auto next = std::make_unique<char[]>(bytes.size());
    bytes.copy(next.get(), bytes.size());
    memory_ = std::move(next);
    return {memory_.get(), bytes.size()};
  }

 private:
  std::unique_ptr<char[]> memory_;
};

inline std::string Flatten(std::string_view message) {
  return std::string(message);
}

// The header has one size for a codec, so the two parts can be told apart again.
inline std::string Flatten(const HeaderedMessage& message) {
  return std::string(message.header) + std::string(message.payload);
}

inline bool LiesWithin(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

inline bool LiesWithin(const HeaderedMessage& part, std::string_view whole) {
  return LiesWithin(part.header, whole) && LiesWithin(part.payload, whole);
}

template <class Codec>
Outcome Feed(Codec codec, const Pieces& pieces, Placement& placement) {
  Outcome outcome;
  std::string unconsumed;
  for (const std::string_view piece : pieces) {
    unconsumed += piece;
    std::string_view rest = placement.Place(unconsumed);
    for (;;) {
      const auto decoded = codec.Decode(rest);
      if (decoded.result == DecodeResult::kError) {
        SLUICE_CHECK(decoded.error != CodecError::kNone, "an error has a reason");
        outcome.error = decoded.error;
        return outcome;
      }
      SLUICE_CHECK(decoded.error == CodecError::kNone, "a reason belongs to an error");
      if (decoded.result == DecodeResult::kNeedMore) break;
      SLUICE_CHECK(decoded.consumed >= 1 && decoded.consumed <= rest.size(), "consumed is there");
      SLUICE_CHECK(LiesWithin(decoded.message, rest.substr(0, decoded.consumed)),
                   "a message is a view into what it consumed");
      outcome.messages.push_back(Flatten(decoded.message));
      outcome.consumed_bytes += decoded.consumed;
      rest.remove_prefix(decoded.consumed);
    }
    SLUICE_CHECK(rest.size() < codec.frame_bytes_max(), "a whole frame is never incomplete");
    unconsumed.erase(0, unconsumed.size() - rest.size());
  }
  return outcome;
}

inline Pieces Whole(std::string_view input) {
  return {input};
}

inline Pieces SplitAt(std::string_view input, size_t offset) {
  return {input.substr(0, offset), input.substr(offset)};
}

inline Pieces ByteByByte(std::string_view input) {
  Pieces pieces;
  for (size_t i = 0; i < input.size(); ++i) pieces.push_back(input.substr(i, 1));
  return pieces;
}

// Pieces of 0 to piece_bytes_max bytes: a piece of nothing is legal and changes nothing.
inline Pieces RandomSplit(std::string_view input, size_t piece_bytes_max, Prng& prng) {
  Pieces pieces;
  while (!input.empty()) {
    const size_t piece_bytes = std::min<size_t>(prng.Between(0, piece_bytes_max), input.size());
    pieces.push_back(input.substr(0, piece_bytes));
    input.remove_prefix(piece_bytes);
  }
  return pieces;
}

}  // namespace sluice::codec_test

#endif  // SLUICE_TESTS_CODECS_SPLIT_DRIVER_H_
