// How fast codecs find messages: whole buffers of frames, decoded in the loop Framed runs.
//
//   sluice-bench-micro --benchmark_filter=Line
//
// Messages/s is "items"; bytes/s counts framing too. Memchr walks the same lines with memchr alone:
// the floor under LineCodec.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "protocols/fixed_record.h"
#include "protocols/header.h"
#include "protocols/length_prefix.h"
#include "protocols/line.h"
#include "reactor/base/check.h"
#include "reactor/codec.h"

namespace sluice {
namespace {

// Fits the L2 cache, as a receive buffer just written by the kernel does.
constexpr size_t kInputBytes = size_t{256} << 10;

// Frames of `frame_bytes` each, framing included, until the input is full.
template <class Codec>
std::string Frames(const Codec& codec, size_t frame_bytes, size_t framing_bytes) {
  std::string input;
  StringSink sink(input);
  const std::string message(frame_bytes - framing_bytes, 'm');
  while (input.size() + frame_bytes <= kInputBytes) {
    SLUICE_CHECK(codec.Encode(message, sink) == CodecError::kNone, "the benchmark's own message");
  }
  return input;
}

std::string Lines(size_t line_bytes) {
  std::string input;
  while (input.size() + line_bytes <= kInputBytes) {
    input.append(line_bytes - 1, 'm').push_back('\n');
  }
  return input;
}

// Address and size as values: handing the whole view to DoNotOptimize would force it into memory,
// and `consumed`, which the next frame waits for, with it.
void Use(std::string_view message) {
  benchmark::DoNotOptimize(static_cast<const char*>(message.data()));
  benchmark::DoNotOptimize(static_cast<size_t>(message.size()));
}

void Use(const HeaderedMessage& message) {
  Use(message.header);
  Use(message.payload);
}

template <class Codec>
void DecodeAll(benchmark::State& state, Codec codec, const std::string& input) {
  int64_t messages = 0;
  for (auto _ : state) {
    std::string_view rest = input;
    for (;;) {
      const auto decoded = codec.Decode(rest);
      if (decoded.result != DecodeResult::kMessage) break;
      Use(decoded.message);
      rest.remove_prefix(decoded.consumed);
      ++messages;
    }
    SLUICE_CHECK(rest.empty(), "every frame of the input is whole");
  }
  state.SetItemsProcessed(messages);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(input.size()));
}

void Memchr(benchmark::State& state) {
  const std::string input = Lines(static_cast<size_t>(state.range(0)));
  int64_t lines = 0;
  for (auto _ : state) {
    const char* at = input.data();
    const char* const end = at + input.size();
    while (at < end) {
      const void* hit = std::memchr(at, '\n', static_cast<size_t>(end - at));
      benchmark::DoNotOptimize(hit);
      at = static_cast<const char*>(hit) + 1;
      ++lines;
    }
  }
  state.SetItemsProcessed(lines);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(input.size()));
}
BENCHMARK(Memchr)->Arg(16)->Arg(64)->Arg(1 << 10)->Arg(64 << 10);

void Line(benchmark::State& state) {
  DecodeAll(state, LineCodec(), Lines(static_cast<size_t>(state.range(0))));
}
BENCHMARK(Line)->Arg(16)->Arg(64)->Arg(1 << 10)->Arg(64 << 10);

void LineHashHash(benchmark::State& state) {
  const LineCodec codec = LineCodec::Create({.terminator = "##"}).value();
  DecodeAll(state, codec, Frames(codec, static_cast<size_t>(state.range(0)), 2));
}
BENCHMARK(LineHashHash)->Arg(16)->Arg(1 << 10);

void LengthPrefix(benchmark::State& state) {
  const auto width_bytes = static_cast<size_t>(state.range(0));
  const LengthPrefixCodec codec = LengthPrefixCodec::Create({.width_bytes = width_bytes}).value();
  DecodeAll(state, codec, Frames(codec, static_cast<size_t>(state.range(1)), width_bytes));
}
BENCHMARK(LengthPrefix)
    ->ArgNames({"width", "frame"})
    ->Args({4, 16})
    ->Args({2, 16})
    ->Args({8, 16})
    ->Args({4, 1 << 10});

void LengthPrefixVarint(benchmark::State& state) {
  const LengthPrefixCodec codec = LengthPrefixCodec::Create({.varint = true}).value();
  DecodeAll(state, codec, Frames(codec, static_cast<size_t>(state.range(0)), 1));
}
BENCHMARK(LengthPrefixVarint)->Arg(16);

void Header(benchmark::State& state) {
  const HeaderedCodec codec =
      HeaderedCodec::Create({.header_bytes = 8, .length_offset = 4}).value();
  std::string input;
  StringSink sink(input);
  while (input.size() + 16 <= kInputBytes) {
    SLUICE_CHECK(codec.Encode({"kindvers", "mmmmmmmm"}, sink) == CodecError::kNone,
                 "the benchmark's own message");
  }
  DecodeAll(state, codec, input);
}
BENCHMARK(Header);

void FixedRecord(benchmark::State& state) {
  const FixedRecordCodec codec(static_cast<size_t>(state.range(0)));
  DecodeAll(state, codec, Frames(codec, static_cast<size_t>(state.range(0)), 0));
}
BENCHMARK(FixedRecord)->Arg(16)->Arg(1 << 10);

void EncodeLine(benchmark::State& state) {
  const LineCodec codec;
  const std::string message(static_cast<size_t>(state.range(0)) - 1, 'm');
  std::string out;
  for (auto _ : state) {
    out.clear();
    StringSink sink(out);
    benchmark::DoNotOptimize(codec.Encode(message, sink));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(EncodeLine)->Arg(16)->Arg(1 << 10);

}  // namespace
}  // namespace sluice
