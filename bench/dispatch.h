// A loop without a kernel whose one connection gets messages: what is above it is measured.
#ifndef SLUICE_BENCH_DISPATCH_H_
#define SLUICE_BENCH_DISPATCH_H_

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "bench/scripted_backend.h"
#include "reactor/loop.h"

namespace sluice {

// Turns the loop; in each turn its connection gets `message` `state.range(0)` times.
inline void Dispatch(benchmark::State& state, std::string message,
                     absl::FunctionRef<HandlerFactory(Loop&)> make_factory) {
  const auto messages = static_cast<size_t>(state.range(0));
  Loop loop(BackendChoice{std::make_unique<ScriptedBackend>(std::move(message), messages), ""});
  ListenerOptions options;
  options.limits.turn_bytes = 1 << 30;
  if (!loop.Listen(*Endpoint::Parse("127.0.0.1:1"), options, make_factory(loop)).ok()) return;
  loop.Turn();
  for (auto _ : state) loop.Turn();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

}  // namespace sluice

#endif  // SLUICE_BENCH_DISPATCH_H_
