// PUT, DELETE and POST beneath a directory.
//
//   PUT /a/b.txt     writes the file: 201, or 204 where there was one; with "If-None-Match: *" 412
//                    instead. Whole or not at all, however the connection ends.
//   DELETE /a/b.txt  204, or 404
//   POST /a/         writes a new file there under a name of our own: 201 with its Location
#ifndef SLUICE_APPS_HTTPD_UPLOADS_H_
#define SLUICE_APPS_HTTPD_UPLOADS_H_

#include <cstdint>
#include <optional>

#include "apps/httpd/credentials.h"
#include "protocols/http1_file_cache.h"
#include "protocols/http1_server.h"

namespace sluice::httpd {

struct UploadOptions {
  uint64_t bytes_max = uint64_t{1} << 30;  // of a file: 413
  std::optional<Credentials> credentials;  // unset: everybody may
};

// Beneath the root of `files`, which outlive the server. What was answered is what the next GET
// sees, on every loop.
void AddUploads(Http1Server& server, Http1FileCache& files, UploadOptions options);

}  // namespace sluice::httpd

#endif  // SLUICE_APPS_HTTPD_UPLOADS_H_
