// sluice-cast send.
#ifndef SLUICE_APPS_CAST_SENDER_H_
#define SLUICE_APPS_CAST_SENDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "apps/cast/settings.h"
#include "reactor/loop.h"
#include "reactor/timer.h"
#include "reactor/udp.h"
#include "tools/terminal/typed_lines.h"

namespace sluice::cast {

// Sends every text to every place. One socket each, which is set to pass that interface.
class Sender {
 public:
  Sender(Loop& loop, const SendSettings& settings);

  absl::Status Start();
  // After the loop ended: prints how many were sent, returns what went wrong.
  absl::Status Result() const;

 private:
  // What a socket may have to send before the next text waits.
  static constexpr size_t kUnsentBytesMax = 256 << 10;

  struct Outlet {
    Place place;
    DatagramSocket* socket = nullptr;  // until it closed
    uint64_t refused = 0;              // as last looked at
    uint64_t sent = 0;
    int said = 0;  // the refusal spoken of last
  };
  class Watcher;

  absl::Status Open(Outlet& outlet);
  absl::Status ReadLines();
  void TakeLine(std::string_view line);
  void Due();
  void SendAgain();
  Duration UntilNext() const;
  bool HasRoom() const;
  void SendToAll(std::string_view text);
  void LookAt(Outlet& outlet);
  void Interrupted();
  void Finish(const absl::Status& status = absl::OkStatus());

  Loop& loop_;
  const SendSettings& settings_;
  const uint64_t run_;
  uint64_t sequence_ = 0;
  uint64_t times_ = 0;  // the text was sent
  std::vector<Outlet> outlets_;
  std::unique_ptr<terminal::TypedLines> lines_;
  Timer timer_;  // the next text may go
  bool finished_ = false;
  absl::Status trouble_;
};

// Runs it until everything is sent or a signal came; returns main's exit code.
int Send(const SendSettings& settings, const LoopOptions& options);

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_SENDER_H_
