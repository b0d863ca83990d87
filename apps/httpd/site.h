// What sluice-httpd serves: the routes, without addresses and without a process around them.
#ifndef SLUICE_APPS_HTTPD_SITE_H_
#define SLUICE_APPS_HTTPD_SITE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "apps/httpd/loop_watch.h"
#include "apps/httpd/metrics.h"
#include "apps/httpd/uploads.h"
#include "protocols/http1_server.h"
#include "protocols/http1_static_files.h"
#include "reactor/loop.h"

namespace sluice::httpd {

struct SiteOptions {
  std::string root;  // directory of the files
  Http1FilesOptions files{};
  Http1ServerOptions server{};
  bool writable = false;  // PUT, POST and DELETE change the files
  UploadOptions uploads{};
  bool try_routes = false;
};

// Outlives the loops it is given to.
class Site {
 public:
  // Of so many loops. Errors say what is wrong with the directory.
  static absl::StatusOr<std::unique_ptr<Site>> Open(SiteOptions options, int loops);

  // Of a listener of the loop with that index, on its thread.
  HandlerFactory Factory(Loop& loop, int index);
  // Counts the loop's work in /metrics and /live from now on. Once a loop, on its thread.
  void Watch(Loop& loop, int index);

 private:
  Site(const SiteOptions& options, const Http1StaticFiles& files, int loops);

  void AddServiceRoutes();
  void CountAll(Loop& loop, absl::AnyInvocable<void(const ServerCounts&)> done);

  Http1Counters& CountersOf(int index) { return counters_[static_cast<size_t>(index)]; }

  Http1Server server_;
  const Http1StaticFiles files_;
  LoopWatch watch_;
  std::vector<Http1Counters> counters_;  // one a loop
};

}  // namespace sluice::httpd

#endif  // SLUICE_APPS_HTTPD_SITE_H_
