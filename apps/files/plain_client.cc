#include <algorithm>
#include <string>
#include <utility>

#include "apps/files/names.h"
#include "apps/files/plain.h"
#include "protocols/file_writer.h"
#include "reactor/connection.h"
#include "reactor/timer.h"

namespace sluice::files {
namespace {

// What both clients do: write what comes, whole or not at all. Nothing is kept of a part: without
// size and hash nobody can tell what is missing.
class PlainClient : public Handler {
 public:
  explicit PlainClient(PlainFetch& fetch) : fetch_(fetch) {}

  void OnClose(Connection& connection, CloseReason reason) override {
    if (!over_) fetch_.error = reason.ToString();
    connection.loop().Stop(Duration(0));
  }

 protected:
  void End(Connection& connection, std::string error) {
    over_ = true;
    fetch_.error = std::move(error);
    connection.Close();
  }
  bool over() const { return over_; }

  FileError Begin(const std::string& path) {
    const LocalPlace place = PlaceOfPath(path);
    absl::StatusOr<FileRoot> root = FileRoot::Open(place.directory);
    if (!root.ok()) return FileError::kNotFound;
    return writer_.Begin(*root, place.name, {.bytes_max = UINT64_MAX});
  }
  // False: the disk failed, and the connection ends.
  bool Write(Connection& connection, std::string_view bytes) {
    fetch_.bytes += bytes.size();
    return Worked(connection, writer_.Write(bytes));
  }
  bool Commit(Connection& connection) { return Worked(connection, writer_.Commit()); }
  bool Worked(Connection& connection, FileError error) {
    if (error == FileError::kNone) return true;
    End(connection, fetch_.local_path + ": " + std::string(FileErrorText(error)));
    return false;
  }

  PlainFetch& fetch_;

 private:
  FileWriter writer_;
  bool over_ = false;
};

class BareClient : public PlainClient {
 public:
  using PlainClient::PlainClient;

 private:
  // The end of our stream is the end of the name, for servers that look.
  void OnOpen(Connection& connection) override {
    connection.Send(fetch_.name);
    connection.EndOutput();
  }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    const bool first = fetch_.bytes == 0;
    if (!first || Worked(connection, Begin(fetch_.local_path))) Write(connection, bytes);
    return bytes.size();
  }

  void OnEnd(Connection& connection) override {
    if (fetch_.bytes == 0) {
      return End(connection,
                 "nothing came: the file is missing or empty, and --protocol=bare "
                 "cannot say which");
    }
    if (Commit(connection)) End(connection, "");
  }
};

class MarkerClient : public PlainClient {
 public:
  using PlainClient::PlainClient;

 private:
  void OnOpen(Connection& connection) override {
    Loop& loop = connection.loop();
    silence_ = std::make_unique<Timer>(loop, [this, &loop, id = connection.id()] {
      if (Connection* found = loop.Find(id)) OnSilence(*found);
    });
  }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    if (!named_) {
      name_ += bytes;
      if (name_.size() > kNameBytesMax) {
        End(connection, "the server sends no name: more than " + std::to_string(kNameBytesMax) +
                            " bytes without a pause");
        return bytes.size();
      }
      silence_->ArmAfter(fetch_.pause / 2);
    } else if (!over()) {
      Take(connection, bytes);
    }
    return bytes.size();
  }

  void OnEnd(Connection& connection) override {
    if (named_ && held_back_ == kMarker) return Store(connection);
    End(connection, "the server ended before its end mark");
  }

  void OnSilence(Connection& connection) {
    if (named_) return Store(connection);
    named_ = true;
    if (fetch_.decode_name) name_ = fetch_.decode_name(name_);
    const bool usable = CheckName(name_, 255, false) == TransferError::kNone &&
                        name_.find('/') == std::string::npos;
    if (fetch_.local_path.empty() && !usable) {
      return End(connection,
                 "the name the server sent is none, or stuck to the file behind it: "
                 "name a file with -o");
    }
    if (fetch_.local_path.empty()) fetch_.local_path = name_;
    Worked(connection, Begin(fetch_.local_path));
  }

  // The last two bytes so far may be the mark: only if nothing comes behind them for longer than
  // the server pauses before it sends the mark.
  void Take(Connection& connection, std::string_view bytes) {
    std::string joined = std::move(held_back_);
    joined += bytes;
    const size_t kept = std::min(joined.size(), kMarker.size());
    held_back_ = joined.substr(joined.size() - kept);
    joined.resize(joined.size() - kept);
    if (!Write(connection, joined)) return;
    if (held_back_ == kMarker) {
      silence_->ArmAfter(3 * fetch_.pause);
    } else {
      silence_->Cancel();
    }
  }

  void Store(Connection& connection) {
    if (over() || !Commit(connection)) return;
    connection.Send("ok");
    End(connection, "");
  }

  static constexpr size_t kNameBytesMax = 1024;  // a pause may never come
  std::string name_;
  bool named_ = false;
  std::string held_back_;
  std::unique_ptr<Timer> silence_;
};

}  // namespace

std::unique_ptr<Handler> MakeBareClient(PlainFetch& fetch) {
  return std::make_unique<BareClient>(fetch);
}

std::unique_ptr<Handler> MakeMarkerClient(PlainFetch& fetch) {
  return std::make_unique<MarkerClient>(fetch);
}

}  // namespace sluice::files
