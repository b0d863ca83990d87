#include "apps/cast/sender.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <random>
#include <utility>

#include "apps/cast/packet.h"
#include "apps/cast/trouble.h"
#include "reactor/backend/multicast.h"
#include "tools/cli/command.h"
#include "tools/report/format.h"

namespace sluice::cast {
namespace {

constexpr Duration kRetry = std::chrono::milliseconds(1);
constexpr Duration kLook = std::chrono::milliseconds(10);  // until the kernel took it or refused

uint64_t DrawRun() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace

// Hears nothing: it looks after what a socket sent.
class Sender::Watcher : public DatagramHandler {
 public:
  Watcher(Sender& sender, Outlet& outlet) : sender_(sender), outlet_(outlet) {}

  void OnDatagrams(DatagramSocket&, absl::Span<const Datagram>) override {}
  void OnStop(DatagramSocket&) override { sender_.Interrupted(); }
  void OnClose(DatagramSocket&) override {
    sender_.LookAt(outlet_);
    outlet_.socket = nullptr;
  }

 private:
  Sender& sender_;
  Outlet& outlet_;
};

Sender::Sender(Loop& loop, const SendSettings& settings)
    : loop_(loop), settings_(settings), run_(DrawRun()), timer_(loop, [this] { Due(); }) {
  for (const Place& place : settings.places) outlets_.push_back({.place = place});
}

absl::Status Sender::Start() {
  for (Outlet& outlet : outlets_) {
    if (absl::Status status = Open(outlet); !status.ok()) return status;
    if (!outlet.place.chosen_by_the_route) continue;
    std::fprintf(stderr, "sending to %s: the routing table's choice, --interface names another\n",
                 outlet.place.ToString().c_str());
  }
  if (!settings_.text) return ReadLines();
  timer_.ArmAfter(Duration(0));
  return absl::OkStatus();
}

absl::Status Sender::Open(Outlet& outlet) {
  const Place& place = outlet.place;
  DatagramSocketOptions options;
  options.broadcast = settings_.broadcast;
  options.reuse_address = settings_.from_port != 0;  // several sockets have it
  if (IsMulticast(place.endpoint)) {
    options.multicast = {
        .interface = place.interface.index, .hops = settings_.hops, .loop = settings_.loopback};
  } else if (place.interface.index != 0) {
    options.socket.Set(socket_option::kBindToDevice, place.interface.name);
  }
  Endpoint local = Endpoint::Any(place.endpoint.family());
  local.set_port(settings_.from_port);
  absl::StatusOr<DatagramSocket*> socket =
      loop_.Bind(local, std::move(options), std::make_unique<Watcher>(*this, outlet));
  if (!socket.ok()) return socket.status();
  outlet.socket = *socket;
  return absl::OkStatus();
}

absl::Status Sender::ReadLines() {
  if (settings_.file != "-") {
    const int file = open(settings_.file.c_str(), O_RDONLY | O_CLOEXEC);
    // What reads standard input then reads this.
    if (file < 0 || dup2(file, STDIN_FILENO) < 0) {
      return absl::ErrnoToStatus(errno, "cannot open " + settings_.file);
    }
    close(file);
  }
  auto lines = terminal::TypedLines::Create(
      loop_, {.prompt = "send> ", .line_bytes_max = kTextBytesMax},
      [this](std::string_view line) { TakeLine(line); },
      [this](const absl::Status& status) { Finish(status); });
  if (!lines.ok()) return lines.status();
  lines_ = *std::move(lines);
  return absl::OkStatus();
}

// Empty lines are not sent: whoever presses Enter twice means nothing by it.
void Sender::TakeLine(std::string_view line) {
  if (line.empty() || finished_) return;
  SendToAll(line);
  const Duration wait = UntilNext();
  if (wait > Duration(0)) {
    lines_->Pause();
    timer_.ArmAfter(wait);
  } else if (!timer_.armed()) {
    timer_.ArmAfter(kLook);
  }
}

void Sender::Due() {
  for (Outlet& outlet : outlets_) LookAt(outlet);
  if (finished_) return;
  if (!HasRoom()) return timer_.ArmAfter(kRetry);
  lines_ ? lines_->Resume() : SendAgain();
}

void Sender::SendAgain() {
  SendToAll(*settings_.text);
  if (++times_ == settings_.count) return Finish();
  timer_.ArmAfter(UntilNext());
}

Duration Sender::UntilNext() const {
  return HasRoom() ? settings_.interval : std::max(settings_.interval, kRetry);
}

bool Sender::HasRoom() const {
  for (const Outlet& outlet : outlets_) {
    if (outlet.socket != nullptr && outlet.socket->unsent_bytes() > kUnsentBytesMax) return false;
  }
  return true;
}

void Sender::SendToAll(std::string_view text) {
  const std::string numbered =
      settings_.plain ? std::string(text) : Encode({run_, ++sequence_}, text);
  for (Outlet& outlet : outlets_) {
    if (outlet.socket != nullptr) outlet.socket->Send(outlet.place.endpoint, numbered);
  }
}

// What never works ends the program; what may work again is said once.
void Sender::LookAt(Outlet& outlet) {
  if (outlet.socket == nullptr) return;
  const DatagramStats& stats = outlet.socket->stats();
  outlet.sent = stats.sent;
  if (stats.refused == outlet.refused) return;
  outlet.refused = stats.refused;
  const int error = outlet.socket->last_send_error();
  const absl::Status why = WhyNotSent(error, outlet.place, settings_.broadcast);
  if (!MayPass(error) || outlet.sent == 0 || finished_) return Finish(why);
  if (std::exchange(outlet.said, error) != error) cli::Warn(std::string(why.message()));
}

void Sender::Finish(const absl::Status& status) {
  trouble_.Update(status);
  if (std::exchange(finished_, true)) return;
  timer_.Cancel();
  lines_.reset();  // the prompt goes before anything is said
  for (Outlet& outlet : outlets_) {
    if (outlet.socket != nullptr) outlet.socket->Close();
  }
  if (!loop_.stopping()) loop_.Stop();
}

// By a signal.
void Sender::Interrupted() {
  const bool early = settings_.text && settings_.count != 0 && !finished_;
  Finish(early ? absl::AbortedError("interrupted: " + std::to_string(times_) + " of " +
                                    std::to_string(settings_.count) + " were sent")
               : absl::OkStatus());
}

absl::Status Sender::Result() const {
  for (const Outlet& outlet : outlets_) {
    if (outlet.sent == 0) continue;
    std::printf("sent %s to %s\n", report::FormatExact(outlet.sent).c_str(),
                outlet.place.ToString().c_str());
  }
  if (!trouble_.ok()) return trouble_;
  for (const Outlet& outlet : outlets_) {
    if (outlet.refused == 0) continue;
    return absl::UnavailableError(std::to_string(outlet.refused) + " datagrams to " +
                                  outlet.place.ToString() + " were not sent");
  }
  return absl::OkStatus();
}

int Send(const SendSettings& settings, const LoopOptions& options) {
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(options);
  if (!loop.ok()) return cli::Fail(loop.status());
  Sender sender(**loop, settings);
  absl::Status result = sender.Start();
  if (result.ok()) {
    (*loop)->StopOnSignals();
    (*loop)->Run();
    result = sender.Result();
  }
  loop->reset();  // its sockets know the sender
  return result.ok() ? 0 : cli::Fail(result);
}

}  // namespace sluice::cast
