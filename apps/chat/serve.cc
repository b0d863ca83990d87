#include "apps/chat/serve.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "apps/chat/udp_members.h"
#include "protocols/http1_server.h"
#include "tools/cli/server.h"

namespace sluice::chat {
namespace {

// Of one socket, towards everybody: one message to ten thousand members has to fit several times.
constexpr size_t kUdpQueueBytesMax = 64 << 20;
// What arrives at once from hundreds of members; the kernel may allow less (net.core.rmem_max).
constexpr int kUdpReceiveBufferBytes = 4 << 20;

DatagramSocketOptions DatagramOptions() {
  DatagramSocketOptions options;
  options.send_queue_bytes_max = kUdpQueueBytesMax;
  options.socket.Set(socket_option::kReceiveBufferBytes, kUdpReceiveBufferBytes)
      .Try(socket_option::kReceiveBufferBytesForce, kUdpReceiveBufferBytes);
  return options;
}

void Print(const RoomStats& stats, Report report, std::FILE* file) {
  if (report == Report::kNone) return;
  const std::string text = report == Report::kJson ? stats.ToJson() : stats.ToTable();
  std::fputs(text.c_str(), file);
  std::fflush(file);
}

}  // namespace

int Serve(const ServeOptions& options, Wire wire, const LoopOptions& loop_options) {
  RoomStats stats;
  Room room(options.room, wire, stats);
  Http1Server web;
  AddWebMembers(web, room, options.stream);

  cli::Server server(GroupOptions{.threads = 1, .loop = loop_options});  // a room is one loop's
  server.set_drain(options.drain);
  for (const Endpoint& endpoint : options.udp) {
    server.AddDatagram({endpoint, DatagramOptions(), [&](Loop& loop, int) {
                          return std::make_unique<UdpMembers>(loop, room, stats, options.datagram,
                                                              options.stream.message_bytes_max);
                        }});
  }
  for (const Endpoint& endpoint : options.tcp) {
    server.AddStream({endpoint, ListenerOptionsOf(options.stream, endpoint),
                      [&](Loop&, int) { return MakeTcpMembers(room, wire, options.stream); }});
  }
  for (const Endpoint& endpoint : options.ws) {
    server.AddStream({endpoint, ListenerOptionsOf(options.stream, endpoint),
                      [&](Loop& loop, int) { return web.Factory(loop); }, "ws"});
  }
  server.OnLoop([&](Loop& loop, int) {
    const Report report = options.report == Report::kJson ? Report::kJson : Report::kTable;
    loop.OnSignal(SIGUSR1, [&stats, report] { Print(stats, report, stderr); });
    return absl::OkStatus();
  });
  const int exit_code = server.Run();
  if (exit_code == 0) Print(stats, options.report, stdout);
  return exit_code;
}

}  // namespace sluice::chat
