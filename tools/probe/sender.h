// Sends on a schedule: a message again and again, or a file piece by piece.
#ifndef SLUICE_TOOLS_PROBE_SENDER_H_
#define SLUICE_TOOLS_PROBE_SENDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/timer.h"
#include "tools/probe/journal.h"
#include "tools/probe/link.h"

namespace sluice::probe {

struct SendPlan {
  std::string message;
  std::string file;           // not empty: its pieces instead of the message
  size_t piece_bytes = 1024;  // of a file
  Duration every{0};          // between two sends
  uint64_t count = 1;         // of the message; 0: for ever
  int to = kAllPeers;
};

// A regular file, read from its beginning in pieces.
class FilePieces {
 public:
  // Errors say which file and why.
  static absl::StatusOr<std::unique_ptr<FilePieces>> Open(const std::string& file);
  // At most `size` bytes; empty at the end.
  absl::StatusOr<std::string> Next(size_t size);

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  FilePieces(std::string name, std::FILE* file) : name_(std::move(name)), file_(file) {}
  std::string name_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

// One plan at a time, on the loop's thread. May outlive the loop.
class Sender {
 public:
  // What may be unsent before the next message or piece waits for it to leave.
  static constexpr size_t kUnsentBytesMax = 256 << 10;

  Sender(Loop& loop, Link& link, Journal& journal);

  // Replaces the plan before. The first send is at once, or as soon as somebody is there to send
  // to: rounds without anybody do not count. `on_done` is called after the last one.
  absl::Status Start(SendPlan plan, std::function<void()> on_done);
  void Stop();
  bool busy() const { return timer_.armed(); }

 private:
  static constexpr Duration kRetry = std::chrono::milliseconds(2);
  static constexpr Duration kNobodyRetry = std::chrono::milliseconds(50);

  void Tick();
  // Empty: there is no more.
  std::string NextPiece();
  void Done();

  Link& link_;
  Journal& journal_;
  Loop& loop_;
  SendPlan plan_;
  std::unique_ptr<FilePieces> file_;
  std::string pending_;  // read, and not sent for want of a peer
  uint64_t sent_ = 0;
  std::function<void()> on_done_;
  Timer timer_;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_SENDER_H_
