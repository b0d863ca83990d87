// Runs the grid: queue_grid_main [--quick] [--json].
#include <cstdio>
#include <cstring>
#include <string>

#include "tools/report/progress.h"
#include "tools/sim/queue_grid/queue_grid.h"
#include "tools/sim/queue_grid/report.h"

int main(int argc, char** argv) {
  using namespace sluice;
  queue_grid::QueueGridOptions options;
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--quick") == 0) options.quick = true;
    if (std::strcmp(argv[i], "--json") == 0) json = true;
  }
  report::Progress progress;
  auto result = queue_grid::RunQueueGrid(options, [&](size_t done, size_t cells) {
    progress.Update(std::to_string(done) + " of " + std::to_string(cells) + " cells done");
  });
  progress.Finish();
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    return 1;
  }
  queue_grid::PrintGrid(*result, json);
  return queue_grid::GridExitCode(*result);
}
