// The parts of tools/terminal that need no terminal.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tools/terminal/key_decoder.h"

namespace sluice::terminal {
namespace {

// In pieces of this size.
std::u32string KeysOf(std::string_view bytes, size_t piece = SIZE_MAX) {
  KeyDecoder decoder;
  std::u32string keys;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    decoder.Feed(bytes.substr(0, piece), [&](char32_t key) { keys += key; });
  }
  return keys;
}

TEST(KeyDecoder, CharactersAreKeys) {
  EXPECT_EQ(KeysOf("a\r\x7f\x04 é半😀"), U"a\r\x7f\x04 é半😀");
}

TEST(KeyDecoder, ArrowsAndTheirKindAreOneKey) {
  EXPECT_EQ(KeysOf("\x1b[A\x1b[B\x1bOC\x1b[D"),
            (std::u32string{kKeyUp, kKeyDown, kKeyRight, kKeyLeft}));
  EXPECT_EQ(KeysOf("\x1b[H\x1b[4~\x1b[3~"), (std::u32string{kKeyHome, kKeyEnd, kKeyDelete}));
  EXPECT_EQ(KeysOf("\x1b[1;5C\x1b"
                   "b\x1b\x7f"),
            (std::u32string{kKeyWordRight, kKeyWordLeft, kKeyDeleteBefore}));
}

TEST(KeyDecoder, EverySplitGivesTheSameKeys) {
  const std::string bytes = "a半\x1b[1;5D\x1bOAb\x1b\x1b[3~😀\x1b[99~c";
  const std::u32string keys = KeysOf(bytes);
  EXPECT_EQ(keys,
            (std::u32string{U'a', U'半', kKeyWordLeft, kKeyUp, U'b', kKeyDelete, U'😀', U'c'}));
  for (size_t piece = 1; piece < bytes.size(); ++piece) EXPECT_EQ(KeysOf(bytes, piece), keys);
}

TEST(KeyDecoder, WhatItDoesNotKnowLeavesNothing) {
  EXPECT_EQ(KeysOf("\x1b[15~\x1b[?1;2c\x1bOP\x1bzx"), U"x");
  EXPECT_EQ(KeysOf("a\xff\xc0\xe5\x8dz"), U"az");
}

TEST(KeyDecoder, ASequenceWithoutEndIsGivenUp) {
  KeyDecoder decoder;
  std::u32string keys;
  const auto feed = [&](std::string_view bytes) {
    decoder.Feed(bytes, [&](char32_t key) { keys += key; });
  };
  feed("\x1b[");
  for (int i = 0; i < 100; ++i) feed("1");
  feed("\rx");
  EXPECT_EQ(keys.substr(keys.size() - 2), U"\rx");
}

}  // namespace
}  // namespace sluice::terminal
