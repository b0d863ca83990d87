#include <utility>

#include "apps/files/names.h"
#include "apps/files/plain.h"
#include "reactor/connection.h"
#include "reactor/timer.h"
#include "tools/text/harmless.h"

namespace sluice::files {
namespace {

struct Source {
  TransferError error = TransferError::kNone;
  SharedFile file;
  uint64_t size = 0;
};

Source OpenSource(const FileRoot& root, const PlainServerOptions& options, std::string_view name) {
  Source source;
  source.error = CheckName(name, options.name_bytes_max, options.hidden);
  if (source.error != TransferError::kNone) return source;
  FileRoot::Opened opened = root.OpenFile(name);
  if (opened.error == FileError::kNone && opened.status.is_directory) {
    opened.error = FileError::kDirectory;
  }
  source.error = TransferErrorOf(opened.error);
  source.file = std::move(opened.file);
  source.size = opened.status.size;
  return source;
}

// What both servers do: wait, and say how it went.
class PlainSession : public Handler {
 public:
  PlainSession(const FileRoot& root, const PlainServerOptions& options)
      : root_(root), options_(options) {}

  void OnOpen(Connection& connection) override {
    peer_ = connection.peer_endpoint().ToString();
    Loop& loop = connection.loop();
    timer_ = std::make_unique<Timer>(loop, [this, &loop, id = connection.id()] {
      if (Connection* found = loop.Find(id)) OnPause(*found);
    });
  }

 protected:
  virtual void OnPause(Connection& connection) = 0;

  void Wait() { timer_->ArmAfter(options_.pause); }
  void Log(std::string_view name, std::string_view outcome) const {
    if (options_.log) {
      options_.log(peer_ + " get " + text::Harmless(name) + ": " + std::string(outcome));
    }
  }

  const FileRoot& root_;
  const PlainServerOptions& options_;

 private:
  std::string peer_;
  std::unique_ptr<Timer> timer_;
};

class BareSession : public PlainSession {
 public:
  using PlainSession::PlainSession;

 private:
  // A name may come in two pieces, and nothing says which is the last: silence does, or the end.
  size_t OnData(Connection& connection, std::string_view bytes) override {
    if (served_) return bytes.size();
    name_ += bytes;
    if (name_.size() <= options_.name_bytes_max + 2) {
      Wait();
    } else {
      Serve(connection);
    }
    return bytes.size();
  }
  void OnEnd(Connection& connection) override { Serve(connection); }
  void OnPause(Connection& connection) override { Serve(connection); }

  // There is no way to tell the client what went wrong: it gets nothing, as for an empty file.
  void Serve(Connection& connection) {
    if (std::exchange(served_, true)) return;
    while (!name_.empty() && (name_.back() == '\n' || name_.back() == '\r')) name_.pop_back();
    if (options_.decode_name) name_ = options_.decode_name(name_);
    Source source = OpenSource(root_, options_, name_);
    if (source.error == TransferError::kNone) {
      connection.SendFile(std::move(source.file), 0, source.size);
    }
    Log(name_, source.error == TransferError::kNone ? "found" : TransferErrorText(source.error));
    connection.Close();
  }

  std::string name_;
  bool served_ = false;
};

class MarkerSession : public PlainSession {
 public:
  using PlainSession::PlainSession;

 private:
  enum class Next { kFile, kMarker, kAcknowledgement };

  void OnOpen(Connection& connection) override {
    PlainSession::OnOpen(connection);
    // So that OnDrain tells when all of it has left.
    ConnectionLimits limits = connection.limits();
    limits.output_high_water_bytes = limits.output_low_water_bytes = 0;
    limits.output_pauses_reading = false;
    connection.SetLimits(limits);
    source_ = OpenSource(root_, options_, options_.marker_name);
    if (source_.error != TransferError::kNone) {
      Log(options_.marker_name, TransferErrorText(source_.error));
      return connection.Close();
    }
    const std::string& name = options_.marker_name;
    connection.Send(options_.encode_name ? options_.encode_name(name) : name);
  }

  void OnDrain(Connection&) override {
    if (next_ != Next::kAcknowledgement) Wait();
  }

  void OnPause(Connection& connection) override {
    if (next_ == Next::kFile) {
      next_ = Next::kMarker;
      connection.SendFile(source_.file, 0, source_.size);
      if (source_.size == 0) Wait();
    } else if (next_ == Next::kMarker) {
      next_ = Next::kAcknowledgement;
      connection.Send(kMarker);
    }
  }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    const bool whole = next_ == Next::kAcknowledgement;
    Log(options_.marker_name, whole ? "acknowledged" : "acknowledged before its end was sent");
    connection.Close();
    return bytes.size();
  }

  Source source_;
  Next next_ = Next::kFile;
};

}  // namespace

HandlerFactory BareServerFactory(const FileRoot& root, const PlainServerOptions& options) {
  return [&root, &options]() -> std::unique_ptr<Handler> {
    return std::make_unique<BareSession>(root, options);
  };
}

HandlerFactory MarkerServerFactory(const FileRoot& root, const PlainServerOptions& options) {
  return [&root, &options]() -> std::unique_ptr<Handler> {
    return std::make_unique<MarkerSession>(root, options);
  };
}

}  // namespace sluice::files
