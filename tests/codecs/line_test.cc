#include "protocols/line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/base/prng.h"
#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {
namespace {

LineCodec Make(const LineOptions& options) {
  return LineCodec::Create(options).value();
}

Outcome Decode(const LineCodec& codec, std::string_view input) {
  HeapPlacement heap;
  return Feed(codec, Whole(input), heap);
}

using Messages = std::vector<std::string>;

TEST(LineTest, NewlineEndsAMessageAndOneCarriageReturnBeforeItIsDropped) {
  const struct {
    std::string_view input;
    Messages messages;
    size_t consumed_bytes;
  } kRows[] = {
      {"", {}, 0},
      {"half", {}, 0},
      {"one\n", {"one"}, 4},
      {"one\r\n", {"one"}, 5},
      {"one\r\r\n", {"one\r"}, 6},
      {"a\rb\n", {"a\rb"}, 4},
      {"\n", {""}, 1},
      {"\r\n", {""}, 2},
      {"\n\r\n\n", {"", "", ""}, 4},
      {"one\ntwo\r\nthr", {"one", "two"}, 9},
      {"one\r", {}, 0},
      {std::string_view("a\0b\n", 4), {std::string("a\0b", 3)}, 4},
      {"\xc4\xe3\xba\xc3\n", {"\xc4\xe3\xba\xc3"}, 5},  // GBK text is bytes like any other
  };
  for (const auto& row : kRows) {
    const Outcome outcome = Decode(LineCodec(), row.input);
    EXPECT_EQ(outcome.messages, row.messages) << row.input;
    EXPECT_EQ(outcome.consumed_bytes, row.consumed_bytes) << row.input;
    EXPECT_EQ(outcome.error, CodecError::kNone) << row.input;
  }
}

TEST(LineTest, CarriageReturnsCanBeKept) {
  const LineCodec codec = Make({.drop_carriage_return = false});
  EXPECT_EQ(Decode(codec, "one\r\ntwo\n").messages, (Messages{"one\r", "two"}));
}

TEST(LineTest, AnyBytesCanBeTheTerminator) {
  const struct {
    std::string terminator;
    std::string_view input;
    Messages messages;
  } kRows[] = {
      {"##", "one##two####thr#", {"one", "two", ""}},
      {"##", "a#b##c", {"a#b"}},
      {"##", "a###b##", {"a", "#b"}},  // the first two marks end it
      {"##", "a\r##b\n##", {"a\r", "b\n"}},
      {";", "a;b\r;c", {"a", "b\r"}},
      {"\r\n", "a\nb\rc\r\n\r\r\n", {"a\nb\rc", "\r"}},
      {std::string(1, '\0'), std::string_view("a\0b\0", 4), {"a", "b"}},
      {"abab", "aababcabaabab", {"a", "caba"}},
      {"aab", "aaaab", {"aa"}},
      {"END OF MESSAGE", "oneEND OF MESSAGEtwoEND OF ENDEND OF MESSAGE", {"one", "twoEND OF END"}},
  };
  for (const auto& row : kRows) {
    const Outcome outcome = Decode(Make({.terminator = row.terminator}), row.input);
    EXPECT_EQ(outcome.messages, row.messages) << row.terminator << " in " << row.input;
    EXPECT_EQ(outcome.error, CodecError::kNone) << row.input;
  }
}

TEST(LineTest, TheLimitIsOfTheMessageAlone) {
  const struct {
    std::string terminator;
    std::string_view input;
    size_t messages;
    CodecError error;
  } kRows[] = {
      {"\n", "12345\n", 1, CodecError::kNone},
      {"\n", "12345\r\n", 1, CodecError::kNone},
      {"\n", "12345", 0, CodecError::kNone},
      {"\n", "12345\r", 0, CodecError::kNone},  // "\n" may follow
      {"\n", "123456\n", 0, CodecError::kMessageTooLong},
      {"\n", "123456", 0, CodecError::kMessageTooLong},
      {"\n", "12345\rx", 0, CodecError::kMessageTooLong},
      {"\n", "12345\r\r", 0, CodecError::kMessageTooLong},
      {"\n", "12345\r\r\n", 0, CodecError::kMessageTooLong},
      {"\n", "ok\n123456", 1, CodecError::kMessageTooLong},
      {"##", "12345##", 1, CodecError::kNone},
      {"##", "12345#", 0, CodecError::kNone},
      {"##", "12345#x", 0, CodecError::kMessageTooLong},
      {"##", "123456", 0, CodecError::kMessageTooLong},
      {"##", "123456##", 0, CodecError::kMessageTooLong},
      {";", "12345;", 1, CodecError::kNone},
      {";", "12345\r", 0, CodecError::kMessageTooLong},
  };
  for (const auto& row : kRows) {
    const LineCodec codec = Make({.terminator = row.terminator, .message_bytes_max = 5});
    const Outcome outcome = Decode(codec, row.input);
    EXPECT_EQ(outcome.messages.size(), row.messages) << row.terminator << " in " << row.input;
    EXPECT_EQ(outcome.error, row.error) << row.terminator << " in " << row.input;
  }
}

TEST(LineTest, TheDefaultLimitIs64KiB) {
  const std::string longest(65536, 'x');
  EXPECT_EQ(LineCodec().message_bytes_max(), 65536u);
  EXPECT_EQ(Decode(LineCodec(), longest + "\r\n").messages, Messages{longest});
  EXPECT_EQ(Decode(LineCodec(), longest + "x").error, CodecError::kMessageTooLong);
}

// What a line is, written as plainly as it can be and with no memory between calls.
struct PlainLines {
  std::vector<std::string> terminators;  // any of them ends a line; the longest is taken
  size_t message_bytes_max;

