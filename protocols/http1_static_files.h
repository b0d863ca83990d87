// Files beneath a directory, as a route's handler:
//
//   server.Get("/{path...}", sluice::Http1StaticFiles::Open("/srv/www").value());
//
// What it answers is decided in protocols/http1_file_answer.h; it moves the bytes. Small files come
// out of memory, larger ones go from the page cache to the socket (Connection::SendFile). A file
// that shrinks while it is sent ends the connection with kFileShrank.
#ifndef SLUICE_PROTOCOLS_HTTP1_STATIC_FILES_H_
#define SLUICE_PROTOCOLS_HTTP1_STATIC_FILES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "protocols/http1_exchange.h"
#include "protocols/http1_file_answer.h"

namespace sluice {

// Copies share their cache. Loops on several threads may share one.
class Http1StaticFiles {
 public:
  // Of a route whose last segment is `{path...}`. Says in words why a directory cannot be served.
  static absl::StatusOr<Http1StaticFiles> Open(const std::string& directory,
                                               Http1FilesOptions options = {});

  void operator()(Http1Exchange& exchange) const;

  Http1Files& files() const { return *files_; }

 private:
  explicit Http1StaticFiles(std::shared_ptr<Http1Files> files) : files_(std::move(files)) {}

  std::shared_ptr<Http1Files> files_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_STATIC_FILES_H_
