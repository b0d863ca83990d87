#include "apps/httpd/uploads.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "protocols/file_writer.h"
#include "protocols/http1_file_path.h"

namespace sluice::httpd {
namespace {

int StatusOf(FileError error) {
  switch (error) {
    case FileError::kNone:
      return 200;
    case FileError::kNotFound:
      return 404;
    case FileError::kForbidden:
    case FileError::kOutside:
    case FileError::kReadOnly:
      return 403;
    case FileError::kDirectory:
    case FileError::kNotRegular:
    case FileError::kBusy:
      return 409;
    case FileError::kBadName:
      return 400;
    case FileError::kExists:
      return 412;
    case FileError::kTooLarge:
      return 413;
    case FileError::kNoSpace:
      return 507;
    case FileError::kOutOfFiles:
      return 503;
    case FileError::kIo:
      return 500;
  }
  return 500;
}

void ReplyError(Http1Exchange& exchange, FileError error) {
  const std::string text = absl::StrCat(std::string(FileErrorText(error)), "\n");
  exchange.Reply(StatusOf(error), "text/plain; charset=utf-8", text);
}

// What a PUT or POST is about, until its answer.
struct Upload {
  FileWriter writer;
  bool existed = false;
  std::string location;  // of a POST: where the file will be
};

class Uploads {
 public:
  Uploads(Http1FileCache& files, UploadOptions options)
      : files_(files), options_(std::move(options)) {}

  void Put(Http1Exchange& exchange) const {
    const std::optional<Http1FilePath> path = Begin(exchange);
    if (!path.has_value()) return;
    if (path->wants_directory || path->name.empty()) {
      return exchange.Reply(409, "text/plain", "the path names a directory\n");
    }
    FileWriterOptions writing{.bytes_max = options_.bytes_max};
    const auto if_none_match = exchange.request().fields.Find("If-None-Match");
    writing.replace = !(if_none_match.has_value() && *if_none_match == "*");
    auto upload = std::make_unique<Upload>();
    FileStatus status;
    upload->existed = files_.root().Status(path->name, &status) == FileError::kNone;
    Receive(exchange, path->name, writing, std::move(upload));
  }

  void Post(Http1Exchange& exchange) const {
    const std::optional<Http1FilePath> path = Begin(exchange);
    if (!path.has_value()) return;
    FileStatus status;
    if (const FileError error = files_.root().Status(path->name, &status);
        error != FileError::kNone) {
      return ReplyError(exchange, error);
    }
    if (!status.is_directory) {
      return exchange.Reply(409, "text/plain", "POST goes to a directory; PUT replaces a file\n");
    }
    auto upload = std::make_unique<Upload>();
    const std::string name = absl::StrCat(path->name, path->name.empty() ? "" : "/", NewName());
    upload->location = "/" + EscapeHttp1Path(name);
    Receive(exchange, name, {.bytes_max = options_.bytes_max, .replace = false}, std::move(upload));
  }

  void Delete(Http1Exchange& exchange) const {
    const std::optional<Http1FilePath> path = Begin(exchange);
    if (!path.has_value()) return;
    const FileError error = files_.root().Delete(path->name);
    if (error != FileError::kNone) return ReplyError(exchange, error);
    files_.LookAgain();
    exchange.Reply(204);
  }

 private:
  // Unset where it was answered.
  std::optional<Http1FilePath> Begin(Http1Exchange& exchange) const {
    if (!Admitted(exchange)) {
      exchange.AddHeader("WWW-Authenticate", R"(Basic realm="uploads", charset="UTF-8")");
      exchange.Reply(401);
      return std::nullopt;
    }
    Http1FilePath path = ResolveHttp1FilePath(exchange.request().path, Http1HiddenFiles::kRefused);
    if (path.error == Http1PathError::kNone) return path;
    exchange.Reply(400, "text/plain; charset=utf-8",
                   absl::StrCat(std::string(Http1PathErrorText(path.error)), "\n"));
    return std::nullopt;
  }

  bool Admitted(const Http1Exchange& exchange) const {
    if (!options_.credentials.has_value()) return true;
    const auto given = exchange.request().fields.Find("Authorization");
    return given.has_value() && options_.credentials->Admit(*given);
  }

  void Receive(Http1Exchange& exchange, std::string_view name, const FileWriterOptions& writing,
               std::unique_ptr<Upload> upload) const {
    const FileError error = upload->writer.Begin(files_.root(), name, writing);
    if (error == FileError::kNotFound) {
      return exchange.Reply(409, "text/plain", "there is no such directory\n");
    }
    if (error != FileError::kNone) return ReplyError(exchange, error);
    exchange.StreamBody(
        [this, upload = std::move(upload)](Http1Exchange& e, std::string_view piece, bool last) {
          Take(e, *upload, piece, last);
        });
  }

  // What was written so far goes with the writer, where the client goes or an error ends it.
  void Take(Http1Exchange& exchange, Upload& upload, std::string_view piece, bool last) const {
    if (exchange.begun()) return;  // refused; the rest is of no interest
    FileError error = upload.writer.Write(piece);
    if (error == FileError::kNone && last) error = upload.writer.Commit();
    if (error != FileError::kNone) return ReplyError(exchange, error);
    if (!last) return;
    files_.LookAgain();
    if (!upload.location.empty()) exchange.AddHeader("Location", upload.location);
    exchange.Reply(upload.existed ? 204 : 201);
  }

  // Told apart by the clock, and by a counter within its tick and after a step back.
  static std::string NewName() {
    static std::atomic<uint32_t> counter{0};
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
    return absl::StrCat("upload-", ms, "-", counter.fetch_add(1));
  }

  Http1FileCache& files_;
  const UploadOptions options_;
};

}  // namespace

void AddUploads(Http1Server& server, Http1FileCache& files, UploadOptions options) {
  const auto uploads = std::make_shared<const Uploads>(files, std::move(options));
  constexpr std::string_view kEverywhere = "/{path...}";
  server.Put(kEverywhere, [uploads](Http1Exchange& exchange) { uploads->Put(exchange); });
  server.Post(kEverywhere, [uploads](Http1Exchange& exchange) { uploads->Post(exchange); });
  server.Delete(kEverywhere, [uploads](Http1Exchange& exchange) { uploads->Delete(exchange); });
}

}  // namespace sluice::httpd