  // The longest terminator that ends just before `end`.
  std::optional<size_t> TerminatorBefore(std::string_view input, size_t end) const {
    std::optional<size_t> longest;
    for (const std::string& terminator : terminators) {
      if (input.substr(0, end).ends_with(terminator)) {
        longest = std::max(longest.value_or(0), terminator.size());
      }
    }
    return longest;
  }

  // Could a message of at most message_bytes_max bytes still end behind these?
  bool CanComplete(std::string_view unfinished) const {
    if (unfinished.size() <= message_bytes_max) return true;
    for (size_t end = 0; end <= message_bytes_max; ++end) {
      for (const std::string& terminator : terminators) {
        if (std::string_view(terminator).starts_with(unfinished.substr(end))) return true;
      }
    }
    return false;
  }

  Outcome Decode(std::string_view input) const {
    Outcome outcome;
    for (size_t end = 1; end <= input.size(); ++end) {
      const std::string_view line = input.substr(0, end);
      const std::optional<size_t> terminator_bytes = TerminatorBefore(line, end);
      if (!terminator_bytes && CanComplete(line)) continue;
      if (!terminator_bytes || end - *terminator_bytes > message_bytes_max) {
        outcome.error = CodecError::kMessageTooLong;
        return outcome;
      }
      outcome.messages.emplace_back(line.substr(0, end - *terminator_bytes));
      outcome.consumed_bytes += end;
      input.remove_prefix(end);
      end = 0;
    }
    return outcome;
  }
};

// Also shows that errors come as early as the bytes allow: the input may end anywhere.
TEST(LineTest, AgreesWithThePlainDefinitionOnRandomInput) {
  const std::string kTerminators[] = {"\n", "##", "\r\n", "aab", "abab", ";"};
  for (uint64_t seed = 1; seed <= 30'000; ++seed) {
    Prng prng(seed);
    const std::string& terminator = kTerminators[prng.Between(0, std::size(kTerminators) - 1)];
    const LineOptions options = {.terminator = terminator, .message_bytes_max = prng.Between(1, 7)};
    PlainLines plain = {{terminator}, options.message_bytes_max};
    if (terminator == "\n") plain.terminators.push_back("\r\n");
    const std::string alphabet = terminator + "\rx";
    std::string input(prng.Between(0, 30), '\0');
    for (char& byte : input) byte = alphabet[prng.Between(0, alphabet.size() - 1)];
    HeapPlacement heap;
    ASSERT_EQ(Feed(Make(options), RandomSplit(input, 8, prng), heap), plain.Decode(input))
        << "seed " << seed << ": " << terminator << " in " << input;
  }
}

TEST(LineTest, EncodeRefusesWhatWouldNotComeBack) {
  const struct {
    LineOptions options;
    std::string_view message;
    CodecError error;
  } kRows[] = {
      {{}, "plain", CodecError::kNone},
      {{}, "", CodecError::kNone},
      {{}, "a\rb", CodecError::kNone},
      {{}, "a\nb", CodecError::kTerminatorInMessage},
      {{}, "a\r", CodecError::kTerminatorInMessage},  // "a\r\n" would come back as "a"
      {{.drop_carriage_return = false}, "a\r", CodecError::kNone},
      {{.terminator = "##"}, "a#b\r\n", CodecError::kNone},
      {{.terminator = "##"}, "a##b", CodecError::kTerminatorInMessage},
      {{.terminator = "##"}, "a#", CodecError::kTerminatorInMessage},  // "a###" ends too early
      {{.terminator = "aab"}, "a", CodecError::kNone},  // "aaab" ends where it should
      {{.terminator = "abab"}, "ab", CodecError::kTerminatorInMessage},
      {{.message_bytes_max = 4}, "1234", CodecError::kNone},
      {{.message_bytes_max = 4}, "12345", CodecError::kMessageTooLong},
  };
  for (const auto& row : kRows) {
    std::string out = "before";
    StringSink sink(out);
    EXPECT_EQ(Make(row.options).Encode(row.message, sink), row.error) << row.message;
    const std::string frame = std::string(row.message) + row.options.terminator;
    EXPECT_EQ(out, row.error == CodecError::kNone ? "before" + frame : "before") << row.message;
  }
}

TEST(LineTest, CreateSaysWhatIsWrong) {
  const absl::Status no_terminator = LineCodec::Create({.terminator = ""}).status();
  EXPECT_EQ(no_terminator.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(no_terminator.message()).find("terminator is empty"), std::string::npos);
  const absl::Status no_limit = LineCodec::Create({.message_bytes_max = 0}).status();
  EXPECT_EQ(no_limit.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(no_limit.message()).find("message_bytes_max is 0"), std::string::npos);
  EXPECT_FALSE(LineCodec::Create({.message_bytes_max = SIZE_MAX}).ok());
}

}  // namespace
}  // namespace sluice::codec_test
