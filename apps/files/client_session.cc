#include "apps/files/client_session.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "apps/files/names.h"
#include "reactor/loop.h"
#include "tools/text/harmless.h"

namespace sluice::files {
namespace {

// It may go better a little later.
bool PassesByItself(TransferError error) {
  return error == TransferError::kBusy || error == TransferError::kOutOfFiles;
}

}  // namespace

uint64_t ClientSession::size() const {
  return sender_ ? sender_->size() : receiver_ ? receiver_->size() : 0;
}

uint64_t ClientSession::there() const {
  return sender_ ? sender_->sent() : receiver_ ? receiver_->received() : 0;
}

uint64_t ClientSession::moved() const {
  return sender_     ? sender_->sent() - sender_->resumed_at()
         : receiver_ ? receiver_->received() - receiver_->resumed_at()
                     : 0;
}

void ClientSession::OnOpen(Connection& connection) {
  Frame hello;
  hello.type = FrameType::kHello;
  hello.name = std::string(kProtocol);
  hello.hash_kind = static_cast<uint8_t>(client_.options_.hash);
  Send(connection, hello);
  Next(connection);
}

// The next file of this client, or the end of this connection.
void ClientSession::Next(Connection& connection) {
  sender_.reset();
  receiver_.reset();
  for (Task task; client_.NextTask(&task);) {
    task_ = std::move(task);
    began_ = loop_.now();
    const std::string error = Ask(connection);
    if (error.empty()) return;
    End(error);
  }
  connection.Close();
}

// An error: nothing was asked.
std::string ClientSession::Ask(Connection& connection) {
  Frame frame;
  frame.type = FrameType::kGet;
  if (task_->direction == Direction::kPut) {
    frame.type = FrameType::kPut;
    std::string error = OpenLocal();
    if (!error.empty()) return error;
    if (sender_->Offer(frame) != FileError::kNone) return task_->local_path + ": cannot be read";
  }
  frame.name = task_->remote_name;
  Send(connection, frame);
  return "";
}

std::string ClientSession::OpenLocal() {
  const std::string& path = task_->local_path;
  const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return path + ": " + std::string(FileErrorText(FileErrorOf(errno)));
  SharedFile file = SharedFile::Adopt(fd);
  FileStatus status;
  FileError error = StatusOfFile(file, &status);
  if (error == FileError::kNone && status.is_directory) error = FileError::kDirectory;
  if (error != FileError::kNone) return path + ": " + std::string(FileErrorText(error));
  sender_.emplace(*this, std::move(file), status, client_.options_.hash);
  return "";
}

void ClientSession::OnFrame(Connection& connection, Frame frame) {
  const bool asked = task_.has_value() && !receiver_.has_value();
  if (frame.type == FrameType::kError) {
    ServerFailed(connection, frame);
  } else if (frame.type == FrameType::kFile && asked && task_->direction == Direction::kGet) {
    Receive(connection, std::move(frame));
  } else {
    Transfer(connection, frame);
  }
}

void ClientSession::Receive(Connection& connection, Frame offer) {
  const LocalPlace place = PlaceOfPath(task_->local_path);
  absl::StatusOr<FileRoot> root = FileRoot::Open(place.directory);
  if (!root.ok()) {
    End(place.directory + ": it is no directory that can be entered");
    return connection.Close();
  }
  root_ = *std::move(root);
  receiver_.emplace(*this, client_.options_.hash, client_.options_.receiving);
  const TransferError error = receiver_->Open(connection, *root_, place.name, std::move(offer));
  if (error != TransferError::kNone) Fail(connection, error);
}

void ClientSession::Transfer(Connection& connection, const Frame& frame) {
  if (receiver_.has_value()) {
    receiver_->Take(connection, frame, [this](Connection& c) {
      Send(c, FrameType::kStored);
      Finish(c);
    });
  } else if (sender_.has_value() && frame.type == FrameType::kHave) {
    sender_->Take(connection, frame);
  } else if (sender_.has_value() && sender_->done() && frame.type == FrameType::kStored) {
    Finish(connection);
  } else {
    Fail(connection, TransferError::kBadRequest, "a frame where it has no meaning");
  }
}

void ClientSession::Finish(Connection& connection) {
  End("");
  Next(connection);
}

void ClientSession::OnBody(Connection& connection, std::string_view piece) {
  receiver_->Write(connection, piece);
}

void ClientSession::OnDrain(Connection& connection) {
  if (sender_) sender_->Pump(connection);
}

// Found here: the disk's, the file's, or what the server sent.
void ClientSession::OnFailure(Connection&, TransferError error, std::string_view text) {
  if (!task_.has_value()) return;
  if (PassesByItself(error)) {
    client_.TaskBroke(*std::exchange(task_, std::nullopt), there(), TransferErrorText(error));
    return;
  }
  if (error == TransferError::kBadRequest) {
    return End("what the server sends is not understood: " + std::string(text));
  }
  const bool disk = error != TransferError::kCorrupt;
  End((disk ? task_->local_path + ": " : "") + std::string(TransferErrorText(error)));
}

void ClientSession::ServerFailed(Connection& connection, const Frame& frame) {
  const auto error = static_cast<TransferError>(frame.code);
  if (receiver_.has_value() && error == TransferError::kChanged) receiver_->Discard();
  if (task_.has_value() && error == TransferError::kBusy) {
    client_.TaskBusy(*std::exchange(task_, std::nullopt));
  } else if (task_.has_value() && PassesByItself(error)) {
    client_.TaskBroke(*std::exchange(task_, std::nullopt), 0, TransferErrorText(error));
  } else if (task_.has_value()) {
    End("the server says: " + std::string(TransferErrorText(error)) +
        (frame.text.empty() ? "" : ": ") + text::Harmless(frame.text));
  }
  connection.Close();
}

void ClientSession::End(std::string error) {
  Outcome outcome;
  outcome.bytes = size();
  outcome.resumed_at = there() - moved();
  outcome.took = loop_.now() - began_;
  outcome.error = std::move(error);
  const Task task = *std::exchange(task_, std::nullopt);
  client_.TaskDone(task, outcome);
}

void ClientSession::OnClose(Connection&, CloseReason reason) {
  if (task_.has_value()) {
    client_.TaskBroke(*std::exchange(task_, std::nullopt), there(), reason.ToString());
  }
  client_.SessionClosed(this, reason);
}

}  // namespace sluice::files
