#include "tools/probe/sender.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "reactor/backend/socket_util.h"
#include "reactor/loop.h"

namespace sluice::probe {

absl::StatusOr<std::unique_ptr<FilePieces>> FilePieces::Open(const std::string& name) {
  std::FILE* file = std::fopen(name.c_str(), "rbe");
  if (file == nullptr) return backend::ErrnoStatus(errno, "cannot read " + name);
  std::unique_ptr<FilePieces> pieces(new FilePieces(name, file));
  struct stat found {};
  // Anything else might keep the loop waiting.
  if (fstat(fileno(file), &found) != 0 || !S_ISREG(found.st_mode)) {
    return absl::FailedPreconditionError(name + " is not a regular file");
  }
  return pieces;
}

absl::StatusOr<std::string> FilePieces::Next(size_t size) {
  std::string piece(size, '\0');
  piece.resize(std::fread(piece.data(), 1, size, file_.get()));
  if (piece.empty() && std::ferror(file_.get()) != 0) {
    return backend::ErrnoStatus(errno, "cannot read " + name_);
  }
  return piece;
}

Sender::Sender(Loop& loop, Link& link, Journal& journal)
    : link_(link), journal_(journal), loop_(loop), timer_(loop, [this] { Tick(); }) {}

absl::Status Sender::Start(SendPlan plan, std::function<void()> on_done) {
  Stop();
  if (!plan.file.empty()) {
    absl::StatusOr<std::unique_ptr<FilePieces>> file = FilePieces::Open(plan.file);
    if (!file.ok()) return file.status();
    file_ = *std::move(file);
  }
  plan_ = std::move(plan);
  on_done_ = std::move(on_done);
  sent_ = 0;
  timer_.ArmAfter(Duration(0));
  return absl::OkStatus();
}

void Sender::Stop() {
  timer_.Cancel();
  file_.reset();
  pending_.clear();
}

std::string Sender::NextPiece() {
  if (file_ == nullptr) {
    return plan_.count != 0 && sent_ == plan_.count ? "" : plan_.message;
  }
  absl::StatusOr<std::string> piece = file_->Next(plan_.piece_bytes);
  if (piece.ok()) return *std::move(piece);
  journal_.Error(piece.status());
  return "";
}

void Sender::Tick() {
  if (link_.unsent_bytes() > kUnsentBytesMax) return timer_.ArmAfter(kRetry);
  if (pending_.empty()) pending_ = NextPiece();
  if (pending_.empty()) return Done();
  if (link_.Send(plan_.to, pending_) == 0) {
    return timer_.ArmAfter(std::max(plan_.every, kNobodyRetry));
  }
  ++sent_;
  pending_.clear();
  const bool last = file_ == nullptr && plan_.count != 0 && sent_ == plan_.count;
  if (last) return Done();
  // From deadline to deadline, so that lateness does not add up; what was missed is not made up
  // for.
  timer_.ArmAt(std::max(After(timer_.deadline(), plan_.every), loop_.now()));
}

void Sender::Done() {
  Stop();
  if (on_done_) std::exchange(on_done_, nullptr)();
}

}  // namespace sluice::probe
