// Runs a server: listeners and datagram sockets on a Group of loops, until a signal.
//
//   cli::Server server(cli::GroupOptionsFromFlags());
//   server.AddStream({.endpoint = endpoint, .factory = [](Loop&, int) -> HandlerFactory {
//     return [] { return std::make_unique<Echo>(); };
//   }});
//   return server.Run();
//
// Prints one line a listener once it accepts, on standard output, and nothing else there:
//
//   listening tcp 127.0.0.1:9999 (io_uring, 1 loop, backlog 128)
//   listening udp 127.0.0.1:9999 (io_uring, 1 loop)
//   listening stream unix:/run/echo.sock (io_uring, 1 loop, backlog 128)
//
// With several loops each has its own listener on the same port (SO_REUSEPORT); where port 0 was
// asked for, all share the one the first got. A unix-domain endpoint is the first loop's alone.
// SIGTERM and SIGINT drain, a second one stops at once.
#ifndef SLUICE_TOOLS_CLI_SERVER_H_
#define SLUICE_TOOLS_CLI_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "reactor/group.h"
#include "tools/cli/accept_watch.h"

namespace sluice::cli {

struct StreamService {
  Endpoint endpoint;
  ListenerOptions options;  // reuse_port is set here when there are several loops
  // Called once a loop, on its thread, with the loop's index; what it makes lives on that loop.
  std::function<HandlerFactory(Loop& loop, int index)> factory;
  // What the `listening` line calls it; empty: StreamTransport.
  std::string_view transport{};
};

struct DatagramService {
  Endpoint endpoint;
  DatagramSocketOptions options;
  std::function<std::unique_ptr<DatagramHandler>(Loop& loop, int index)> factory;
};

class Server {
 public:
  explicit Server(GroupOptions options) : options_(std::move(options)) {}

  void AddStream(StreamService service) { streams_.push_back(std::move(service)); }
  void AddDatagram(DatagramService service) { datagrams_.push_back(std::move(service)); }
  // Called on each loop's thread after its listeners are there: timers, signals of one's own.
  void OnLoop(std::function<absl::Status(Loop& loop, int index)> function) {
    on_loop_ = std::move(function);
  }
  void set_drain(Duration drain) { drain_ = drain; }

  // Returns main's exit code after the last connection closed: 0, or 1 having said why it could not
  // start. What the loops' handlers counted may be read then.
  int Run();

 private:
  absl::Status CheckPortsAreFree() const;
  absl::Status SetUp(Loop& loop, int index);
  void PrintListening() const;

  GroupOptions options_;
  std::vector<StreamService> streams_;
  std::vector<DatagramService> datagrams_;
  std::function<absl::Status(Loop& loop, int index)> on_loop_;
  std::vector<std::unique_ptr<AcceptWatch>> watches_;  // one a loop
  Duration drain_ = Loop::kDefaultDrain;
  std::string backend_name_;
  std::string backend_reason_;
};

// One line as above, flushed, for servers that are not a Server. backlog < 0: none is printed.
void PrintListening(std::string_view transport, const Endpoint& endpoint, std::string_view backend,
                    int loops, int backlog);

// "tcp", or "stream" for a unix-domain endpoint.
std::string_view StreamTransport(const Endpoint& endpoint);

}  // namespace sluice::cli

#endif  // SLUICE_TOOLS_CLI_SERVER_H_
