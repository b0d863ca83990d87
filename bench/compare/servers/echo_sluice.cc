// Sluice as its README shows it, through the public interface.
// --variant=epoll|io_uring                       an ordinary Handler; with --threads=N a Group
//                                                --http: the HTTP/1.1 server
// --variant=epoll-coroutine|io_uring-coroutine   the same as a conversation
#include <arpa/inet.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bench/compare/hello.h"
#include "bench/compare/servers/server.h"
#include "protocols/http1_server.h"
#include "reactor/coroutine.h"
#include "reactor/group.h"
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

void CheckOrDie(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "echo-sluice: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

template <class T>
T ValueOrDie(absl::StatusOr<T> value) {
  CheckOrDie(value.status());
  return *std::move(value);
}

Conversation EchoConversation(Stream& stream) {
  for (;;) {
    const std::string_view bytes = co_await stream.Receive();
    if (bytes.empty()) co_return;
    stream.Send(bytes);
    stream.Consume(bytes.size());
  }
}

// "io_uring-coroutine".
struct Variant {
  explicit Variant(std::string_view text) {
    constexpr std::string_view kSuffix = "-coroutine";
    coroutine =
        text.size() > kSuffix.size() && text.substr(text.size() - kSuffix.size()) == kSuffix;
    if (coroutine) text.remove_suffix(kSuffix.size());
    backend = ValueOrDie(ParseBackendKind(text));
  }
  BackendKind backend;
  bool coroutine = false;
};

absl::StatusOr<Listener*> Listen(Loop& loop, const std::string& address, bool coroutine,
                                 const ListenerOptions& options) {
  if (!coroutine) return loop.Listen<Echo>(address, options);
  const absl::StatusOr<Endpoint> endpoint = ResolveEndpoint(address);
  if (!endpoint.ok()) return endpoint.status();
  return loop.Listen(*endpoint, options, ConversationFactory(EchoConversation));
}

void ServeDatagrams(const ServerFlags& flags, const LoopOptions& options,
                    const std::string& address) {
  const std::unique_ptr<Loop> loop = ValueOrDie(Loop::Create(options));
  DatagramSocketOptions socket;
  if (flags.gro) socket.socket.Set(socket_option::kUdpGro, true);
  const Endpoint endpoint = ValueOrDie(ResolveEndpoint(address));
  PrintReady(ValueOrDie(loop->Bind(endpoint, socket, std::make_unique<DatagramEcho>()))
                 ->endpoint()
                 .port());
  loop->Run();
}

void ServeStreams(const LoopOptions& options, const std::string& address, bool coroutine) {
  const std::unique_ptr<Loop> loop = ValueOrDie(Loop::Create(options));
  PrintReady(ValueOrDie(Listen(*loop, address, coroutine, {}))->endpoint().port());
  loop->Run();
}

void ServeHttp(const LoopOptions& options, const std::string& address) {
  Http1Server server;
  server.Get("/", [](Http1Exchange& exchange) { exchange.Reply(200, "text/plain", kHelloBody); });
  const std::unique_ptr<Loop> loop = ValueOrDie(Loop::Create(options));
  PrintReady(ValueOrDie(server.Listen(*loop, address))->endpoint().port());
  loop->Run();
}

void ServeWithGroup(const ServerFlags& flags, const LoopOptions& options,
                    const std::string& address, bool coroutine) {
  uint16_t port = flags.port;
  const auto group = ValueOrDie(Group::Start(
      {.threads = flags.threads, .loop = options}, [&](Loop& loop, int index) -> absl::Status {
        // The first loop's port is the others' too.
        const std::string own = index == 0 ? address : "127.0.0.1:" + std::to_string(port);
        absl::StatusOr<Listener*> listener = Listen(loop, own, coroutine, {.reuse_port = true});
        if (listener.ok()) port = (*listener)->endpoint().port();
        return listener.status();
      }));
  PrintReady(port);
  group->Join();
}

void Serve(const ServerFlags& flags) {
  const Variant variant(flags.variant);
  LoopOptions options;
  options.backend.kind = variant.backend;
  const std::string address = "127.0.0.1:" + std::to_string(flags.port);
  if (flags.udp) {
    if (variant.coroutine || flags.threads > 1) {
      CheckOrDie(absl::InvalidArgumentError("--udp is one loop and a handler"));
    }
    ServeDatagrams(flags, options, address);
  } else if (flags.http) {
    if (variant.coroutine || flags.threads > 1) {
      CheckOrDie(absl::InvalidArgumentError("--http is one loop and a handler"));
    }
    ServeHttp(options, address);
  } else if (flags.threads > 1) {
    ServeWithGroup(flags, options, address, variant.coroutine);
  } else {
    ServeStreams(options, address, variant.coroutine);
  }
}

}  // namespace
}  // namespace sluice::compare

int main(int argc, char** argv) {
  using namespace sluice::compare;
  Serve(
      ParseServerFlags(argc, argv,
                       {.variants = {"epoll", "io_uring", "epoll-coroutine", "io_uring-coroutine"},
                        .threads_max = kThreadsMax}));
}
