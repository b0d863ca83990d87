// What a request for a file is answered with: the rules of HTTP, without a server and without bytes
// being moved.
#ifndef SLUICE_PROTOCOLS_HTTP1_FILE_ANSWER_H_
#define SLUICE_PROTOCOLS_HTTP1_FILE_ANSWER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/file_root.h"
#include "protocols/http1_date.h"
#include "protocols/http1_file_cache.h"
#include "protocols/http1_file_path.h"
#include "protocols/http1_message.h"
#include "protocols/http1_range.h"
#include "reactor/base/time.h"

namespace sluice {

struct Http1FilesOptions {
  std::string index = "index.html";  // what a directory is answered with; empty: nothing
  bool list_directories = false;     // those without an index; otherwise 404
  size_t listing_entries_max = 10'000;
  Http1HiddenFiles hidden = Http1HiddenFiles::kRefused;
  SymbolicLinks links = SymbolicLinks::kFollowedBeneath;
  Http1RangeLimits ranges{};
  Http1FileCacheOptions cache{};
  WallClock wall_clock{};  // unset: the system's
};

struct Http1FileAnswer {
  // A piece of a body: text, and behind it a range of the file.
  struct Piece {
    std::string text;
    Http1ByteRange range{};  // of length 0: none
  };

  int status = 200;
  // Empty: none. As long as this.
  std::string content_type;
  // Lines with their CRLF, made with the file; as long as `file`.
  std::string_view made_fields;
  // Further lines.
  std::string fields;
  Http1CachedFilePtr file;
  std::vector<Piece> pieces;  // for a GET and for a HEAD alike
  uint64_t size = 0;          // of all pieces together
};

// The files beneath a directory. Thread-safe.
class Http1Files {
 public:
  static absl::StatusOr<std::unique_ptr<Http1Files>> Open(const std::string& directory,
                                                          Http1FilesOptions options = {});

  // To a GET or HEAD whose path within the directory is `path`, escapes and all. `now` is a loop's.
  Http1FileAnswer Answer(const Http1Request& request, std::string_view path, TimePoint now);

  // The file itself where the answer is all of it and nothing more is to be decided: a plain name,
  // a small file that was looked at lately, no neighbours, no conditions and no ranges. Otherwise
  // nullptr, and Answer decides.
  Http1CachedFilePtr Plain(const Http1Request& request, std::string_view path, TimePoint now);

  const FileRoot& root() const { return cache_.root(); }
  Http1FileCache& cache() { return cache_; }
  const Http1FilesOptions& options() const { return options_; }

 private:
  Http1Files(FileRoot root, Http1FilesOptions options);

  Http1FileAnswer OfDirectory(const Http1Request& request, const Http1FilePath& path,
                              TimePoint now);
  int64_t UnixTime() const;
  Http1FileAnswer Listing(const Http1FilePath& path) const;
  Http1CachedFilePtr Choose(const Http1Request& request, std::string_view name,
                            Http1CachedFilePtr file, TimePoint now);
  Http1FileAnswer OfFile(const Http1Request& request, Http1CachedFilePtr file) const;

  const Http1FilesOptions options_;
  Http1FileCache cache_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_FILE_ANSWER_H_
