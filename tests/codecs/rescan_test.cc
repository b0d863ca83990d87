// A line codec looks at each byte once. Timing cannot show that reliably; this does: every byte a
// codec has seen without finding a message is overwritten with terminators before the next call. A
// codec that looks back finds one of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "protocols/line.h"
#include "reactor/codec.h"

namespace sluice::codec_test {
namespace {

// The naive line codec, correct and quadratic: what the check below must catch.
struct RescanningCodec {
  std::string terminator;

  Decoded<std::string_view> Decode(std::string_view bytes) const {
    const size_t at = bytes.find(terminator);
    if (at == std::string_view::npos) return Decoded<std::string_view>::NeedMore();
    return Decoded<std::string_view>::Complete(bytes.substr(0, at), at + terminator.size());
  }
};

// Remembers how far it looked but starts over inside a terminator that was cut in two.
struct BacktrackingCodec {
  std::string terminator;
  size_t scanned_bytes = 0;

  Decoded<std::string_view> Decode(std::string_view bytes) {
    const size_t overlap = std::min(scanned_bytes, terminator.size() - 1);
    const size_t at = bytes.find(terminator, scanned_bytes - overlap);
    scanned_bytes = bytes.size();
    if (at == std::string_view::npos) return Decoded<std::string_view>::NeedMore();
    return Decoded<std::string_view>::Complete(bytes.substr(0, at), at + terminator.size());
  }
};

// One line, byte by byte. True when the codec finds its end in the last byte and nowhere else.
template <class Codec>
bool LooksAtEachByteOnce(Codec codec, std::string_view terminator, size_t line_bytes) {
  std::string input(line_bytes, 'x');
  input += terminator;
  for (size_t shown = 1; shown < input.size(); ++shown) {
    if (codec.Decode(std::string_view(input).substr(0, shown)).result != DecodeResult::kNeedMore) {
      return false;
    }
    input[shown - 1] = terminator[(shown - 1) % terminator.size()];
  }
  const auto decoded = codec.Decode(input);
  return decoded.result == DecodeResult::kMessage && decoded.consumed == input.size() &&
         decoded.message.size() == line_bytes;
}

TEST(RescanTest, TheCheckCatchesACodecThatLooksBack) {
  EXPECT_FALSE(LooksAtEachByteOnce(RescanningCodec{"\n"}, "\n", 100));
  EXPECT_FALSE(LooksAtEachByteOnce(RescanningCodec{"##"}, "##", 100));
  EXPECT_FALSE(LooksAtEachByteOnce(BacktrackingCodec{"##"}, "##", 100));
  EXPECT_TRUE(LooksAtEachByteOnce(BacktrackingCodec{"\n"}, "\n", 100));
}

TEST(RescanTest, ALineOfOneMebibyteByteByByteIsLookedAtOnce) {
  constexpr size_t kLineBytes = size_t{1} << 20;
  for (const std::string terminator : {"\n", ";", "##", "\r\n", "abab", "END OF MESSAGE"}) {
    const LineCodec codec =
        LineCodec::Create({.terminator = terminator, .message_bytes_max = kLineBytes}).value();
    EXPECT_TRUE(LooksAtEachByteOnce(codec, terminator, kLineBytes)) << terminator;
  }
}

}  // namespace
}  // namespace sluice::codec_test
