// permessage-deflate both ways, and input made to hurt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "protocols/websocket_deflate.h"
#include "reactor/base/prng.h"
#include "tests/websocket/frame_cases.h"
#include "tests/websocket/transcript.h"

namespace sluice::websocket_test {
namespace {

// Words that repeat, with some noise: compresses well, not trivially.
std::string Prose(size_t size, uint64_t seed) {
  Prng prng(seed);
  std::string text;
  while (text.size() < size) text += "word" + std::to_string(prng.Between(0, 99)) + ' ';
  text.resize(size);
  return text;
}

std::string Inflated(WebSocketInflater& inflater, std::string_view in, size_t room,
                     WebSocketInflater::Result* result) {
  std::string out;
  for (;;) {
    std::string piece(room, '\0');
    const auto step = inflater.Inflate(in, true, piece.data(), room);
    in.remove_prefix(step.consumed);
    out += piece.substr(0, step.produced);
    *result = step.result;
    if (step.result != WebSocketInflater::kOutputFull) return out;
  }
}

TEST(WebSocketDeflate, MessagesComeBackWhateverTheRoom) {
  for (const int bits : {9, 12, 15}) {
    for (const size_t room : {size_t{1}, size_t{7}, size_t{1000}, size_t{1} << 20}) {
      WebSocketDeflater deflater(bits, 6, 8);
      WebSocketInflater inflater(bits);
      for (const size_t size : {0, 1, 100, 0, 40000, 3}) {
        const std::string message = Prose(size, size);
        std::string deflated;
        deflater.Deflate(message, true, &deflated);
        WebSocketInflater::Result result = WebSocketInflater::kInputUsed;
        ASSERT_EQ(Inflated(inflater, deflated, room, &result), message)
            << bits << " bits, " << room;
        ASSERT_EQ(result, WebSocketInflater::kFinished);
      }
    }
  }
}

TEST(WebSocketDeflate, PartsAreOneMessage) {
  WebSocketDeflater deflater(15, 6, 8);
  WebSocketInflater inflater(15);
  for (int message = 0; message < 3; ++message) {
    std::string deflated;
    deflater.Deflate("Hel", false, &deflated);
    deflater.Deflate("", false, &deflated);
    deflater.Deflate("lo", false, &deflated);
    deflater.Deflate("", true, &deflated);
    WebSocketInflater::Result result = WebSocketInflater::kInputUsed;
    EXPECT_EQ(Inflated(inflater, deflated, 100, &result), "Hello");
    EXPECT_EQ(result, WebSocketInflater::kFinished);
  }
}

TEST(WebSocketDeflate, MessagesShareTheWindow) {
  WebSocketDeflater deflater(15, 6, 8);
  const std::string message = Prose(2000, 1);
  std::string first, second;
  deflater.Deflate(message, true, &first);
  deflater.Deflate(message, true, &second);
  EXPECT_LT(second.size(), first.size() / 5);
}

// 4 MiB of one byte come as a few KiB.
std::string Bomb() {
  WebSocketDeflater deflater(15, 9, 8);
  std::string deflated;
  deflater.Deflate(std::string(size_t{4} << 20, 'x'), true, &deflated);
  return deflated;
}

TEST(WebSocketDeflate, ABombIsTooBig) {
  const std::string input = Masked(0xc1, Bomb());
  const WebSocketLimits limits = {.frame_bytes_max = 64 << 10, .message_bytes_max = 100'000};
  codec_test::HeapPlacement heap;
  for (const bool whole : {true, false}) {
    WebSocketReceiverOptions options;
    options.whole_messages = whole;
    options.deflate.emplace();
    for (const auto& pieces : {codec_test::Whole(input), codec_test::SplitAt(input, 100)}) {
      EXPECT_EQ(Read(pieces, heap, options, limits), "error: message too big\n");
    }
  }
}

TEST(WebSocketDeflate, ABombIsInflatedNoFurtherThanTheLimit) {
  const std::string input = Masked(0xc1, Bomb());
  const WebSocketLimits limits = {.frame_bytes_max = 64 << 10, .message_bytes_max = 100'000};
  WebSocketReceiverOptions options;
  options.whole_messages = false;
  options.deflate.emplace();
  WebSocketReceiver receiver(options, limits);
  std::string_view rest = input;
  size_t given = 0;
  WebSocketEvent event;
  while ((event = receiver.Next(rest)).kind == WebSocketEvent::kData) {
    rest.remove_prefix(event.consumed);
    EXPECT_FALSE(rest.empty()) << "what is still to be inflated has a byte unconsumed";
    EXPECT_LE(event.data.size(), size_t{16} << 10);
    given += event.data.size();
  }
  EXPECT_EQ(event.error, WebSocketError::kMessageTooBig);
  EXPECT_LE(given, limits.message_bytes_max);
}

TEST(WebSocketDeflate, AMessageAtTheLimitIsTaken) {
  for (const size_t size : {size_t{999}, size_t{1000}, size_t{1001}}) {
    WebSocketDeflater deflater(15, 6, 8);
    std::string deflated;
    deflater.Deflate(std::string(size, 'a'), true, &deflated);
    const WebSocketLimits limits = {.frame_bytes_max = 1000, .message_bytes_max = 1000};
    WebSocketReceiverOptions options;
    options.deflate.emplace();
    codec_test::HeapPlacement heap;
    const std::string expected =
        size > 1000 ? "error: message too big\n" : "text '" + std::string(size, 'a') + "'\n";
    for (const std::string& tail : {std::string(), std::string("\x8a\x80zzzz")}) {
      const std::string input = Masked(0xc1, deflated) + tail;
      for (size_t at = 0; at < input.size(); ++at) {
        const std::string events = Read(codec_test::SplitAt(input, at), heap, options, limits);
        ASSERT_EQ(events.substr(0, expected.size()), expected) << size << " cut at " << at;
      }
    }
  }
}

// The most a byte can stand for: matches of 258 bytes in two bits each. At every cut the reader
// gets all of it, the last part included.
TEST(WebSocketDeflate, TheDensestInputIsGivenInParts) {
  const std::string content(100'000, 'x');
  WebSocketDeflater deflater(15, 9, 9);
  std::string deflated;
  deflater.Deflate(content, true, &deflated);
  const std::string input = Masked(0xc2, deflated);
  WebSocketReceiverOptions options;
  options.whole_messages = false;
  options.deflate.emplace();
  codec_test::HeapPlacement heap;
  const std::string expected = EventLine("binary", content);
  for (size_t at = 0; at <= input.size(); ++at) {
    ASSERT_TRUE(Read(codec_test::SplitAt(input, at), heap, options, {}) == expected) << at;
  }
}

// Final blocks cost no more than others: a message of nothing else is read in linear time.
TEST(WebSocketDeflate, AMessageOfFinalBlocksIsRead) {
  std::string blocks;
  for (int i = 0; i < 100'000; ++i) blocks += std::string("\x03\x00", 2);  // final and empty
  blocks += '\0';
  WebSocketReceiverOptions options;
  options.deflate.emplace();
  codec_test::HeapPlacement heap;
  const std::string input = Masked(0xc2, blocks);
  EXPECT_EQ(Read(codec_test::Whole(input), heap, options, {}), "binary ''\n");
}

TEST(WebSocketDeflate, WithoutTakeoverTheWindowIsForgotten) {
  const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
  const std::string again("\xf2\x00\x11\x00\x00", 5);  // points into the message before
  WebSocketReceiverOptions options;
  options.deflate = WebSocketDeflate{.client_no_context_takeover = true};
  codec_test::HeapPlacement heap;
  EXPECT_EQ(Read(codec_test::Whole(Masked(0xc1, hello) + Masked(0xc1, again)), heap, options, {}),
            "text 'Hello'\nerror: malformed compressed data\n");
}

}  // namespace
}  // namespace sluice::websocket_test
