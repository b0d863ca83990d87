#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/chat/link.h"
#include "apps/chat/udp_control.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice::chat {
namespace {

constexpr Duration kAskAgain = std::chrono::milliseconds(300);
constexpr int kAsksMax = 10;
// Far below what a room waits for, so that some may be lost.
constexpr Duration kSignOfLife = std::chrono::seconds(15);
constexpr int kUnansweredMax = 4;
constexpr Duration kGoodbye = std::chrono::seconds(1);
constexpr std::string_view kRegister = "register";

class UdpLink;

// The socket belongs to the loop; the link may go before it.
struct Shared {
  UdpLink* link = nullptr;
};

class UdpEnd final : public DatagramHandler {
 public:
  explicit UdpEnd(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override;
  void OnClose(DatagramSocket& socket) override;

 private:
  const std::shared_ptr<Shared> shared_;
};

class UdpLink final : public Link {
 public:
  UdpLink(Loop& loop, const LinkOptions& options, Wire& wire, LinkEvents& events)
      : options_(options), wire_(wire), events_(events), timer_(loop, [this] { Tick(); }) {}
  ~UdpLink() override { shared_->link = nullptr; }

  absl::Status Open(Loop& loop) {
    shared_->link = this;
    const absl::StatusOr<DatagramSocket*> socket =
        loop.Bind(Endpoint::Any(options_.endpoint.family()), {}, std::make_unique<UdpEnd>(shared_));
    if (!socket.ok()) return socket.status();
    socket_ = *socket;
    timer_.ArmAfter(Duration(0));
    return absl::OkStatus();
  }

  void Say(std::string_view line) override { Send(wire_.Encode(line)); }

  size_t unsent_bytes() const override { return socket_ == nullptr ? 0 : socket_->unsent_bytes(); }

  void Finish() override {
    if (socket_ == nullptr || finishing_) return;
    finishing_ = true;
    if (options_.plain) return socket_->Close();
    Send(UdpControl{UdpControl::kLeave, token_}.ToBytes());
    timer_.ArmAfter(kGoodbye);
  }

  void Take(const Datagram& datagram) {
    if (!IsRoom(*datagram.peer)) return;
    const std::optional<UdpControl> control = UdpControl::Parse(datagram.bytes);
    if (control.has_value()) return TakeControl(*control);
    if (UdpControl::Looks(datagram.bytes)) return;
    events_.OnLine(wire_.DecodeAll(datagram.bytes));
  }

  void Closed() {
    socket_ = nullptr;
    timer_.Cancel();
    events_.OnEnd(status_);
  }

 private:
  // Who sends to every interface of this host is answered by one of them.
  bool IsRoom(const Endpoint& peer) const {
    return options_.endpoint.is_any() ? peer.port() == options_.endpoint.port()
                                      : peer == options_.endpoint;
  }

  void Send(std::string_view bytes) {
    if (socket_ != nullptr) socket_->Send(options_.endpoint, bytes);
  }

  void TakeControl(const UdpControl& control) {
    unanswered_ = 0;
    if (control.kind == UdpControl::kToken) {
      token_ = control.token;
      Send(UdpControl{UdpControl::kProof, token_}.ToBytes());
      return;
    }
    if (control.kind != UdpControl::kNoted) return;
    if (finishing_) return socket_->Close();
    timer_.ArmAfter(kSignOfLife);
    if (!std::exchange(ready_, true)) events_.OnReady();
  }

  void Tick() {
    if (finishing_) return socket_->Close();  // whether it heard the goodbye or not
    if (options_.plain) {
      if (options_.hears) Send(kRegister);
      return events_.OnReady();
    }
    if (unanswered_++ == (ready_ ? kUnansweredMax : kAsksMax)) {
      status_ = absl::DeadlineExceededError(
          absl::StrCat(options_.where, " does not answer",
                       ready_ ? " any more"
                              : ": is a sluice-chat there? --plain is for the tutorials' servers"));
      return socket_->Close();
    }
    Send(UdpControl{ready_ ? UdpControl::kProof : UdpControl::kAsk, token_}.ToBytes());
    timer_.ArmAfter(ready_ ? kSignOfLife : kAskAgain);
  }

  const LinkOptions options_;
  Wire& wire_;
  LinkEvents& events_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  DatagramSocket* socket_ = nullptr;
  Timer timer_;
  uint64_t token_ = 0;
  int unanswered_ = 0;
  bool ready_ = false;
  bool finishing_ = false;
  absl::Status status_;
};

void UdpEnd::OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) {
  for (const Datagram& datagram : batch) {
    if (shared_->link != nullptr) shared_->link->Take(datagram);
  }
}

void UdpEnd::OnClose(DatagramSocket&) {
  if (shared_->link != nullptr) shared_->link->Closed();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Link>> OpenUdpLink(Loop& loop, const LinkOptions& options,
                                                  Wire& wire, LinkEvents& events) {
  auto link = std::make_unique<UdpLink>(loop, options, wire, events);
  if (absl::Status status = link->Open(loop); !status.ok()) return status;
  return link;
}

}  // namespace sluice::chat
