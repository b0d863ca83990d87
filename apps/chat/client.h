// sluice-chat listen, send and join: the room's other end.
#ifndef SLUICE_APPS_CHAT_CLIENT_H_
#define SLUICE_APPS_CHAT_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "apps/chat/link.h"
#include "apps/chat/wire.h"
#include "reactor/loop.h"
#include "reactor/timer.h"

namespace sluice::chat {

struct ClientOptions {
  LinkOptions link;
  std::string nick;       // empty: the room gives one
  bool json = false;      // of Listen
  uint64_t count = 0;     // of Listen: ends after so many lines; 0: never
  double per_second = 0;  // of Send: lines; 0: as fast as they are taken
};

// Each returns main's exit code.
int Listen(const ClientOptions& options, Wire wire, const LoopOptions& loop_options);
int Send(const ClientOptions& options, Wire wire, const LoopOptions& loop_options);
int Join(const ClientOptions& options, Wire wire, const LoopOptions& loop_options);

// What they have in common: a loop, a link, and signals that end it in order.
class Client : public LinkEvents {
 public:
  Client(const ClientOptions& options, Wire wire) : options_(options), wire_(std::move(wire)) {}

  // Until the link has ended. SIGINT and SIGTERM end it in order, a second one at once.
  absl::Status Run(const LoopOptions& loop_options);

 protected:
  // The room has been entered, and the name asked for.
  virtual void Begin() {}
  void OnEnd(const absl::Status& status) override;
  // Ends once the room has taken everything, however slowly it reads.
  void Finish() { link_->Finish(); }
  // The same, and does not wait for a room that does not close its side.
  void FinishSoon();

  bool interrupted() const { return interrupted_; }
  bool is_udp() const { return options_.link.transport == Transport::kUdp; }

  const ClientOptions options_;
  Wire wire_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Link> link_;

 private:
  void OnReady() final;
  void Interrupted();

  absl::Status status_;
  std::unique_ptr<Timer> goodbye_;
  bool ready_ = false;
  bool ended_ = false;
  bool interrupted_ = false;
};

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_CLIENT_H_
