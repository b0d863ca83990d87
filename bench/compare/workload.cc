#include "bench/compare/workload.h"

#include "bench/compare/hello.h"

namespace sluice::compare {

const std::vector<Workload>& Workloads() {
  using std::chrono::milliseconds;
  static const std::vector<Workload> workloads = {
      {.id = "conns1",
       .title = "1 conn",
       .about = "64-byte echo on one connection: all of it is waking up",
       .connections = 1},
      {.id = "conns10",
       .title = "10 conns",
       .about = "64-byte echo on 10 connections",
       .connections = 10,
       .growth = true},
      {.id = "conns64", .title = "64 conns", .about = "64-byte echo on 64 connections"},
      {.id = "conns100",
       .title = "100 conns",
       .about = "64-byte echo on 100 connections",
       .connections = 100,
       .growth = true},
      {.id = "conns1000",
       .title = "1,000 conns",
       .about = "64-byte echo on 1,000 connections",
       .connections = 1000,
       .slice_min = milliseconds(120),
       .growth = true},
      {.id = "conns10000",
       .title = "10,000 conns",
       .about = "64-byte echo on 10,000 connections",
       .connections = 10000,
       .slice_min = milliseconds(250),
       .growth = true},
      {.id = "depth16",
       .title = "depth 16",
       .about = "64-byte echo on 64 connections, 16 messages at once on each",
       .depth = 16},
      {.id = "large",
       .title = "16 KiB",
       .about = "16 KiB echo on 64 connections",
       .message_bytes = 16 << 10},
      {.id = "churn",
       .title = "churn",
       .about = "accept, one 64-byte message, close; 64 at a time",
       .kind = WorkKind::kChurn},
      {.id = "udp64",
       .title = "UDP 64 B",
       .about = "64-byte datagrams of 64 sockets",
       .kind = WorkKind::kDatagrams},
      {.id = "udp1400",
       .title = "UDP 1,400 B",
       .about = "1,400-byte datagrams of 64 sockets",
       .kind = WorkKind::kDatagrams,
       .message_bytes = 1400},
      {.id = "udp1400gso",
       .title = "UDP trains",
       .about = "1,400-byte datagrams of 8 sockets, 8 at once as one train (UDP_SEGMENT), which a "
                "server may take and return whole (UDP_GRO)",
       .kind = WorkKind::kDatagrams,
       .connections = 8,
       .depth = 8,
       .message_bytes = 1400,
       .coalesced = true},
      {.id = "http64",
       .title = "HTTP hello",
       .about = "GET of 13 bytes on 64 connections; the floors answer without looking at it",
       .kind = WorkKind::kHello,
       .message_bytes = kHelloRequest.size()},
      {.id = "http256",
       .title = "HTTP, 256 conns",
       .about = "GET of 13 bytes on 256 connections",
       .kind = WorkKind::kHello,
       .connections = 256,
       .message_bytes = kHelloRequest.size()},
      {.id = "http16",
       .title = "HTTP, depth 16",
       .about = "GET of 13 bytes on 64 connections, 16 requests at once on each",
       .kind = WorkKind::kHello,
       .depth = 16,
       .message_bytes = kHelloRequest.size()},
      {.id = "idle",
       .title = "B/idle conn",
       .about = "bytes of the server's own memory an idle connection takes (growth of Rss, kernel "
                "memory not counted), over 15,000",
       .kind = WorkKind::kIdle,
       .connections = 15000},
      {.id = "burst",
       .title = "B/conn after burst",
       .about =
           "bytes of the server's own memory a connection that stay after a burst, of those at "
           "its height: 128 KiB on each of 1,000 connections to clients that do not read, "
           "then read everything and stay",
       .kind = WorkKind::kBurst,
       .connections = 1000,
       .depth = 128,
       .message_bytes = 1 << 10},
      {.id = "loops2",
       .title = "2 loops",
       .about = "64-byte echo on 256 connections, to a server of 2 loops and to one of 1: the rate "
                "over twice the other's",
       .kind = WorkKind::kLoops,
       .connections = 256,
       .loops = 2},
  };
  return workloads;
}

std::vector<std::string> ServerFlagsFor(const Workload& workload) {
  std::vector<std::string> flags;
  if (workload.kind == WorkKind::kDatagrams) flags.push_back("--udp");
  if (workload.kind == WorkKind::kHello) flags.push_back("--http");
  if (workload.coalesced) flags.push_back("--gro");
  if (workload.message_bytes > 4096) flags.push_back("--large");
  return flags;
}

}  // namespace sluice::compare
