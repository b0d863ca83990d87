#include "apps/files/server.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/files/channel.h"
#include "apps/files/file_sender.h"
#include "apps/files/names.h"
#include "tools/report/format.h"
#include "tools/text/harmless.h"

namespace sluice::files {
namespace {

// What the connections of a loop share; lives as long as any of them.
struct Service {
  Service(Loop& loop, const FileRoot& r, const ServerOptions& o, DiskThread* thread)
      : root(r), options(o), disk(loop, thread) {}
  const FileRoot& root;
  const ServerOptions& options;
  Disk disk;
};

TransferError Check(std::string_view name, const ServerOptions& options) {
  return CheckName(name, options.name_bytes_max, options.hidden);
}

class Session : public Channel {
 public:
  explicit Session(std::shared_ptr<Service> service)
      : Channel(service->disk), service_(std::move(service)) {}

 private:
  void OnOpen(Connection& connection) override { peer_ = connection.peer_endpoint().ToString(); }
  void OnFrame(Connection& connection, Frame frame) override;
  void OnBody(Connection& connection, std::string_view piece) override {
    receiver_->Write(connection, piece);
  }
  void OnDrain(Connection& connection) override {
    if (sender_) sender_->Pump(connection);
    connection.ResumeReading();
  }
  void OnStop(Connection& connection) override {
    stopping_ = true;
    if (doing_.empty()) connection.Close();
  }
  void OnClose(Connection& connection, CloseReason reason) override;
  void OnFailure(Connection&, TransferError error, std::string_view text) override {
    Log(std::string(TransferErrorText(error)) + (text.empty() ? "" : ": ") + std::string(text));
  }

  void Greet(Connection& connection, const Frame& hello);
  void Ask(Connection& connection, Frame frame);
  void List(Connection& connection, const std::string& name);
  void SendList(Connection& connection, const std::vector<DirectoryEntry>& entries, bool more);
  void Get(Connection& connection, const std::string& name);
  void Put(Connection& connection, Frame offer);
  void Transfer(Connection& connection, const Frame& frame);
  void PeerFailed(Connection& connection, const Frame& error);
  void Finish(Connection& connection, const std::string& what);
  void Log(std::string_view outcome);

