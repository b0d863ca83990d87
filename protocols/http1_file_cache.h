// Files that were answered with lately, ready to be answered with again: open or read, with the
// fields of the answer's head made. Looked at again about once a second.
#ifndef SLUICE_PROTOCOLS_HTTP1_FILE_CACHE_H_
#define SLUICE_PROTOCOLS_HTTP1_FILE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "protocols/file_root.h"
#include "protocols/mime_types.h"
#include "reactor/base/shared_file.h"
#include "reactor/base/time.h"

namespace sluice {

struct Http1FileCacheOptions {
  size_t files_max = 1024;                       // known at once; at most that many descriptors
  uint64_t content_file_bytes_max = 64 << 10;    // a larger file is not read, but kept open
  uint64_t content_bytes_max = 64 << 20;         // of all that were read
  Duration fresh_for = std::chrono::seconds(1);  // then the file is looked at again
  bool precompressed = true;                     // looks for neighbours, "a.css.br" and "a.css.gz"
  std::string cache_control{};                   // as the field's value; empty: none
};

// A state of a file; never changes.
struct Http1CachedFile {
  FileStatus status;
  SharedFile file;      // of a regular file that was not read
  std::string content;  // of one that was
  bool has_content = false;
  std::string_view type;  // as long as the cache
  std::string etag;       // strong: of size and time, and of the coding
  int64_t modified = 0;   // seconds since 1970
  // "ETag: ...\r\n" and so on: what a 304 has, too, and then what only a whole answer has.
  std::string fields;
  size_t fields_of_304_bytes = 0;
  bool gzip = false;  // neighbours that are not older
  bool brotli = false;
};
using Http1CachedFilePtr = std::shared_ptr<const Http1CachedFile>;

enum class FileCoding : uint8_t { kIdentity, kGzip, kBrotli };

struct Http1FileCacheStats {
  uint64_t hits = 0;    // without asking the system
  uint64_t checks = 0;  // looked at again, and unchanged
  uint64_t loads = 0;   // opened
  uint64_t drops = 0;   // for want of room
  size_t files = 0;     // now
  uint64_t content_bytes = 0;
};

// Thread-safe: loops share it, and with it the descriptors. Opening and reading block as long as
// the disk does, without holding up those that find theirs.
class Http1FileCache {
 public:
  Http1FileCache(FileRoot root, MimeTypes types, Http1FileCacheOptions options);

  struct Found {
    FileError error = FileError::kNone;
    Http1CachedFilePtr file;
  };
  // `name` as FileRoot wants it. A coding other than kIdentity: its neighbour. Where descriptors
  // ran out, what was known before, unless LookAgain was called since.
  Found Get(std::string_view name, FileCoding coding, TimePoint now);

  // What Get would give without asking the system; otherwise nullptr.
  Http1CachedFilePtr GetFresh(std::string_view name, TimePoint now);

  // Forgets everything; what is being answered with lives on.
  void Clear();

  // Files were changed: each is looked at again before it is answered with, on every loop.
  void LookAgain();

  const FileRoot& root() const { return root_; }
  Http1FileCacheStats stats() const;

 private:
  struct Entry {
    std::string key;
    Http1CachedFilePtr file;
    TimePoint checked;
    uint64_t round;  // that the check began in
  };
  struct Known {
    Http1CachedFilePtr file;
    bool of_this_round = false;
    bool fresh = false;
    uint64_t round = 0;  // now
  };
  using Entries = std::list<Entry>;  // last used first

  Known Lookup(std::string_view key, TimePoint now);
  bool Unchanged(const Http1CachedFile& file, std::string_view name, FileCoding coding) const;
  Found Load(std::string_view name, FileCoding coding) const;
  bool HasNeighbour(std::string_view name, FileCoding coding, const FileStatus& of) const;
  bool Read(Http1CachedFile* file) const;
  void WriteFields(FileCoding coding, Http1CachedFile* file) const;
  void Keep(Entry entry);
  void Forget(Entries::iterator entry);

  const FileRoot root_;
  const MimeTypes types_;
  const Http1FileCacheOptions options_;

  mutable std::mutex mutex_;  // over all below
  Entries entries_;
  absl::flat_hash_map<std::string_view, Entries::iterator> by_key_;  // into the entries' keys
  uint64_t round_ = 0;  // ends with LookAgain; what was looked at before it is not fresh
  Http1FileCacheStats stats_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_FILE_CACHE_H_
