#include "protocols/http1_static_files.h"

#include <utility>

namespace sluice {
namespace {

void SendPieces(const Http1FileAnswer& answer, Connection& connection) {
  for (const Http1FileAnswer::Piece& piece : answer.pieces) {
    connection.Send(piece.text);
    if (piece.range.length == 0) continue;
    if (answer.file->has_content) {
      connection.Send(
          std::string_view(answer.file->content).substr(piece.range.offset, piece.range.length));
    } else {
      connection.SendFile(answer.file->file, piece.range.offset, piece.range.length);
    }
  }
}

void ReplyWhole(const Http1CachedFile& file, Http1Exchange& exchange) {
  exchange.AddFieldLines(file.fields);
  exchange.Reply(200, file.type, file.content);
}

}  // namespace

absl::StatusOr<Http1StaticFiles> Http1StaticFiles::Open(const std::string& directory,
                                                        Http1FilesOptions options) {
  absl::StatusOr<std::unique_ptr<Http1Files>> files =
      Http1Files::Open(directory, std::move(options));
  if (!files.ok()) return files.status();
  return Http1StaticFiles(*std::move(files));
}

void Http1StaticFiles::operator()(Http1Exchange& exchange) const {
  const std::string_view path = exchange.Param("path");
  const TimePoint now = exchange.loop().now();
  if (const Http1CachedFilePtr file = files_->Plain(exchange.request(), path, now)) {
    ReplyWhole(*file, exchange);
    return;
  }
  Http1FileAnswer answer = files_->Answer(exchange.request(), path, now);
  exchange.AddFieldLines(answer.made_fields);
  exchange.AddFieldLines(answer.fields);
  if (answer.pieces.empty()) {
    exchange.Reply(answer.status, answer.content_type, {});
    return;
  }
  const int status = answer.status;
  const uint64_t size = answer.size;
  const std::string type = answer.content_type;
  exchange.ReplyFrom(status, type, size, [answer = std::move(answer)](Connection& connection) {
    SendPieces(answer, connection);
  });
}

}  // namespace sluice