  std::shared_ptr<Service> service_;
  std::string peer_;
  std::optional<HashKind> hash_;  // once the client said hello
  std::string doing_;             // "get a.txt"; empty: nothing was asked for
  std::optional<FileSender> sender_;
  std::optional<FileReceiver> receiver_;
  bool stopping_ = false;
};

void Session::OnFrame(Connection& connection, Frame frame) {
  switch (frame.type) {
    case FrameType::kHello:
      return Greet(connection, frame);
    case FrameType::kList:
    case FrameType::kGet:
    case FrameType::kPut:
      return Ask(connection, std::move(frame));
    case FrameType::kError:
      return PeerFailed(connection, frame);
    default:
      return Transfer(connection, frame);
  }
}

void Session::Greet(Connection& connection, const Frame& hello) {
  const bool known = hello.name == kProtocol && IsHashKind(hello.hash_kind);
  if (!known || hash_.has_value()) {
    return Fail(connection, TransferError::kBadRequest, "this is " + std::string(kProtocol));
  }
  hash_ = static_cast<HashKind>(hello.hash_kind);
}

void Session::Ask(Connection& connection, Frame frame) {
  if (!hash_.has_value() || !doing_.empty()) {
    return Fail(connection, TransferError::kBadRequest, "a request where it has no meaning");
  }
  const char* verb = frame.type == FrameType::kList  ? "list"
                     : frame.type == FrameType::kGet ? "get"
                                                     : "put";
  doing_ = verb + (frame.name.empty() ? "" : " " + text::Harmless(frame.name));
  const bool is_root = frame.type == FrameType::kList && frame.name.empty();
  const TransferError error = is_root ? TransferError::kNone : Check(frame.name, service_->options);
  if (error != TransferError::kNone) return Fail(connection, error);
  if (frame.type == FrameType::kList) return List(connection, frame.name);
  if (frame.type == FrameType::kGet) return Get(connection, frame.name);
  Put(connection, std::move(frame));
}

// A directory has any number of entries, and each is looked up.
void Session::List(Connection& connection, const std::string& name) {
  struct Listing {
    std::vector<DirectoryEntry> entries;
    bool more = false;
    FileError error = FileError::kNone;
  };
  auto listing = std::make_shared<Listing>();
  RunOnDisk(
      connection,
      [listing, name, &root = service_->root, &options = service_->options] {
        listing->error = root.List(
            name, options.list_entries_max, &listing->entries, &listing->more,
            [&options](std::string_view n) { return Check(n, options) == TransferError::kNone; });
        return true;
      },
      [this, listing](Connection& c) {
        if (listing->error != FileError::kNone) return Fail(c, TransferErrorOf(listing->error));
        SendList(c, listing->entries, listing->more);
      });
}

void Session::SendList(Connection& connection, const std::vector<DirectoryEntry>& entries,
                       bool more) {
  Frame frame;
  frame.type = FrameType::kEntry;
  for (const DirectoryEntry& entry : entries) {
    frame.name = entry.name;
    frame.flag = entry.status.is_directory;
    frame.size = entry.status.is_directory ? 0 : entry.status.size;
    frame.mode = entry.status.permissions;
    frame.modified_ns = entry.status.modified_ns;
    Send(connection, frame);
  }
  Frame end;
  end.type = FrameType::kEnd;
  end.flag = more;
  Send(connection, end);
  Finish(connection, std::to_string(entries.size()) + " entries");
}

void Session::Get(Connection& connection, const std::string& name) {
  FileRoot::Opened opened = service_->root.OpenFile(name);
  if (opened.error == FileError::kNone && opened.status.is_directory) {
    opened.error = FileError::kDirectory;
  }
  if (opened.error != FileError::kNone) return Fail(connection, TransferErrorOf(opened.error));
  sender_.emplace(*this, std::move(opened.file), opened.status, *hash_);
  Frame file;
  file.type = FrameType::kFile;
  file.name = name;
  const FileError error = sender_->Offer(file);
  if (error != FileError::kNone) return Fail(connection, TransferErrorOf(error));
  Send(connection, file);
}

void Session::Put(Connection& connection, Frame offer) {
  if (!service_->options.writable) return Fail(connection, TransferError::kNotWritable);
  receiver_.emplace(*this, *hash_, service_->options.receiving);
  const std::string name = offer.name;
  const TransferError error = receiver_->Open(connection, service_->root, name, std::move(offer));
  if (error != TransferError::kNone) Fail(connection, error);
}

void Session::Transfer(Connection& connection, const Frame& frame) {
  if (receiver_.has_value()) {
    return receiver_->Take(connection, frame, [this](Connection& c) {
      Send(c, FrameType::kStored);
      Finish(c, report::FormatBytes(static_cast<double>(receiver_->size())) + " stored");
    });
  }
  if (sender_.has_value() && frame.type == FrameType::kHave) {
    return sender_->Take(connection, frame);
  }
  if (sender_.has_value() && sender_->done() && frame.type == FrameType::kStored) {
    return Finish(connection, report::FormatBytes(static_cast<double>(sender_->size())) + " sent");
  }
  Fail(connection, TransferError::kBadRequest, "a frame where it has no meaning");
}

void Session::PeerFailed(Connection& connection, const Frame& error) {
  const auto code = static_cast<TransferError>(error.code);
  if (receiver_.has_value() && code == TransferError::kChanged) receiver_->Discard();
  Log("the client says: " + std::string(TransferErrorText(code)));
  connection.Close();
}

void Session::Finish(Connection& connection, const std::string& what) {
  Log(what);
  sender_.reset();
  receiver_.reset();
  if (stopping_) return connection.Close();
  // Who asks on and on and takes no answer must not fill the memory: the next request waits.
  if (connection.unsent_bytes() > connection.limits().output_high_water_bytes) {
    connection.PauseReading();
  }
}

void Session::OnClose(Connection&, CloseReason reason) {
  if (!doing_.empty()) Log("broken off: " + reason.ToString());
}

void Session::Log(std::string_view outcome) {
  if (service_->options.log) {
    service_->options.log(peer_ + " " + (doing_.empty() ? "hello" : doing_) + ": " +
                          text::Harmless(outcome));
  }
  doing_.clear();
}

}  // namespace

HandlerFactory ServerFactory(Loop& loop, const FileRoot& root, const ServerOptions& options,
                             DiskThread* thread) {
  auto service = std::make_shared<Service>(loop, root, options, thread);
  return [service]() -> std::unique_ptr<Handler> { return std::make_unique<Session>(service); };
}

}  // namespace sluice::files
