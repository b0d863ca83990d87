// What the loop itself costs, without a kernel: a message from completion to handler to output,
// as a Handler, as messages of a codec and as a coroutine; timers; functions posted from another
// thread.
//
//   sluice-bench-micro --benchmark_filter='Dispatch|Timer|Post'
#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/scripted_backend.h"
#include "protocols/line.h"
#include "reactor/base/prng.h"
#include "reactor/coroutine.h"
#include "reactor/framed.h"
#include "reactor/loop.h"
#include "reactor/timer.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;

constexpr size_t kMessageBytes = 64;

class Echo : public Handler {
  size_t OnData(Connection& connection, std::string_view bytes) override {
    connection.Send(bytes);
    return bytes.size();
  }
};

// Turns a loop whose one connection gets `range(0)` messages a turn.
void Dispatch(benchmark::State& state, HandlerFactory factory) {
  const auto messages = static_cast<size_t>(state.range(0));
  const std::string message = std::string(kMessageBytes - 1, 'm') + '\n';
  Loop loop(BackendChoice{std::make_unique<ScriptedBackend>(message, messages), ""});
  ListenerOptions options;
  options.limits.turn_bytes = 1 << 30;
  if (!loop.Listen(*Endpoint::Parse("127.0.0.1:1"), options, std::move(factory)).ok()) return;
  loop.Turn();
  for (auto _ : state) loop.Turn();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void DispatchHandler(benchmark::State& state) {
  Dispatch(state, [] { return std::make_unique<Echo>(); });
}
BENCHMARK(DispatchHandler)->Arg(1)->Arg(16)->Arg(256);

void DispatchLines(benchmark::State& state) {
  Dispatch(state, FramedFactory(LineCodec(), [](Connection& connection, std::string_view line) {
             connection.Send(line);
           }));
}
BENCHMARK(DispatchLines)->Arg(1)->Arg(16)->Arg(256);

void DispatchCoroutine(benchmark::State& state) {
  Dispatch(state, ConversationFactory([](Stream& stream) -> Conversation {
             while (true) {
               const std::string_view bytes = co_await stream.Receive();
               if (bytes.empty()) co_return;
               stream.Send(bytes);
               stream.Consume(bytes.size());
             }
           }));
}
BENCHMARK(DispatchCoroutine)->Arg(1)->Arg(16)->Arg(256);

void DispatchCoroutineLines(benchmark::State& state) {
  Dispatch(state, ConversationFactory([](Stream& stream) -> Conversation {
             LineCodec lines;
             while (auto line = co_await stream.Next(lines)) stream.Send(*line);
           }));
}
BENCHMARK(DispatchCoroutineLines)->Arg(1)->Arg(16)->Arg(256);

// --- timers ---

struct Node : TimerNode {
  Node() : TimerNode([](TimerNode&) {}) {}
};

// A million timers are armed; one of them is armed anew for another time.
void TimerArm(benchmark::State& state) {
  const TimePoint start{1s};
  TimerWheel wheel(start);
  Prng prng(1);
  std::vector<Node> nodes(static_cast<size_t>(state.range(0)));
  const auto somewhen = [&] { return start + Duration(prng.Between(1, 60'000'000'000)); };
  for (Node& node : nodes) wheel.Arm(node, somewhen());
  size_t next = 0;
  for (auto _ : state) {
    wheel.Arm(nodes[next], somewhen());
    next = next + 1 == nodes.size() ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TimerArm)->Arg(1000)->Arg(1'000'000);

void TimerCancelAndArm(benchmark::State& state) {
  const TimePoint start{1s};
  TimerWheel wheel(start);
  Prng prng(1);
  std::vector<Node> nodes(static_cast<size_t>(state.range(0)));
  const auto somewhen = [&] { return start + Duration(prng.Between(1, 60'000'000'000)); };
  for (Node& node : nodes) wheel.Arm(node, somewhen());
  size_t next = 0;
  for (auto _ : state) {
    nodes[next].Cancel();
    wheel.Arm(nodes[next], somewhen());
    next = next + 1 == nodes.size() ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TimerCancelAndArm)->Arg(1'000'000);

// Armed over a minute, and the minute passes in steps of a millisecond: what a timer costs from
// its arming to its firing.
void TimerFire(benchmark::State& state) {
  const auto count = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    TimePoint now{1s};
    TimerWheel wheel(now);
    Prng prng(1);
    std::vector<Node> nodes(count);
    for (Node& node : nodes) wheel.Arm(node, now + Duration(prng.Between(1, 60'000'000'000)));
    for (int step = 0; step < 60'001; ++step) wheel.Advance(now += 1ms);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(TimerFire)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// --- functions from another thread ---

// One thread posts, the loop's runs: nanoseconds a function, wake-ups included.
void PostAcrossThreads(benchmark::State& state) {
  LoopOptions options;
  std::unique_ptr<Loop> loop = *Loop::Create(options);
  std::atomic<bool> stop{false};
  std::atomic<int64_t> posted{0};
  int64_t ran = 0;
  constexpr int64_t kAheadMax = 10'000;
  std::atomic<int64_t> seen{0};
  std::thread poster([&] {
    while (!stop) {
      if (posted - seen > kAheadMax) continue;
      loop->Post([&ran] { ++ran; });
      ++posted;
    }
  });
  for (auto _ : state) {
    const int64_t before = ran;
    while (ran < before + 1000) {
      loop->Turn(loop->now() + 10ms);
      seen = ran;
    }
  }
  state.SetItemsProcessed(ran);
  stop = true;
  poster.join();
}
BENCHMARK(PostAcrossThreads)->UseRealTime();

}  // namespace
}  // namespace sluice
