// Every codec in every configuration worth testing, behind one face: the tests that hold for all
// codecs and the fuzz target are written once over this list.
#ifndef SLUICE_TESTS_CODECS_CODEC_CASES_H_
#define SLUICE_TESTS_CODECS_CODEC_CASES_H_

#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/base/prng.h"
#include "reactor/codec.h"
#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {

struct CodecCase {
  std::string name;      // a C++ identifier, for the test's name
  std::string alphabet;  // bytes that mean something to the codec; random input prefers them
  size_t message_bytes_min = 0;  // of what `encode` takes (for a headered message both parts)
  size_t message_bytes_max = 0;
  bool chunks_are_messages = false;  // RawCodec: only the concatenation is independent of splits
  bool any_bytes_decode = false;     // no input of a few hundred bytes is an error
  bool message_is_frame = false;     // HeaderedCodec: header and payload are all there is

  // A fresh codec is fed the pieces.
  std::function<Outcome(const Pieces&, Placement&)> feed;
  // Appends one frame to `out`.
  std::function<CodecError(std::string_view message, std::string* out)> encode;
};

const std::vector<CodecCase>& AllCodecCases();

inline void PrintTo(const CodecCase& codec, std::ostream* out) {
  *out << codec.name;
}

// Feeds and, for a codec whose messages are chunks, joins them: this must not depend on splits.
Outcome FeedComparable(const CodecCase& codec, const Pieces& pieces, Placement& placement);

// A message the codec has a frame for, and the frame appended to `input`. Returns what must arrive.
std::string AppendRandomFrame(const CodecCase& codec, Prng& prng, std::string* input);

// Mostly frames, some garbage, sometimes a damaged byte; about `input_bytes` long.
std::string RandomInput(const CodecCase& codec, size_t input_bytes, Prng& prng);

}  // namespace sluice::codec_test

#endif  // SLUICE_TESTS_CODECS_CODEC_CASES_H_
