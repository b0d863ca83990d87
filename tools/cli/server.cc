#include "tools/cli/server.h"

#include <sys/socket.h>

#include <cstdio>
#include <utility>

#include "tools/cli/command.h"
#include "tools/cli/descriptors.h"
#include "tools/cli/port_check.h"

namespace sluice::cli {

std::string_view StreamTransport(const Endpoint& endpoint) {
  return endpoint.is_unix() ? "stream" : "tcp";
}

void PrintListening(std::string_view transport, const Endpoint& endpoint, std::string_view backend,
                    int loops, int backlog) {
  std::string line = "listening " + std::string(transport) + " " + endpoint.ToString() + " (" +
                     std::string(backend) + ", " + std::to_string(loops) +
                     (loops == 1 ? " loop" : " loops");
  if (backlog >= 0) line += ", backlog " + std::to_string(backlog);
  std::printf("%s)\n", line.c_str());
  std::fflush(stdout);
}

int Server::Run() {
  RaiseDescriptorLimit();
  if (absl::Status status = CheckPortsAreFree(); !status.ok()) return Fail(status);
  absl::StatusOr<std::unique_ptr<Group>> group =
      Group::Start(options_, [this](Loop& loop, int index) { return SetUp(loop, index); });
  if (!group.ok()) return Fail(group.status());
  (*group)->StopOnSignals(drain_);
  PrintListening();
  (*group)->Join();
  return 0;
}

// One loop's sockets are not shared: their bind says the same.
absl::Status Server::CheckPortsAreFree() const {
  if (options_.threads == 1) return absl::OkStatus();
  absl::Status status;
  for (const StreamService& service : streams_) {
    status.Update(CheckPortIsFree(service.endpoint, SOCK_STREAM));
  }
  for (const DatagramService& service : datagrams_) {
    status.Update(CheckPortIsFree(service.endpoint, SOCK_DGRAM));
  }
  return status;
}

// The loops are set up one after the other: what the first one bound is known to the next.
absl::Status Server::SetUp(Loop& loop, int index) {
  if (index == 0) {
    backend_name_ = std::string(loop.backend_name());
    backend_reason_ = loop.backend_reason();
  }
  const bool shared = options_.threads != 1;
  for (StreamService& service : streams_) {
    if (service.endpoint.is_unix() && index > 0) continue;
    ListenerOptions options = service.options;
    options.reuse_port = shared && service.endpoint.is_ip();
    absl::StatusOr<Listener*> listener =
        loop.Listen(service.endpoint, std::move(options), service.factory(loop, index));
    if (!listener.ok()) return listener.status();
    service.endpoint = (*listener)->endpoint();
  }
  for (DatagramService& service : datagrams_) {
    if (service.endpoint.is_unix() && index > 0) continue;
    DatagramSocketOptions options = service.options;
    options.reuse_port = shared && service.endpoint.is_ip();
    absl::StatusOr<DatagramSocket*> socket =
        loop.Bind(service.endpoint, std::move(options), service.factory(loop, index));
    if (!socket.ok()) return socket.status();
    service.endpoint = (*socket)->endpoint();
  }
  watches_.push_back(std::make_unique<AcceptWatch>(loop));
  return on_loop_ ? on_loop_(loop, index) : absl::OkStatus();
}

void Server::PrintListening() const {
  // Said where the choice was ours; one asked for by name either works or fails.
  if (options_.loop.backend.kind == BackendKind::kAuto) {
    std::fprintf(stderr, "backend %s\n", backend_reason_.c_str());
  }
  for (const StreamService& service : streams_) {
    const std::string_view transport =
        service.transport.empty() ? StreamTransport(service.endpoint) : service.transport;
    cli::PrintListening(transport, service.endpoint, backend_name_,
                        service.endpoint.is_unix() ? 1 : options_.threads, service.options.backlog);
  }
  for (const DatagramService& service : datagrams_) {
    cli::PrintListening("udp", service.endpoint, backend_name_,
                        service.endpoint.is_unix() ? 1 : options_.threads, -1);
  }
}

}  // namespace sluice::cli
