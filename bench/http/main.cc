// sluice-bench-http: what parsing HTTP/1.1 costs, beside other parsers and a floor.
#include <time.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "bench/compare/machine.h"
#include "bench/compare/statistics.h"
#include "bench/http/contender.h"
#include "bench/http/inputs.h"
#include "reactor/base/check.h"
#include "tools/cli/command.h"
#include "tools/report/table.h"

ABSL_FLAG(int, cycles, 21, "slices of each parser and kind of input; their median is the figure");
ABSL_FLAG(double, slice_ms, 4, "CPU time of a slice, in milliseconds");
ABSL_FLAG(std::string, only, "", "parsers whose name holds this; the first Sluice always runs");

namespace sluice::bench_http {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-bench-http",
    .purpose =
        "measures what parsing HTTP/1.1 costs: Sluice with each way it has of looking at bytes, "
        "other parsers where they are installed, and a scan for line ends as the floor. All take "
        "turns in slices of CPU time; a figure is the median of its slices.",
    .usage = "sluice-bench-http [FLAGS]",
    .examples =
        "  sluice-bench-http\n"
        "  sluice-bench-http --cycles=51 --only=pico\n"};

// One kind of input.
struct Work {
  std::string title;
  bool is_rate;  // content bytes a nanosecond, GB/s; else nanoseconds a request
  std::function<bool(const Contender&)> taken;
  std::function<double(Contender&)> run;  // once; returns requests or bytes done
};

double CpuNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double Slice(const Work& work, Contender& contender, double slice_ns) {
  const double start = CpuNanoseconds();
  double units = 0;
  double elapsed = 0;
  do {
    units += work.run(contender);
    elapsed = CpuNanoseconds() - start;
  } while (elapsed < slice_ns);
  return work.is_rate ? units / elapsed : elapsed / units;
}

Work Heads(std::string title, const Requests& requests) {
  return {std::move(title), false, [](const Contender&) { return true; },
          [requests](Contender& contender) {
            contender.ParseEach(requests);
            return static_cast<double>(requests.size());
          }};
}

Work Growing(std::string title, const std::string& request) {
  return {std::move(title), false,
          [](const Contender& contender) { return contender.takes_growing(); },
          [&request](Contender& contender) {
            contender.ParseGrowing(request);
            return 1.0;
          }};
}

Work Chunks(std::string title, const std::string& body, size_t content_bytes) {
  return {std::move(title), true,
          [](const Contender& contender) { return contender.takes_chunks(); },
          [&body, content_bytes](Contender& contender) {
            SLUICE_CHECK(contender.DecodeChunks(body) == content_bytes, "nothing got lost");
            return static_cast<double>(content_bytes);
          }};
}

std::vector<Work> AllWork() {
  constexpr size_t kRepeats = 512;  // of one request: reading the clock then costs nothing
  constexpr size_t kContentBytes = size_t{64} << 10;
  static const std::string small = SmallRequest();
  static const std::string browser = BrowserRequest();
  static const std::string large = LargeRequest();
  static const std::vector<std::string> mixed = MixedRequests();
  static const std::string chunks = ChunkedBody(kContentBytes, 16);
  return {Heads("a", Requests(kRepeats, small)), Heads("b", Requests(kRepeats, browser)),
          Heads("c", Requests(kRepeats, large)), Heads("b'", Requests(mixed.begin(), mixed.end())),
          Growing("b by byte", browser),         Chunks("chunks GB/s", chunks, kContentBytes)};
}

std::vector<std::unique_ptr<Contender>> AllContenders() {
  std::vector<std::unique_ptr<Contender>> all = MakeSluice();
  all.push_back(MakePicohttpparser());
  all.push_back(MakeHttpParser());
  all.push_back(MakeBeast());
  all.push_back(MakeNewlineScan());
  std::erase(all, nullptr);
  const std::string only = absl::GetFlag(FLAGS_only);
  const Contender* const first = all.front().get();
  std::erase_if(all, [&](const std::unique_ptr<Contender>& contender) {
    return contender.get() != first && contender->name().find(only) == std::string::npos;
  });
  return all;
}

// figures[contender][work], by cycle.
using Figures = std::vector<std::vector<compare::ByCycle>>;

