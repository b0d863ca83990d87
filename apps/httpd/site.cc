#include "apps/httpd/site.h"

#include <utility>

#include "apps/httpd/live_page.h"
#include "apps/httpd/try_routes.h"

namespace sluice::httpd {

absl::StatusOr<std::unique_ptr<Site>> Site::Open(SiteOptions options, int loops) {
  if (absl::Status status = ValidateHttp1ServerOptions(options.server); !status.ok()) return status;
  absl::StatusOr<Http1StaticFiles> files = Http1StaticFiles::Open(options.root, options.files);
  if (!files.ok()) return files.status();
  return std::unique_ptr<Site>(new Site(options, *files, loops));
}

Site::Site(const SiteOptions& options, const Http1StaticFiles& files, int loops)
    : server_(options.server), files_(files), counters_(static_cast<size_t>(loops)) {
  AddServiceRoutes();
  if (options.try_routes) AddTryRoutes(server_);
  if (options.writable) AddUploads(server_, files_.files().cache(), options.uploads);
  server_.Get("/{path...}", files_);
}

void Site::AddServiceRoutes() {
  server_.Get("/healthz", [](Http1Exchange& exchange) {
    exchange.AddHeader("Cache-Control", "no-store");
    if (!exchange.loop().stopping()) return exchange.Reply("ok\n");
    exchange.Reply(503, "text/plain; charset=utf-8", "stopping\n");
  });
  server_.Get("/metrics", [this](Http1Exchange& exchange) {
    Loop& loop = exchange.loop();
    CountAll(loop, [&loop, id = exchange.Later()](const ServerCounts& counts) {
      Http1Exchange* waiting = Http1Exchange::Find(loop, id);
      if (waiting == nullptr) return;
      waiting->AddHeader("Cache-Control", "no-store");
      waiting->Reply(200, kMetricsType, MetricsText(counts, loop.backend_name()));
    });
  });
  AddLivePage(server_, [this](Loop& loop, absl::AnyInvocable<void(std::string)> done) {
    CountAll(loop, [&loop, done = std::move(done)](const ServerCounts& counts) mutable {
      done(LiveJson(counts, loop.backend_name()));
    });
  });
}

void Site::CountAll(Loop& loop, absl::AnyInvocable<void(const ServerCounts&)> done) {
  watch_.Gather(loop, [this, done = std::move(done)](const std::vector<LoopCounts>& loops) mutable {
    done({loops, files_.files().cache().stats(), CountProcess()});
  });
}

HandlerFactory Site::Factory(Loop& loop, int index) {
  return server_.Factory(loop, &CountersOf(index));
}

void Site::Watch(Loop& loop, int index) {
  watch_.Add(loop, CountersOf(index));
}

}  // namespace sluice::httpd
