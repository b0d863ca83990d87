// What an HTTP/1.1 request costs in user space, from its bytes to those of its answer: one that is
// always the same, beside a small file out of the cache.
//
//   sluice-bench-micro --benchmark_filter=Http1
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "bench/compare/hello.h"
#include "bench/dispatch.h"
#include "protocols/http1_server.h"
#include "protocols/http1_static_files.h"

namespace sluice {
namespace {

constexpr size_t kBodyBytes = 1024;

constexpr const char* kRequest =
    "GET /page.html HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";

void Http1FixedAnswer(benchmark::State& state) {
  Http1Server server;
  server.Get("/page.html", [body = std::string(kBodyBytes, 'x')](Http1Exchange& exchange) {
    exchange.Reply(200, "text/html; charset=utf-8", body);
  });
  Dispatch(state, kRequest, [&](Loop& loop) { return server.Factory(loop); });
}
BENCHMARK(Http1FixedAnswer)->Arg(1)->Arg(16);

// What sluice-bench-compare sends and gets, without a kernel; range(1) requests arrive at once.
void Http1Hello(benchmark::State& state) {
  Http1Server server;
  server.Get(
      "/", [](Http1Exchange& exchange) { exchange.Reply(200, "text/plain", compare::kHelloBody); });
  std::string requests;
  for (int64_t i = 0; i < state.range(1); ++i) requests += compare::kHelloRequest;
  Dispatch(state, requests, [&](Loop& loop) { return server.Factory(loop); });
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK(Http1Hello)->Args({1, 1})->Args({1, 16});

void Http1CachedFile(benchmark::State& state) {
  const std::string folder =
      std::filesystem::temp_directory_path().string() + "/sluice-bench-" + std::to_string(getpid());
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/page.html") << std::string(kBodyBytes, 'x');
  absl::StatusOr<Http1StaticFiles> files = Http1StaticFiles::Open(folder);
  if (files.ok()) {
    Http1Server server;
    server.Get("/{path...}", *files);
    Dispatch(state, kRequest, [&](Loop& loop) { return server.Factory(loop); });
  } else {
    state.SkipWithError(std::string(files.status().message()).c_str());
  }
  std::filesystem::remove_all(folder);
}
BENCHMARK(Http1CachedFile)->Arg(1)->Arg(16);

}  // namespace
}  // namespace sluice
