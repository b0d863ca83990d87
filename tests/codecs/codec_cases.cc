#include "tests/codecs/codec_cases.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "protocols/fixed_record.h"
#include "protocols/header.h"
#include "protocols/length_prefix.h"
#include "protocols/line.h"
#include "protocols/raw.h"
#include "readme_codec.h"  // the example of protocols/README.md, cut out by CMakeLists.txt

namespace sluice::codec_test {
namespace {

template <class Codec>
CodecCase MakeCase(std::string name, std::string alphabet, Codec codec) {
  CodecCase result;
  result.name = std::move(name);
  result.alphabet = std::move(alphabet);
  result.message_bytes_max = codec.message_bytes_max();
  result.feed = [codec](const Pieces& pieces, Placement& placement) {
    return Feed(codec, pieces, placement);
  };
  if constexpr (std::is_same_v<Codec, HeaderedCodec>) {
    const size_t header_bytes = codec.frame_bytes_max() - codec.message_bytes_max();
    result.message_is_frame = true;
    result.message_bytes_min = header_bytes;
    result.message_bytes_max += header_bytes;
    result.encode = [codec, header_bytes](std::string_view message, std::string* out) {
      StringSink sink(*out);
      return codec.Encode({message.substr(0, header_bytes), message.substr(header_bytes)}, sink);
    };
  } else {
    result.encode = [codec](std::string_view message, std::string* out) {
      StringSink sink(*out);
      return codec.Encode(message, sink);
    };
  }
  return result;
}

CodecCase Line(std::string name, const std::string& terminator, size_t message_bytes_max) {
  const LineOptions options = {.terminator = terminator, .message_bytes_max = message_bytes_max};
  return MakeCase(std::move(name), terminator + "\r\nab", LineCodec::Create(options).value());
}

CodecCase Prefix(std::string name, const LengthPrefixOptions& options) {
  return MakeCase(std::move(name), std::string("\0\0\0\1\2\3\5\x80\x81\xff", 10),
                  LengthPrefixCodec::Create(options).value());
}

CodecCase Header(std::string name, const HeaderOptions& options) {
  return MakeCase(std::move(name), std::string("\0\0\0\1\2\3\5\x10\xff", 9),
                  HeaderedCodec::Create(options).value());
}

void AddLines(std::vector<CodecCase>* cases) {
  cases->push_back(MakeCase("Line", "\r\nab", LineCodec()));
  cases->back().any_bytes_decode = true;  // its limit is 64 KiB
  cases->push_back(Line("LineOfFiveBytes", "\n", 5));
  const LineOptions keep = {.drop_carriage_return = false, .message_bytes_max = 7};
  cases->push_back(MakeCase("LineKeepsCarriageReturn", "\r\nab", LineCodec::Create(keep).value()));
  cases->push_back(Line("LineNul", std::string(1, '\0'), 100));
  cases->push_back(Line("LineHashHash", "##", 64));
  cases->push_back(Line("LineCrLf", "\r\n", 9));
  cases->push_back(Line("LineOverlappingItself", "abab", 12));
  cases->push_back(
      Line("LineLongTerminator", std::string(40, 'a') + "b" + std::string(40, 'a'), 200));
}

void AddPrefixes(std::vector<CodecCase>* cases) {
  for (const size_t width_bytes : {1, 2, 4, 8}) {
    for (const ByteOrder order : {ByteOrder::kBig, ByteOrder::kLittle}) {
      for (const bool includes : {false, true}) {
        cases->push_back(Prefix("Length" + std::to_string(width_bytes) +
                                    (order == ByteOrder::kBig ? "Big" : "Little") +
                                    (includes ? "Inclusive" : ""),
                                {.width_bytes = width_bytes,
                                 .order = order,
                                 .length_includes_prefix = includes,
                                 .message_bytes_max = 700}));
        cases->back().any_bytes_decode = width_bytes == 1 && !includes;
      }
    }
  }
  cases->push_back(MakeCase("LengthDefault", std::string(3, '\0') + "\1\2", LengthPrefixCodec()));
  cases->push_back(MakeCase("NetstringOfTheReadme", "0123:,", NetstringCodec()));
  cases->push_back(Prefix("Varint", {.varint = true, .message_bytes_max = 20'000}));
}

void AddHeaders(std::vector<CodecCase>* cases) {
  cases->push_back(Header("HeaderHHI", {.header_bytes = 8, .length_offset = 4}));
  cases->push_back(Header("HeaderLengthFirst", {.header_bytes = 5,
                                                .length_offset = 0,
                                                .length_width_bytes = 2,
                                                .order = ByteOrder::kLittle,
                                                .length_includes_header = true,
                                                .message_bytes_max = 300}));
  cases->push_back(Header("HeaderLengthLast", {.header_bytes = 19,
                                               .length_offset = 11,
                                               .length_width_bytes = 8,
                                               .length_includes_header = true,
                                               .message_bytes_max = 64}));
  cases->push_back(Header(
      "HeaderOneByte",
      {.header_bytes = 3, .length_offset = 1, .length_width_bytes = 1, .message_bytes_max = 40}));
}

void AddUnframed(std::vector<CodecCase>* cases) {
  for (const size_t record_bytes : {1, 7, 64}) {
    cases->push_back(
        MakeCase("Record" + std::to_string(record_bytes), "ab", FixedRecordCodec(record_bytes)));
    cases->back().message_bytes_min = record_bytes;
    cases->back().any_bytes_decode = true;
  }
  for (const size_t chunk_bytes : {3, 65536}) {
    cases->push_back(MakeCase("Raw" + std::to_string(chunk_bytes), "ab", RawCodec(chunk_bytes)));
    cases->back().message_bytes_min = 1;
    cases->back().chunks_are_messages = true;
    cases->back().any_bytes_decode = true;
  }
}

char RandomByte(const CodecCase& codec, Prng& prng) {
  if (prng.Chance(1, 2)) return codec.alphabet[prng.Between(0, codec.alphabet.size() - 1)];
  return static_cast<char>(prng.Next());
}

std::string RandomMessage(const CodecCase& codec, Prng& prng) {
  size_t longest = std::min<size_t>(codec.message_bytes_max, codec.message_bytes_min + 24);
  if (prng.Chance(1, 16)) longest = std::min<size_t>(codec.message_bytes_max, 4096);
  // The longest is drawn as often as the rest together in one case of eight: limits hide bugs.
  const size_t shortest = prng.Chance(1, 8) ? longest : codec.message_bytes_min;
  std::string message(prng.Between(shortest, longest), '\0');
  for (char& byte : message) byte = RandomByte(codec, prng);
  return message;
}

}  // namespace

const std::vector<CodecCase>& AllCodecCases() {
  static const std::vector<CodecCase>& cases = *[] {
    auto* made = new std::vector<CodecCase>;
    AddLines(made);
    AddPrefixes(made);
    AddHeaders(made);
    AddUnframed(made);
    return made;
  }();
  return cases;
}

Outcome FeedComparable(const CodecCase& codec, const Pieces& pieces, Placement& placement) {
  Outcome outcome = codec.feed(pieces, placement);
  if (!codec.chunks_are_messages) return outcome;
  std::string joined;
  for (const std::string& message : outcome.messages) joined += message;
  outcome.messages = {std::move(joined)};
  return outcome;
}

std::string AppendRandomFrame(const CodecCase& codec, Prng& prng, std::string* input) {
  for (;;) {
    std::string message = RandomMessage(codec, prng);
    const size_t frame_offset = input->size();
    const CodecError error = codec.encode(message, input);
    if (error == CodecError::kNone) {
      return codec.message_is_frame ? input->substr(frame_offset) : message;
    }
    SLUICE_CHECK(input->size() == frame_offset, "an error appends nothing");
    // Lines refuse some contents; every size has contents they take, so the loop ends.
    SLUICE_CHECK(error == CodecError::kTerminatorInMessage, "the size was drawn to fit");
  }
}

std::string RandomInput(const CodecCase& codec, size_t input_bytes, Prng& prng) {
  std::string input;
  while (input.size() < input_bytes) {
    if (prng.Chance(1, 12)) {
      for (size_t left = prng.Between(1, 20); left > 0; --left) input += RandomByte(codec, prng);
    } else {
      AppendRandomFrame(codec, prng, &input);
    }
    // Nothing ends a line of these; most lines here may hold less.
    if (prng.Chance(1, 80)) input.append(prng.Between(1, 400), 'x');
    if (!input.empty() && prng.Chance(1, 24)) {
      input[prng.Between(0, input.size() - 1)] = RandomByte(codec, prng);
    }
  }
  return input;
}

}  // namespace sluice::codec_test
