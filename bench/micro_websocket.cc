// What WebSocket frames cost in memory: masks, UTF-8, frames and whole messages.
//
//   sluice-bench-micro --benchmark_filter=WebSocket
//
// Messages/s is "items"; bytes/s counts payloads. Memcpy is the floor under unmasking.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "protocols/utf8.h"
#include "protocols/websocket_receiver.h"
#include "protocols/websocket_sender.h"
#include "reactor/base/check.h"
#include "reactor/codec.h"

namespace sluice {
namespace {

// Fits the L2 cache, as a receive buffer just written by the kernel does.
constexpr size_t kInputBytes = size_t{256} << 10;

void SetPayloadBytes(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

void WebSocketUnmask(benchmark::State& state) {
  std::string bytes(static_cast<size_t>(state.range(0)), 'm');
  for (auto _ : state) {
    WebSocketMask mask(0x12345678);
    mask.Apply(bytes.data(), bytes.data(), bytes.size());
    benchmark::DoNotOptimize(bytes.data());
    benchmark::ClobberMemory();
  }
  SetPayloadBytes(state, bytes.size());
}
BENCHMARK(WebSocketUnmask)->Arg(16)->Arg(125)->Arg(1 << 10)->Arg(64 << 10);

void WebSocketMemcpy(benchmark::State& state) {
  const std::string bytes(static_cast<size_t>(state.range(0)), 'm');
  std::string copy(bytes.size(), 0);
  for (auto _ : state) {
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    benchmark::DoNotOptimize(copy.data());
    benchmark::ClobberMemory();
  }
  SetPayloadBytes(state, bytes.size());
}
BENCHMARK(WebSocketMemcpy)->Arg(16)->Arg(125)->Arg(1 << 10)->Arg(64 << 10);

void WebSocketUtf8(benchmark::State& state) {
  const bool ascii = state.range(0) == 1;
  std::string text;
  while (text.size() < 64 << 10) text += ascii ? "plain text, " : "\xe7\xb2\x98\xe5\x8c\x85";
  for (auto _ : state) {
    bool is_text = IsUtf8(text);
    benchmark::DoNotOptimize(is_text);
  }
  SetPayloadBytes(state, text.size());
}
BENCHMARK(WebSocketUtf8)->ArgName("ascii")->Arg(1)->Arg(0);

// A client's frames of one size, until the input is full.
std::string Frames(bool text, size_t payload_bytes) {
  WebSocketSender sender({.role = WebSocketRole::kClient, .seed = 1});
  const std::string payload(payload_bytes, 'm');
  std::string input;
  StringSink sink(input);
  while (input.size() + payload_bytes <= kInputBytes) {
    const WebSocketSender::Frame frame = sender.Message(text, payload);
    WriteWebSocketFrame(frame.header, frame.payload, sink);
  }
  return input;
}

// The codec alone: where frames lie, and their rules.
void WebSocketFrameDecode(benchmark::State& state) {
  const auto payload_bytes = static_cast<size_t>(state.range(0));
  const std::string input = Frames(false, payload_bytes);
  const WebSocketLimits limits;
  WebSocketFrames frames(WebSocketRole::kServer, limits, false);
  int64_t count = 0;
  for (auto _ : state) {
    std::string_view rest = input;
    for (; !rest.empty(); ++count) {
      const WebSocketPiece piece = frames.Next(rest);
      SLUICE_CHECK(piece.frame_ends, "every frame of the input is whole");
      benchmark::DoNotOptimize(static_cast<const char*>(piece.data.data()));
      rest.remove_prefix(piece.consumed);
    }
  }
  state.SetItemsProcessed(count);
  state.SetBytesProcessed(count * static_cast<int64_t>(payload_bytes));
}
BENCHMARK(WebSocketFrameDecode)->Arg(16)->Arg(1 << 10);

// What a server does with them: unmasked, checked where they are text, one event each.
void WebSocketReceive(benchmark::State& state) {
  const auto payload_bytes = static_cast<size_t>(state.range(1));
  const std::string input = Frames(state.range(0) == 1, payload_bytes);
  const WebSocketLimits limits;
  WebSocketReceiver receiver({}, limits);
  int64_t messages = 0;
  for (auto _ : state) {
    std::string_view rest = input;
    for (; !rest.empty(); ++messages) {
      const WebSocketEvent event = receiver.Next(rest);
      SLUICE_CHECK(event.last, "every message of the input is whole");
      benchmark::DoNotOptimize(static_cast<const char*>(event.data.data()));
      rest.remove_prefix(event.consumed);
    }
  }
  state.SetItemsProcessed(messages);
  state.SetBytesProcessed(messages * static_cast<int64_t>(payload_bytes));
}
BENCHMARK(WebSocketReceive)
    ->ArgNames({"text", "payload"})
    ->Args({0, 16})
    ->Args({1, 16})
    ->Args({0, 1 << 10})
    ->Args({1, 1 << 10})
    ->Args({1, 64 << 10});

void WebSocketSend(benchmark::State& state) {
  WebSocketSender sender(
      {.role = state.range(0) == 1 ? WebSocketRole::kClient : WebSocketRole::kServer});
  const std::string payload(static_cast<size_t>(state.range(1)), 'm');
  std::string out;
  for (auto _ : state) {
    out.clear();
    StringSink sink(out);
    const WebSocketSender::Frame frame = sender.Message(true, payload);
    WriteWebSocketFrame(frame.header, frame.payload, sink);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
  SetPayloadBytes(state, payload.size());
}
BENCHMARK(WebSocketSend)
    ->ArgNames({"client", "payload"})
    ->Args({0, 16})
    ->Args({1, 16})
    ->Args({0, 1 << 10})
    ->Args({1, 1 << 10});

}  // namespace
}  // namespace sluice
