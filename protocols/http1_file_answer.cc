#include "protocols/http1_file_answer.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/hash/hash.h"
#include "protocols/http1_accept_encoding.h"
#include "protocols/http1_conditional.h"
#include "protocols/http1_listing.h"
#include "protocols/http1_lists.h"
#include "protocols/http1_semantics.h"

namespace sluice {
namespace {

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kText = "text/plain; charset=utf-8";

void SetText(std::string text, std::string_view type, Http1FileAnswer* answer) {
  answer->content_type = std::string(type);
  answer->size = text.size();
  answer->pieces.push_back({std::move(text), {}});
}

Http1FileAnswer Refusal(int status, std::string_view why) {
  Http1FileAnswer answer;
  answer.status = status;
  if (status == 503) answer.fields = "Retry-After: 1\r\n";
  SetText(std::string(why) + "\n", kText, &answer);
  return answer;
}

// Hidden files and those that are not there look the same.
Http1FileAnswer Refusal(Http1PathError error) {
  const bool absent = error == Http1PathError::kHidden || error == Http1PathError::kTooLong;
  return absent ? Refusal(404, FileErrorText(FileError::kNotFound))
                : Refusal(400, Http1PathErrorText(error));
}

Http1FileAnswer Refusal(FileError error) {
  switch (error) {
    case FileError::kNotFound:
    case FileError::kBadName:
    case FileError::kNotRegular:
    case FileError::kDirectory:
      return Refusal(404, FileErrorText(FileError::kNotFound));
    case FileError::kForbidden:
    case FileError::kOutside:
      return Refusal(403, FileErrorText(error));
    case FileError::kOutOfFiles:
      return Refusal(503, FileErrorText(error));
    default:
      return Refusal(500, FileErrorText(error));
  }
}

// To the same name with a slash, relative: it holds wherever the files are mounted, and a path that
// begins with two slashes does not become the name of a host.
Http1FileAnswer RedirectToSlash(const Http1Request& request) {
  Http1FileAnswer answer = Refusal(301, "it is a directory");
  const std::string_view last = request.path.substr(request.path.rfind('/') + 1);
  answer.fields = "Location: ./";
  answer.fields.append(last).append("/");
  if (request.has_query) answer.fields.append("?").append(request.query);
  answer.fields += "\r\n";
  return answer;
}

// One that ResolveHttp1FilePath would leave as it is, or the cache would not know.
bool IsPlainName(std::string_view path) {
  char before = '/';
  for (const char byte : path) {
    if (byte == '%' || byte == '\\' || (before == '/' && (byte == '.' || byte == '/')))
      return false;
    before = byte;
  }
  return before != '/';
}

// Without If-... and Range.
bool IsPlainRead(const Http1Request& request) {
  for (const Http1Field field : request.fields) {
    const char first = static_cast<char>(field.name[0] | 0x20);
    if (first == 'i' && field.name.size() > 3 && field.name[2] == '-') return false;
    if (first == 'r' && Http1EqualNames(field.name, "Range")) return false;
  }
  return true;
}

void SetWhole(Http1FileAnswer* answer) {
  answer->content_type = std::string(answer->file->type);
  answer->size = answer->file->status.size;
  if (answer->size > 0) answer->pieces.push_back({{}, {0, answer->size}});
}

void SetOneRange(const Http1ByteRange& range, Http1FileAnswer* answer) {
  answer->status = 206;
  answer->content_type = std::string(answer->file->type);
  answer->fields = "Content-Range: " + Http1ContentRange(range, answer->file->status.size) + "\r\n";
  answer->size = range.length;
  answer->pieces.push_back({{}, range});
}

// Not to be foreseen by who wrote the file: hashes differ from process to process.
std::string MakeBoundary(const Http1CachedFile& file) {
  char text[32];
  const size_t hash = absl::HashOf(file.etag, file.status.inode, &file);
  const int length =
      std::snprintf(text, sizeof(text), "sluice-%016llx", static_cast<unsigned long long>(hash));
  return std::string(text, static_cast<size_t>(length));
}

// multipart/byteranges: RFC 9110 14.6.
void SetRanges(const std::vector<Http1ByteRange>& ranges, Http1FileAnswer* answer) {
  const Http1CachedFile& file = *answer->file;
  const std::string boundary = MakeBoundary(file);
  answer->status = 206;
  answer->content_type = "multipart/byteranges; boundary=" + boundary;
  for (const Http1ByteRange& range : ranges) {
    std::string head = "\r\n--" + boundary + "\r\nContent-Type: " + std::string(file.type) +
                       "\r\nContent-Range: " + Http1ContentRange(range, file.status.size) +
                       "\r\n\r\n";
    answer->size += head.size() + range.length;
    answer->pieces.push_back({std::move(head), range});
  }
  std::string end = "\r\n--" + boundary + "--\r\n";
  answer->size += end.size();
  answer->pieces.push_back({std::move(end), {}});
}

Http1FileAnswer Unsatisfiable(Http1CachedFilePtr file) {
  Http1FileAnswer answer = Refusal(416, "the range lies beyond the end");
  answer.fields = "Content-Range: " + Http1ContentRange(file->status.size) + "\r\n";
  return answer;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Http1Files>> Http1Files::Open(const std::string& directory,
                                                             Http1FilesOptions options) {
  if (http1::HasControl(options.cache.cache_control)) {
    return absl::InvalidArgumentError("cache_control is the value of one field: no control bytes");
  }
  absl::StatusOr<FileRoot> root = FileRoot::Open(directory, options.links);
  if (!root.ok()) return root.status();
  return std::unique_ptr<Http1Files>(new Http1Files(*std::move(root), std::move(options)));
}

Http1Files::Http1Files(FileRoot root, Http1FilesOptions options)
    : options_(std::move(options)),
      cache_(std::move(root), MimeTypes::OfSystem(), options_.cache) {}

Http1CachedFilePtr Http1Files::Plain(const Http1Request& request, std::string_view path,
                                     TimePoint now) {
  if (!IsPlainName(path) || !IsPlainRead(request)) return nullptr;
  Http1CachedFilePtr file = cache_.GetFresh(path, now);
  const bool plain = file != nullptr && file->has_content && !file->gzip && !file->brotli;
  return plain ? std::move(file) : nullptr;
}

int64_t Http1Files::UnixTime() const {
  const Duration time = options_.wall_clock
                            ? options_.wall_clock()
                            : Duration(std::chrono::system_clock::now().time_since_epoch());
  return std::chrono::floor<std::chrono::seconds>(time).count();
}

Http1FileAnswer Http1Files::Answer(const Http1Request& request, std::string_view path,
                                   TimePoint now) {
  const Http1FilePath resolved = ResolveHttp1FilePath(path, options_.hidden);
  if (resolved.error != Http1PathError::kNone) return Refusal(resolved.error);
  if (resolved.name.empty()) return OfDirectory(request, resolved, now);
  Http1FileCache::Found found = cache_.Get(resolved.name, FileCoding::kIdentity, now);
  if (found.error != FileError::kNone) return Refusal(found.error);
  if (found.file->status.is_directory) return OfDirectory(request, resolved, now);
  if (resolved.wants_directory) return Refusal(FileError::kNotFound);
  return OfFile(request, Choose(request, resolved.name, std::move(found.file), now));
}

Http1FileAnswer Http1Files::OfDirectory(const Http1Request& request, const Http1FilePath& path,
                                        TimePoint now) {
  // The root, too, where it is mounted at a path without one.
  const bool slash = path.wants_directory || request.path.empty() || request.path.back() == '/';
  if (!slash) return RedirectToSlash(request);
  if (!options_.index.empty()) {
    const std::string name = path.name.empty() ? options_.index : path.name + "/" + options_.index;
    Http1FileCache::Found found = cache_.Get(name, FileCoding::kIdentity, now);
    if (found.error == FileError::kNone && !found.file->status.is_directory) {
      return OfFile(request, Choose(request, name, std::move(found.file), now));
    }
    const bool absent = found.error == FileError::kNone || found.error == FileError::kNotFound;
    if (!absent) return Refusal(found.error);
  }
  return options_.list_directories ? Listing(path) : Refusal(FileError::kNotFound);
}

Http1FileAnswer Http1Files::Listing(const Http1FilePath& path) const {
  std::vector<DirectoryEntry> entries;
  bool cut = false;
  const FileError error = root().List(path.name, options_.listing_entries_max, &entries, &cut);
  if (error != FileError::kNone) return Refusal(error);
  if (options_.hidden == Http1HiddenFiles::kRefused) {
    std::erase_if(entries, [](const DirectoryEntry& entry) { return entry.name[0] == '.'; });
  }
  Http1FileAnswer answer;
  answer.fields = "Cache-Control: no-cache\r\n";
  SetText(RenderHttp1Listing("/" + path.name, path.name.empty(), entries, cut), kHtml, &answer);
  return answer;
}

// The neighbour that the client likes better than the file itself, if any.
Http1CachedFilePtr Http1Files::Choose(const Http1Request& request, std::string_view name,
                                      Http1CachedFilePtr file, TimePoint now) {
  if (!file->gzip && !file->brotli) return file;
  const std::string accepted = http1::JoinedList(request.fields, "Accept-Encoding");
  if (accepted.empty()) return file;
  const int plain = http1::QualityOfEncoding(accepted, "identity");
  const int gzip = file->gzip ? http1::QualityOfEncoding(accepted, "gzip") : 0;
  const int brotli = file->brotli ? http1::QualityOfEncoding(accepted, "br") : 0;
  const int best = std::max(gzip, brotli);
  if (best == 0 || best < plain) return file;
  const FileCoding coding = brotli >= gzip ? FileCoding::kBrotli : FileCoding::kGzip;
  Http1FileCache::Found found = cache_.Get(name, coding, now);
  const bool usable = found.error == FileError::kNone && !found.file->status.is_directory;
  return usable ? std::move(found.file) : std::move(file);
}

Http1FileAnswer Http1Files::OfFile(const Http1Request& request, Http1CachedFilePtr file) const {
  const int64_t unix_time = UnixTime();
  const Http1Validators current{file->etag, file->modified};
  Http1FileAnswer answer;
  answer.file = std::move(file);
  answer.made_fields = answer.file->fields;
  switch (EvaluateHttp1Preconditions(request, &current, unix_time)) {
    case Http1Precondition::kHolds:
      break;
    case Http1Precondition::kNotModified:
      answer.status = 304;
      answer.made_fields = answer.made_fields.substr(0, answer.file->fields_of_304_bytes);
      return answer;
    case Http1Precondition::kFailed:
      return Refusal(412, "a precondition of the request does not hold");
  }
  Http1Ranges ranges;
  // Only a GET has ranges (RFC 9110 14.2).
  if (request.method == Http1Method::kGet && request.fields.Count("Range") == 1 &&
      Http1IfRangeHolds(request, current, unix_time)) {
    ranges =
        ParseHttp1Range(*request.fields.Find("Range"), answer.file->status.size, options_.ranges);
  }
  if (ranges.result == Http1RangeResult::kUnsatisfiable) return Unsatisfiable(answer.file);
  if (ranges.result == Http1RangeResult::kWhole) {
    SetWhole(&answer);
  } else if (ranges.ranges.size() == 1) {
    SetOneRange(ranges.ranges[0], &answer);
  } else {
    SetRanges(ranges.ranges, &answer);
  }
  return answer;
}

}  // namespace sluice
