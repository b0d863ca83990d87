// Sluice as its README shows it: an ordinary Handler through the public interface.
// --variant=epoll|io_uring
#include <arpa/inet.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "bench/compare/servers/server.h"
#include "reactor/loop.h"

namespace sluice::compare {
namespace {

class Echo : public Handler {
  size_t OnData(Connection& connection, std::string_view bytes) override {
    connection.Send(bytes);
    return bytes.size();
  }
};

class DatagramEcho : public DatagramHandler {
  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override {
    for (const Datagram& datagram : batch) socket.Send(*datagram.peer, datagram.bytes);
  }
};

template <class T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "echo-sluice: %s\n", std::string(value.status().message()).c_str());
  std::exit(1);
}

void Serve(const ServerFlags& flags) {
  LoopOptions options;
  options.backend.kind = ValueOrDie(ParseBackendKind(flags.variant));
  const std::unique_ptr<Loop> loop = ValueOrDie(Loop::Create(options));
  const std::string address = "127.0.0.1:" + std::to_string(flags.port);
  if (flags.udp) {
    DatagramSocketOptions socket;
    if (flags.gro) socket.socket.Set(socket_option::kUdpGro, true);
    const Endpoint endpoint = ValueOrDie(ResolveEndpoint(address));
    PrintReady(ValueOrDie(loop->Bind(endpoint, socket, std::make_unique<DatagramEcho>()))
                   ->endpoint()
                   .port());
  } else {
    PrintReady(ValueOrDie(loop->Listen<Echo>(address))->endpoint().port());
  }
  loop->Run();
}

}  // namespace
}  // namespace sluice::compare

int main(int argc, char** argv) {
  sluice::compare::Serve(sluice::compare::ParseServerFlags(argc, argv));
}
