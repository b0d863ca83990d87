#include "protocols/http1_file_cache.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "protocols/http1_date.h"

namespace sluice {
namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

std::string_view EndingOf(FileCoding coding) {
  switch (coding) {
    case FileCoding::kIdentity:
      return "";
    case FileCoding::kGzip:
      return ".gz";
    case FileCoding::kBrotli:
      return ".br";
  }
  return "";
}

std::string NameOf(std::string_view name, FileCoding coding) {
  return std::string(name).append(EndingOf(coding));
}

// No name has a NUL.
std::string KeyOf(std::string_view name, FileCoding coding) {
  std::string key(name);
  if (coding != FileCoding::kIdentity) key.append(1, '\0').append(EndingOf(coding));
  return key;
}

// Strong: the kernel's times tell apart what changed after somebody looked (multigrain timestamps,
// Linux 6.13), and before that what changed in different ticks.
std::string MakeEtag(const FileStatus& status, FileCoding coding) {
  char text[64];
  const int length = std::snprintf(
      text, sizeof(text), "\"%llx-%llx%s\"", static_cast<unsigned long long>(status.modified_ns),
      static_cast<unsigned long long>(status.size), std::string(EndingOf(coding)).c_str());
  return std::string(text, static_cast<size_t>(length));
}

}  // namespace

Http1FileCache::Http1FileCache(FileRoot root, MimeTypes types, Http1FileCacheOptions options)
    : root_(std::move(root)), types_(std::move(types)), options_(std::move(options)) {}

Http1FileCache::Found Http1FileCache::Get(std::string_view name, FileCoding coding, TimePoint now) {
  const std::string key = KeyOf(name, coding);
  Known known = Lookup(key, now);
  if (known.fresh) return {FileError::kNone, std::move(known.file)};
  if (known.file != nullptr && Unchanged(*known.file, name, coding)) {
    const std::lock_guard lock(mutex_);
    ++stats_.checks;
    const auto place = by_key_.find(key);
    if (place != by_key_.end() && place->second->file == known.file) {
      place->second->checked = now;
      place->second->round = known.round;
    }
    return {FileError::kNone, std::move(known.file)};
  }
  Found found = Load(name, coding);
  if (found.error == FileError::kOutOfFiles && known.of_this_round) {
    return {FileError::kNone, std::move(known.file)};
  }
  const std::lock_guard lock(mutex_);
  if (const auto place = by_key_.find(key); place != by_key_.end()) Forget(place->second);
  if (found.error == FileError::kNone) Keep({key, found.file, now, known.round});
  return found;
}

Http1CachedFilePtr Http1FileCache::GetFresh(std::string_view name, TimePoint now) {
  Known known = Lookup(name, now);
  return known.fresh ? std::move(known.file) : nullptr;
}

Http1FileCache::Known Http1FileCache::Lookup(std::string_view key, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto place = by_key_.find(key);
  if (place == by_key_.end())
    return {.file = nullptr, .of_this_round = false, .fresh = false, .round = round_};
  entries_.splice(entries_.begin(), entries_, place->second);
  const Entry& entry = *place->second;
  const bool of_this_round = entry.round == round_;
  const bool fresh = of_this_round && now < After(entry.checked, options_.fresh_for);
  if (fresh) ++stats_.hits;
  return {.file = entry.file, .of_this_round = of_this_round, .fresh = fresh, .round = round_};
}

bool Http1FileCache::Unchanged(const Http1CachedFile& file, std::string_view name,
                               FileCoding coding) const {
  FileStatus status;
  if (root_.Status(NameOf(name, coding), &status) != FileError::kNone) return false;
  if (status != file.status) return false;
  if (coding != FileCoding::kIdentity) return true;
  return HasNeighbour(name, FileCoding::kGzip, status) == file.gzip &&
         HasNeighbour(name, FileCoding::kBrotli, status) == file.brotli;
}