Figures Measure(const std::vector<std::unique_ptr<Contender>>& contenders,
                const std::vector<Work>& all_work) {
  const double slice_ns = absl::GetFlag(FLAGS_slice_ms) * 1e6;
  Figures figures(contenders.size(), std::vector<compare::ByCycle>(all_work.size()));
  for (int cycle = -1; cycle < absl::GetFlag(FLAGS_cycles); ++cycle) {  // the first one warms up
    for (size_t w = 0; w < all_work.size(); ++w) {
      for (size_t turn = 0; turn < contenders.size(); ++turn) {
        const size_t c = (turn + static_cast<size_t>(cycle + 1)) % contenders.size();
        if (!all_work[w].taken(*contenders[c])) continue;
        const double figure = Slice(all_work[w], *contenders[c], slice_ns);
        if (cycle >= 0) figures[c][w].push_back(figure);
      }
    }
  }
  return figures;
}

std::string Text(const char* format, double first, double second) {
  char text[64];
  std::snprintf(text, sizeof text, format, first, second);
  return text;
}

// The median and half the distance between the quartiles.
std::string FigureText(const compare::ByCycle& figures, bool is_rate) {
  const compare::Spread spread = compare::SpreadOf(compare::Present(figures));
  if (spread.count == 0) return "";
  if (is_rate) return Text("%.2f ±%.2f", spread.median, spread.half_width());
  if (spread.median >= 1000) return Text("%.0f ±%.0f", spread.median, spread.half_width());
  return Text("%.1f ±%.1f", spread.median, spread.half_width());
}

// How much longer than the first contender, in the same cycle.
std::string RatioText(const compare::ByCycle& figures, const compare::ByCycle& first,
                      bool is_rate) {
  const std::vector<double> ratios =
      is_rate ? compare::RatiosInCycles(first, figures) : compare::RatiosInCycles(figures, first);
  if (ratios.empty()) return "";
  const compare::Spread spread = compare::SpreadOf(ratios);
  return Text("%.2f ±%.2f", spread.median, spread.half_width());
}

template <class CellText>
void PrintTable(const std::vector<std::unique_ptr<Contender>>& contenders,
                const std::vector<Work>& all_work, const CellText& cell) {
  std::vector<report::Table::Column> columns = {{"parser"}};
  for (const Work& work : all_work) {
    columns.push_back({work.title, report::Table::Align::kRight});
  }
  report::Table table(columns);
  for (size_t c = 0; c < contenders.size(); ++c) {
    std::vector<std::string> cells = {contenders[c]->name()};
    for (size_t w = 0; w < all_work.size(); ++w) cells.push_back(cell(c, w));
    table.AddRow(cells);
  }
  std::fputs(table.ToString().c_str(), stdout);
}

int Main() {
  cli::RequireRange("cycles", absl::GetFlag(FLAGS_cycles), 1, 100000);
  if (!(absl::GetFlag(FLAGS_slice_ms) > 0)) cli::ExitUsage("--slice-ms must be above 0");
  const std::vector<Work> all_work = AllWork();
  const std::vector<std::unique_ptr<Contender>> contenders = AllContenders();
  std::printf("%s, Linux %s\n\n", compare::DescribeMachine().cpu.c_str(),
              compare::DescribeMachine().kernel.c_str());
  const Figures figures = Measure(contenders, all_work);
  std::puts("CPU nanoseconds a request, median and half the distance between quartiles:");
  PrintTable(contenders, all_work,
             [&](size_t c, size_t w) { return FigureText(figures[c][w], all_work[w].is_rate); });
  std::puts("\nthe same as a multiple of the first row's, in the same cycle:");
  PrintTable(contenders, all_work, [&](size_t c, size_t w) {
    return RatioText(figures[c][w], figures[0][w], all_work[w].is_rate);
  });
  std::puts(
      "\n  a: 27 bytes   b: 703 bytes, as browsers send   c: 40 fields, 1,654 bytes\n"
      "  b': 512 different ones of 494 bytes in the mean   by byte: 703 calls, one more byte each\n"
      "  chunks: content of chunks of 16 bytes, as GB/s");
  for (const std::unique_ptr<Contender>& contender : contenders) {
    if (contender->note().empty()) continue;
    std::printf("  %s: %s\n", contender->name().c_str(), contender->note().c_str());
  }
  return 0;
}

}  // namespace
}  // namespace sluice::bench_http

int main(int argc, char** argv) {
  sluice::cli::Start(argc, argv, sluice::bench_http::kCommand);
  return sluice::bench_http::Main();
}
