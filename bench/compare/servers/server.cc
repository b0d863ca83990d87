#include "bench/compare/servers/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace sluice::compare {
namespace {

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void Enable(int fd, int level, int option) {
  const int on = 1;
  if (setsockopt(fd, level, option, &on, sizeof(on)) != 0) Die("setsockopt", errno);
}

int Bind(int type, uint16_t port, Blocking blocking, SharePort share = SharePort::kNo) {
  const int flags = SOCK_CLOEXEC | (blocking == Blocking::kNo ? SOCK_NONBLOCK : 0);
  const int fd = socket(AF_INET, type | flags, 0);
  if (fd < 0) Die("socket", errno);
  Enable(fd, SOL_SOCKET, SO_REUSEADDR);
  if (share == SharePort::kYes) Enable(fd, SOL_SOCKET, SO_REUSEPORT);
  const sockaddr_in address = Loopback(port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    Die("bind", errno);
  }
  return fd;
}

// The value of "--NAME=VALUE".
int NumberOf(std::string_view argument, int low, int high) {
  const std::string_view text = argument.substr(argument.find('=') + 1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= low && value <= high) {
    return value;
  }
  std::fprintf(stderr, "%s: %.*s: it wants a number from %d to %d\n", program_invocation_short_name,
               static_cast<int>(argument.size()), argument.data(), low, high);
  std::exit(2);
}

// Where there are several ways, there is no ordinary one.
void CheckVariant(const std::string& variant, const ServerChoices& choices) {
  const auto& known = choices.variants;
  if (known.empty() ? variant.empty()
                    : std::find(known.begin(), known.end(), variant) != known.end()) {
    return;
  }
  std::fprintf(stderr, "%s: --variant=%s: it has", program_invocation_short_name, variant.c_str());
  for (const std::string_view name : known) {
    std::fprintf(stderr, " %.*s", static_cast<int>(name.size()), name.data());
  }
  std::fprintf(stderr, "%s\n", known.empty() ? " no variants" : "");
  std::exit(2);
}

}  // namespace

ServerFlags ParseServerFlags(int argc, char** argv, const ServerChoices& choices) {
  std::signal(SIGPIPE, SIG_IGN);  // libuv writes without MSG_NOSIGNAL
  ServerFlags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.rfind("--port=", 0) == 0) {
      flags.port = static_cast<uint16_t>(NumberOf(argument, 0, 65535));
    } else if (argument.rfind("--threads=", 0) == 0) {
      flags.threads = NumberOf(argument, 1, choices.threads_max);
    } else if (argument.rfind("--variant=", 0) == 0) {
      flags.variant = argument.substr(10);
    } else if (argument == "--udp") {
      flags.udp = true;
    } else if (argument == "--gro") {
      flags.gro = true;
    } else if (argument == "--http") {
      flags.http = true;
    } else if (argument == "--large") {
      flags.large = true;
    } else {
      std::fprintf(stderr, "%s: unknown argument \"%s\"\n", program_invocation_short_name, argv[i]);
      std::exit(2);
    }
  }
  CheckVariant(flags.variant, choices);
  return flags;
}

void PrintReady(uint16_t port, const std::string& library) {
  std::printf("ready %u %s\n", port, library.c_str());
  std::fflush(stdout);
}

void Die(const char* what, int error) {
  std::fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, std::strerror(error));
  std::exit(1);
}

int ListenTcp(uint16_t port, Blocking blocking, SharePort share) {
  const int fd = Bind(SOCK_STREAM, port, blocking, share);
  Enable(fd, IPPROTO_TCP, TCP_NODELAY);
  if (listen(fd, kBacklog) != 0) Die("listen", errno);
  return fd;
}

int BindUdp(uint16_t port, Blocking blocking) {
  return Bind(SOCK_DGRAM, port, blocking);
}

void SetUdpGro(int fd) {
  Enable(fd, IPPROTO_UDP, UDP_GRO);
}

uint16_t PortOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) Die("getsockname", errno);
  return ntohs(address.sin_port);
}

}  // namespace sluice::compare
