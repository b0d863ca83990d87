// Sockets of the load clients.
#ifndef SLUICE_BENCH_COMPARE_CLIENT_SOCKET_H_
#define SLUICE_BENCH_COMPARE_CLIENT_SOCKET_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>

#include "reactor/base/time.h"

namespace sluice::compare {

inline TimePoint NowOnClient() {
  return TimePoint(std::chrono::steady_clock::now().time_since_epoch());
}

// `host` is what is added to 127.0.0.0.
inline sockaddr_in LoopbackAddress(uint32_t host, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl((127U << 24) + host);
  return address;
}

inline void SetIntOption(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof(value));
}

inline bool AddToEpoll(int epoll, int fd, uint32_t events, uint32_t index) {
  epoll_event event{.events = events, .data = {.u32 = index}};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_CLIENT_SOCKET_H_
