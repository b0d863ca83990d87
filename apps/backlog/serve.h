// `sluice-backlog serve`: a slow server that shows its own listen queues while clients storm it.
#ifndef SLUICE_APPS_BACKLOG_SERVE_H_
#define SLUICE_APPS_BACKLOG_SERVE_H_

#include "apps/backlog/server.h"
#include "reactor/loop.h"

namespace sluice::backlog {

struct ServeOptions {
  ServerOptions server;
  Duration duration{0};  // 0: until a signal
  bool json = false;
};

// Until SIGINT, SIGTERM or the duration; then prints a summary. Returns the exit code.
int Serve(const ServeOptions& options, const LoopOptions& loop_options);

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_SERVE_H_
