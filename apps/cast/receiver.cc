#include "apps/cast/receiver.h"

#include <cstdio>
#include <string>
#include <utility>

#include "apps/cast/packet.h"
#include "reactor/backend/multicast.h"
#include "tools/cli/command.h"

namespace sluice::cast {
namespace {

constexpr size_t kDropsOfMemoryInfo = 8;  // SK_MEMINFO_DROPS, linux/sock_diag.h

}  // namespace

class Receiver::Ear : public DatagramHandler {
 public:
  Ear(Receiver& receiver, size_t place) : receiver_(receiver), place_(place) {}

  void OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) override {
    receiver_.Take(place_, batch);
  }
  // Those dropped last come with no datagram that could say so.
  void OnStop(DatagramSocket& socket) override {
    const auto memory = socket.GetOption(socket_option::kMemoryInfo);
    receiver_.kernel_drops_ +=
        memory.ok() ? memory->values[kDropsOfMemoryInfo] : socket.stats().kernel_drops;
    socket.Close();
  }

 private:
  Receiver& receiver_;
  const size_t place_;
};

Receiver::Receiver(Loop& loop, const ReceiveSettings& settings)
    : loop_(loop),
      settings_(settings),
      printer_(settings.json ? MakeJsonPrinter() : MakeTextPrinter(settings.places.size() > 1)),
      timer_(loop, [this] { loop_.Stop(); }) {}

absl::Status Receiver::Start() {
  for (size_t place = 0; place < settings_.places.size(); ++place) {
    absl::StatusOr<DatagramSocket*> socket = Open(place);
    if (!socket.ok()) return socket.status();
  }
  for (const Place& place : settings_.places) printer_->Listening(place, loop_.backend_name());
  std::fflush(stdout);
  if (settings_.time != Duration::max()) timer_.ArmAfter(settings_.time);
  return absl::OkStatus();
}

absl::StatusOr<DatagramSocket*> Receiver::Open(size_t number) {
  const Place& place = settings_.places[number];
  DatagramSocketOptions options;
  options.reuse_address = true;  // receivers of one group on one host share its port
  if (IsMulticast(place.endpoint)) {
    GroupMembership membership{.group = place.endpoint, .interface = place.interface.index};
    if (settings_.sources.empty()) options.groups.push_back(membership);
    for (const Endpoint& source : settings_.sources) {
      if (source.family() != place.endpoint.family()) continue;
      membership.source = source;
      options.groups.push_back(membership);
    }
  }
  // A membership of IPv6 does not tell interfaces apart (see GroupMembership), a broadcast has
  // none.
  const bool told_apart = IsMulticast(place.endpoint) && place.endpoint.family() == AF_INET;
  if (place.interface.index != 0 && !told_apart) {
    options.socket.Set(socket_option::kBindToDevice, place.interface.name);
  }
  // Bound to the group itself, so that nothing else that comes to the port is taken for it.
  return loop_.Bind(place.endpoint, std::move(options), std::make_unique<Ear>(*this, number));
}

void Receiver::Take(size_t place, absl::Span<const Datagram> batch) {
  for (const Datagram& datagram : batch) {
    if (Enough()) break;
    HeardDatagram heard{.place = &settings_.places[place],
                        .sender = datagram.peer,
                        .packet = Decode(datagram.bytes),
                        .news = {},
                        .truncated = datagram.truncated};
    heard.news = senders_.Hear(place, *datagram.peer, heard.packet);
    printer_->Datagram(heard);
  }
  std::fflush(stdout);
  const bool nobody_reads = std::ferror(stdout) != 0;
  if ((Enough() || nobody_reads) && !loop_.stopping()) loop_.Stop();
}

bool Receiver::Enough() const {
  return settings_.count != 0 && senders_.datagrams() >= settings_.count;
}

void Receiver::PrintTotals() {
  printer_->End({.places = &settings_.places, .senders = &senders_, .kernel_drops = kernel_drops_});
}

absl::Status Receiver::Result() const {
  if (settings_.count == 0 || Enough()) return absl::OkStatus();
  return absl::DeadlineExceededError("ended after " + std::to_string(senders_.datagrams()) +
                                     " of " + std::to_string(settings_.count) + " datagrams");
}

int Receive(const ReceiveSettings& settings, const LoopOptions& options) {
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(options);
  if (!loop.ok()) return cli::Fail(loop.status());
  Receiver receiver(**loop, settings);
  absl::Status result = receiver.Start();
  if (result.ok()) {
    (*loop)->StopOnSignals();
    (*loop)->Run();
    receiver.PrintTotals();
    result = receiver.Result();
  }
  loop->reset();  // its sockets know the receiver
  return result.ok() ? 0 : cli::Fail(result);
}

}  // namespace sluice::cast