// One that is older was made of something else.
bool Http1FileCache::HasNeighbour(std::string_view name, FileCoding coding,
                                  const FileStatus& of) const {
  if (!options_.precompressed || of.is_directory) return false;
  FileStatus status;
  return root_.Status(NameOf(name, coding), &status) == FileError::kNone && !status.is_directory &&
         status.modified_ns >= of.modified_ns;
}

Http1FileCache::Found Http1FileCache::Load(std::string_view name, FileCoding coding) const {
  FileRoot::Opened opened = root_.OpenFile(NameOf(name, coding));
  if (opened.error != FileError::kNone) return {opened.error, nullptr};
  auto file = std::make_shared<Http1CachedFile>();
  file->status = opened.status;
  if (!opened.status.is_directory) {
    file->file = std::move(opened.file);
    file->type = types_.Of(name);
    if (coding == FileCoding::kIdentity) {
      file->gzip = HasNeighbour(name, FileCoding::kGzip, opened.status);
      file->brotli = HasNeighbour(name, FileCoding::kBrotli, opened.status);
    }
    if (opened.status.size <= options_.content_file_bytes_max && Read(file.get())) file->file = {};
    WriteFields(coding, file.get());
  }
  return {FileError::kNone, std::move(file)};
}

// False where it cannot be, or changes meanwhile: it is then sent from where it is.
bool Http1FileCache::Read(Http1CachedFile* file) const {
  std::string content(file->status.size, '\0');
  size_t have = 0;
  while (have < content.size()) {
    const ssize_t count = pread(file->file.fd(), content.data() + have, content.size() - have,
                                static_cast<off_t>(have));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    have += static_cast<size_t>(count);
  }
  file->content = std::move(content);
  file->has_content = true;
  return true;
}

void Http1FileCache::WriteFields(FileCoding coding, Http1CachedFile* file) const {
  file->etag = MakeEtag(file->status, coding);
  file->modified = file->status.modified_ns / kNanosecondsPerSecond;
  std::string& fields = file->fields;
  fields = "ETag: " + file->etag + "\r\n";
  if (!options_.cache_control.empty()) {
    fields += "Cache-Control: " + options_.cache_control + "\r\n";
  }
  if (file->gzip || file->brotli || coding != FileCoding::kIdentity) {
    fields += "Vary: Accept-Encoding\r\n";
  }
  fields += "Last-Modified: " + Http1Date(std::chrono::seconds(file->modified)) + "\r\n";
  file->fields_of_304_bytes = fields.size();
  fields += "Accept-Ranges: bytes\r\n";
  if (coding == FileCoding::kGzip) fields += "Content-Encoding: gzip\r\n";
  if (coding == FileCoding::kBrotli) fields += "Content-Encoding: br\r\n";
}

void Http1FileCache::Keep(Entry entry) {
  ++stats_.loads;
  stats_.content_bytes += entry.file->content.size();
  entries_.push_front(std::move(entry));
  by_key_.emplace(entries_.front().key, entries_.begin());
  const auto too_much = [this] {
    return entries_.size() > options_.files_max ||
           stats_.content_bytes > options_.content_bytes_max;
  };
  while (!entries_.empty() && too_much()) {
    ++stats_.drops;
    Forget(std::prev(entries_.end()));
  }
}

void Http1FileCache::Forget(Entries::iterator entry) {
  stats_.content_bytes -= entry->file->content.size();
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

void Http1FileCache::Clear() {
  const std::lock_guard lock(mutex_);
  while (!entries_.empty()) Forget(entries_.begin());
}

void Http1FileCache::LookAgain() {
  const std::lock_guard lock(mutex_);
  ++round_;
}

Http1FileCacheStats Http1FileCache::stats() const {
  const std::lock_guard lock(mutex_);
  Http1FileCacheStats stats = stats_;
  stats.files = entries_.size();
  return stats;
}

}  // namespace sluice
