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

#include "bench/dispatch.h"
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

void DispatchMessages(benchmark::State& state, HandlerFactory factory) {
  Dispatch(state, std::string(kMessageBytes - 1, 'm') + '\n',
           [&](Loop&) { return std::move(factory); });
}

void DispatchHandler(benchmark::State& state) {
  DispatchMessages(state, [] { return std::make_unique<Echo>(); });
}
BENCHMARK(DispatchHandler)->Arg(1)->Arg(16)->Arg(256);

void DispatchLines(benchmark::State& state) {
  DispatchMessages(state,
                   FramedFactory(LineCodec(), [](Connection& connection, std::string_view line) {
                     connection.Send(line);
                   }));
}
BENCHMARK(DispatchLines)->Arg(1)->Arg(16)->Arg(256);

void DispatchCoroutine(benchmark::State& state) {
  DispatchMessages(state, ConversationFactory([](Stream& stream) -> Conversation {
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
  DispatchMessages(state, ConversationFactory([](Stream& stream) -> Conversation {
                     LineCodec lines;
                     while (auto line = co_await stream.Next(lines)) stream.Send(*line);
                   }));
}
BENCHMARK(DispatchCoroutineLines)->Arg(1)->Arg(16)->Arg(256);

// --- timers ---

struct Node : TimerNode {
  Node() : TimerNode([](TimerNode&) {}) {}
};

// So many timers, armed for some time within the next minute.
class ArmedWheel {
 public:
  explicit ArmedWheel(int64_t count) : nodes_(static_cast<size_t>(count)) {
    for (Node& node : nodes_) wheel_.Arm(node, Somewhen());
  }

  TimerWheel& wheel() { return wheel_; }
  TimePoint Somewhen() { return kStart + Duration(prng_.Between(1, 60'000'000'000)); }
  // One after the other.
  Node& Next() {
    Node& node = nodes_[next_];
    next_ = next_ + 1 == nodes_.size() ? 0 : next_ + 1;
    return node;
  }

 private:
  static constexpr TimePoint kStart{1s};

  TimerWheel wheel_{kStart};
  Prng prng_{1};
  std::vector<Node> nodes_;
  size_t next_ = 0;
};

// What a timeout costs that hardly ever fires: it is armed for a while, and cancelled, while others
// stand armed.
void TimerArmThenCancel(benchmark::State& state) {
  ArmedWheel others(state.range(0));
  Node node;
  for (auto _ : state) {
    others.wheel().Arm(node, others.Somewhen());
    node.Cancel();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TimerArmThenCancel)->Arg(1000)->Arg(1'000'000);

// One of those armed is armed anew for another time: with a million, most of it is fetching its
// neighbours from memory.
void TimerRearm(benchmark::State& state) {
  ArmedWheel timers(state.range(0));
  for (auto _ : state) timers.wheel().Arm(timers.Next(), timers.Somewhen());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TimerRearm)->Arg(1000)->Arg(1'000'000);

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

// --- functions posted ---

// "post=35ns": what the benchmark is about, whatever an iteration is.
void SetPosts(benchmark::State& state, int64_t count) {
  using benchmark::Counter;
  state.counters["post"] = Counter(static_cast<double>(count), Counter::kIsRate | Counter::kInvert);
}

// Nobody else posts, and the loop is at work: Post alone, then Post with the running of it.
void PostUncontended(benchmark::State& state) {
  constexpr int kPosts = 1000;
  std::unique_ptr<Loop> loop = *Loop::Create({});
  const bool with_running = state.range(0) == 1;
  int64_t ran = 0;
  for (auto _ : state) {
    for (int i = 0; i < kPosts; ++i) loop->Post([&ran] { ++ran; });
    if (!with_running) state.PauseTiming();
    loop->Turn(loop->now());
    if (!with_running) state.ResumeTiming();
  }
  SetPosts(state, ran);
}
BENCHMARK(PostUncontended)->ArgName("running")->Arg(0)->Arg(1);

// `range(0)` threads post at once, the loop's runs what they post: nanoseconds a function, locks
// and wake-ups included.
void PostAcrossThreads(benchmark::State& state) {
  constexpr int64_t kAheadMax = 10'000;  // of each poster
  std::unique_ptr<Loop> loop = *Loop::Create({});
  std::atomic<bool> stop{false};
  std::atomic<int64_t> seen{0};  // by the loop, of all
  int64_t ran = 0;
  std::vector<std::thread> posters;
  for (int64_t i = 0; i < state.range(0); ++i) {
    posters.emplace_back([&, share = state.range(0)] {
      for (int64_t posted = 0; !stop;) {
        if (posted - seen / share > kAheadMax) {
          std::this_thread::yield();  // the loop may need this core
          continue;
        }
        loop->Post([&ran] { ++ran; });
        ++posted;
      }
    });
  }
  for (auto _ : state) {
    const int64_t before = ran;
    while (ran < before + 1000) {
      loop->Turn(loop->now() + 1s);
      seen = ran;
    }
  }
  SetPosts(state, ran);
  stop = true;
  for (std::thread& poster : posters) poster.join();
}
BENCHMARK(PostAcrossThreads)->ArgName("posters")->Arg(1)->Arg(2)->Arg(4)->UseRealTime();

}  // namespace
}  // namespace sluice
