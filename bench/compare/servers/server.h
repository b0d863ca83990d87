// What every echo server of the comparison has in common: its command line, its sockets where it
// makes them itself, and the line that says it is ready.
//
//   echo-epoll [--port=N] [--udp] [--gro] [--large] [--http] [--threads=N] [--variant=NAME]
//
// It prints "ready PORT [LIBRARY]" on standard output once it answers, and runs until it is killed.
#ifndef SLUICE_BENCH_COMPARE_SERVERS_SERVER_H_
#define SLUICE_BENCH_COMPARE_SERVERS_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::compare {

struct ServerFlags {
  uint16_t port = 0;    // of 127.0.0.1; 0 picks one
  bool udp = false;     // datagrams instead of a stream
  bool gro = false;     // datagrams arrive and leave coalesced where the server can (udp(7))
  bool large = false;   // messages of 16 KiB: receive memory is chosen for them
  bool http = false;    // HTTP (bench/compare/hello.h) instead of echo; of those that have it
  int threads = 1;      // loops; of the servers that have several
  std::string variant;  // which way of several; each server names its own
};

// What not every server has.
struct ServerChoices {
  std::vector<std::string_view> variants{};  // one of them must be given, where there are any
  int threads_max = 1;
};
inline constexpr int kThreadsMax = 64;

// Exits 2 on what it does not know, or cannot take for a value.
ServerFlags ParseServerFlags(int argc, char** argv, const ServerChoices& choices = {});

// `library`: name and version of what it is built on, where that is not the project's.
void PrintReady(uint16_t port, const std::string& library = "");

// "NAME: WHAT: strerror" on standard error, then exit 1.
[[noreturn]] void Die(const char* what, int error);

// Bound to 127.0.0.1:PORT; non-blocking where asked. TCP_NODELAY is set on the listener and
// inherited by what it accepts.
enum class Blocking : bool { kNo, kYes };
enum class SharePort : bool { kNo, kYes };  // with other listeners of the process (SO_REUSEPORT)
int ListenTcp(uint16_t port, Blocking blocking, SharePort share = SharePort::kNo);
int BindUdp(uint16_t port, Blocking blocking);
void SetUdpGro(int fd);
uint16_t PortOf(int fd);

inline constexpr int kBacklog = 4096;
inline constexpr size_t kReceiveBytes = 64 << 10;
// What a user gives one connection to receive into, where the library wants a buffer for each.
inline size_t ConnectionBufferBytes(const ServerFlags& flags) {
  return flags.large ? kReceiveBytes : 4096;
}

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_SERVERS_SERVER_H_
