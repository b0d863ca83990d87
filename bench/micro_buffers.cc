// What memory for receiving and sending costs a message: the pool received bytes are lent from, and
// the chunks output gathers in.
//
//   sluice-bench-micro --benchmark_filter='Pool|Output'
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "bench/scripted_backend.h"
#include "reactor/base/buffer_pool.h"
#include "reactor/base/check.h"
#include "reactor/output_queue.h"

namespace sluice {
namespace {

constexpr uint32_t kBlocks = 16;
constexpr uint32_t kBlockBytes = 64 << 10;

// `range(0)` bytes are received and lent; they come back in the order of lending when `range(1)`
// pieces are out.
void BufferPoolLend(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  const auto out_max = static_cast<size_t>(state.range(1));
  base::BufferPool pool(kBlocks, kBlockBytes);
  std::vector<uint32_t> out(out_max, 0);
  size_t lent = 0;
  for (auto _ : state) {
    if (lent >= out_max) pool.Release(out[lent % out_max]);
    SLUICE_CHECK(pool.Room().size() >= bytes, "fewer pieces are out than the blocks hold");
    out[lent++ % out_max] = pool.Lend(bytes);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BufferPoolLend)
    ->ArgNames({"bytes", "out"})
    ->Args({64, 1})
    ->Args({64, 1000})
    ->Args({16 << 10, 1})
    ->Args({16 << 10, 8});

// A message is appended, gathered for a send and sent.
void OutputAppendSend(benchmark::State& state) {
  ScriptedBackend backend("", 0);
  OutputPool pool(backend);
  OutputQueue queue;
  const std::string message(static_cast<size_t>(state.range(0)), 'm');
  std::array<iovec, 16> spans;
  for (auto _ : state) {
    queue.Append(pool, message);
    benchmark::DoNotOptimize(queue.Gather(absl::MakeSpan(spans)).spans);
    queue.Consume(pool, message.size());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(OutputAppendSend)->Arg(64)->Arg(1 << 10)->Arg(16 << 10);

// The same with 16 messages a send.
void OutputGather16(benchmark::State& state) {
  constexpr int kMessages = 16;
  ScriptedBackend backend("", 0);
  OutputPool pool(backend);
  OutputQueue queue;
  const std::string message(static_cast<size_t>(state.range(0)), 'm');
  std::array<iovec, 16> spans;
  for (auto _ : state) {
    for (int i = 0; i < kMessages; ++i) queue.Append(pool, message);
    benchmark::DoNotOptimize(queue.Gather(absl::MakeSpan(spans)).spans);
    queue.Consume(pool, queue.bytes());
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
  state.SetBytesProcessed(state.iterations() * kMessages * state.range(0));
}
BENCHMARK(OutputGather16)->Arg(64)->Arg(1 << 10);

// A burst: 128 KiB wait on each of 100 connections, then all of it is sent.
void OutputBurst(benchmark::State& state) {
  constexpr int kConnections = 100;
  constexpr size_t kPieces = 128;
  const std::string piece(1 << 10, 'm');
  ScriptedBackend backend("", 0);
  OutputPool pool(backend);
  std::deque<OutputQueue> queues(kConnections);
  for (auto _ : state) {
    for (size_t i = 0; i < kPieces; ++i) {
      for (OutputQueue& queue : queues) queue.Append(pool, piece);
    }
    for (OutputQueue& queue : queues) queue.Consume(pool, queue.bytes());
  }
  state.SetBytesProcessed(state.iterations() * kConnections *
                          static_cast<int64_t>(kPieces * piece.size()));
}
BENCHMARK(OutputBurst)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluice
