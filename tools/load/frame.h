// The wire form of a connection's requests, and the check that the answers are the same bytes.
#ifndef SLUICE_TOOLS_LOAD_FRAME_H_
#define SLUICE_TOOLS_LOAD_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/load/byte_stream.h"
#include "tools/load/options.h"

namespace sluice::load {

// All frames of a run have one size: prefix, payload, suffix.
struct FrameLayout {
  explicit FrameLayout(const LoadOptions& options);
  size_t bytes() const { return prefix.size() + payload_bytes + suffix.size(); }

  std::string prefix;
  size_t payload_bytes;
  std::string suffix;
};

// What is sent, and what is expected back.
Alphabet RequestAlphabet(const LoadOptions& options);
Alphabet AnswerAlphabet(const LoadOptions& options);

// Different for every connection of a run.
uint64_t StreamSeed(const LoadOptions& options, uint32_t connection);

class FrameWriter {
 public:
  FrameWriter(const FrameLayout& layout, uint64_t seed, Alphabet alphabet)
      : layout_(layout), payload_(seed, alphabet) {}

  // Writes layout.bytes() bytes.
  void Write(char* out);

 private:
  const FrameLayout& layout_;
  ByteStream payload_;
};

class FrameChecker {
 public:
  FrameChecker(const FrameLayout& layout, uint64_t seed, Alphabet alphabet)
      : layout_(layout), payload_(seed, alphabet) {}

  struct Checked {
    size_t frames = 0;         // completed by these bytes
    size_t matched_bytes = 0;  // of the front; fewer than given: the next one is wrong
  };
  // Takes the stream in pieces of any size. Not to be called again after a mismatch.
  Checked Check(std::string_view bytes);

 private:
  // Compares as much as the part of the frame has left that offset_ is in.
  struct Part {
    size_t compared_bytes;
    size_t matched_bytes;
  };
  Part MatchPart(std::string_view bytes);

  const FrameLayout& layout_;
  ByteStream payload_;
  size_t offset_ = 0;  // in the current frame
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_FRAME_H_
