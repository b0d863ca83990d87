#include "tools/load/frame.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "reactor/base/prng.h"

namespace sluice::load {
namespace {

std::string Frames(const LoadOptions& options, Alphabet alphabet, int count) {
  const FrameLayout layout(options);
  FrameWriter writer(layout, StreamSeed(options, 0), alphabet);
  std::string wire(layout.bytes() * count, '\0');
  for (int i = 0; i < count; ++i) writer.Write(wire.data() + layout.bytes() * i);
  return wire;
}

std::vector<LoadOptions> EveryFraming() {
  std::vector<LoadOptions> all;
  for (const Framing framing : {Framing::kNone, Framing::kLine, Framing::kLength}) {
    for (const size_t size : {1, 7, 8, 9, 64, 1000}) {
      LoadOptions options;
      options.framing = framing;
      options.message_bytes = size;
      all.push_back(options);
    }
  }
  return all;
}

TEST(Frame, LayoutsAreWhatServersRead) {
  LoadOptions options;
  options.message_bytes = 258;
  options.framing = Framing::kLength;
  EXPECT_EQ(Frames(options, Alphabet::kBinary, 1).substr(0, 4), std::string("\0\0\1\2", 4));
  options.framing = Framing::kLine;
  const std::string lines = Frames(options, RequestAlphabet(options), 3);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3) << "and none inside a line";
  EXPECT_EQ(lines.back(), '\n');
  options.framing = Framing::kNone;
  EXPECT_EQ(Frames(options, Alphabet::kBinary, 1).size(), 258u);
}

TEST(Frame, AnEchoMatchesInEverySplit) {
  Prng prng(3);
  for (const LoadOptions& options : EveryFraming()) {
    const FrameLayout layout(options);
    const std::string wire = Frames(options, Alphabet::kText, 20);
    FrameChecker checker(layout, StreamSeed(options, 0), Alphabet::kText);
    size_t frames = 0;
    for (size_t begin = 0; begin < wire.size();) {
      const size_t size = std::min<size_t>(prng.Between(1, 40), wire.size() - begin);
      const FrameChecker::Checked checked =
          checker.Check(std::string_view(wire).substr(begin, size));
      ASSERT_EQ(checked.matched_bytes, size);
      frames += checked.frames;
      begin += size;
      ASSERT_EQ(frames, begin / layout.bytes()) << "a frame completes with its last byte";
    }
  }
}

TEST(Frame, EveryChangedByteIsFoundWhereItIs) {
  for (const LoadOptions& options : EveryFraming()) {
    const FrameLayout layout(options);
    const std::string wire = Frames(options, Alphabet::kBinary, 2);
    for (size_t i = 0; i < wire.size(); ++i) {
      std::string changed = wire;
      changed[i] = static_cast<char>(changed[i] ^ 0x20);
      FrameChecker checker(layout, StreamSeed(options, 0), Alphabet::kBinary);
      const FrameChecker::Checked checked = checker.Check(changed);
      ASSERT_EQ(checked.matched_bytes, i);
      ASSERT_EQ(checked.frames, i / layout.bytes());
    }
  }
}

TEST(Frame, UpperTextIsTheTextInUpperCase) {
  LoadOptions options;
  options.message_bytes = 4096;
  std::string text = Frames(options, Alphabet::kText, 1);
  EXPECT_TRUE(std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(text, Frames(options, Alphabet::kUpperText, 1));
}

TEST(Frame, ConnectionsAndSeedsHaveStreamsOfTheirOwn) {
  LoadOptions one, other;
  other.seed = 2;
  EXPECT_NE(StreamSeed(one, 0), StreamSeed(one, 1));
  EXPECT_NE(StreamSeed(one, 0), StreamSeed(other, 0));
  EXPECT_EQ(StreamSeed(one, 5), StreamSeed(one, 5));
}

}  // namespace
}  // namespace sluice::load
