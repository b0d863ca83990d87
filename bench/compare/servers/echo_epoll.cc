// The floor: an echo server straight on edge-triggered epoll, with nothing in it that the work does
// not need. What it costs is what the kernel costs.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bench/compare/hello.h"
#include "bench/compare/servers/datagram_batch.h"
#include "bench/compare/servers/server.h"

namespace sluice::compare {
namespace {

class EpollFloor {
 public:
  EpollFloor(int listener, bool http)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)), listener_(listener), http_(http) {
    if (epoll_ < 0) Die("epoll_create1", errno);
    Watch(EPOLL_CTL_ADD, listener_, EPOLLIN | EPOLLET);
  }

  [[noreturn]] void Run() {
    std::array<epoll_event, 512> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<size_t>(i)];
        if (event.data.fd == listener_) {
          Accept();
        } else if (event.events & EPOLLOUT) {
          Writable(event.data.fd);
        } else {
          Readable(event.data.fd, (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
        }
      }
    }
  }

 private:
  static constexpr uint32_t kReading = EPOLLIN | EPOLLRDHUP | EPOLLET;

  void Watch(int operation, int fd, uint32_t what) {
    epoll_event event{.events = what, .data = {.fd = fd}};
    if (epoll_ctl(epoll_, operation, fd, &event) != 0) Die("epoll_ctl", errno);
  }

  void Accept() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0 && errno == EAGAIN) return;
      if (fd < 0 && errno != ECONNABORTED && errno != EINTR) Die("accept4", errno);
      if (fd >= 0) Watch(EPOLL_CTL_ADD, fd, kReading);
    }
  }

  // A receive shorter than the buffer emptied the socket (epoll(7)), unless the end may stand
  // behind it.
  void Readable(int fd, bool ended) {
    for (;;) {
      const ssize_t size = recv(fd, buffer_.data(), buffer_.size(), 0);
      if (size < 0 && errno == EAGAIN) return;
      if (size <= 0) return Close(fd);
      if (!Answer(fd, static_cast<size_t>(size))) return;
      if (static_cast<size_t>(size) < buffer_.size() && !ended) return;
    }
  }

  // As Send.
  bool Answer(int fd, size_t received) {
    if (!http_) return Send(fd, buffer_.data(), received);
    const std::string_view answers = answers_.To(fd, received);
    return answers.empty() || Send(fd, answers.data(), answers.size());
  }

  // False when reading has to rest: the socket takes no more, or is gone.
  bool Send(int fd, const char* data, size_t size) {
    const ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(size)) return true;
    if (sent < 0 && errno != EAGAIN) {
      Close(fd);
      return false;
    }
    const size_t taken = sent < 0 ? 0 : static_cast<size_t>(sent);
    unsent_[fd].assign(data + taken, size - taken);
    Watch(EPOLL_CTL_MOD, fd, EPOLLOUT | EPOLLET);
    return false;
  }

  void Writable(int fd) {
    const std::string bytes = std::exchange(unsent_[fd], {});
    if (!Send(fd, bytes.data(), bytes.size())) return;
    unsent_.erase(fd);
    Watch(EPOLL_CTL_MOD, fd, kReading);  // reports at once what arrived meanwhile
  }

  void Close(int fd) {
    if (!unsent_.empty()) unsent_.erase(fd);
    if (http_) answers_.Forget(fd);
    close(fd);
  }

  int epoll_;
  int listener_;
  const bool http_;
  HelloAnswers answers_{kReceiveBytes};
  std::array<char, kReceiveBytes> buffer_;
  std::unordered_map<int, std::string> unsent_;  // an idle connection is not in here
};

[[noreturn]] void EchoDatagrams(int fd, bool gro) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.fd = fd}};
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll", errno);
  DatagramBatch batch(DatagramBytes(gro));
  for (;;) {
    epoll_wait(epoll, &event, 1, -1);
    while (batch.Echo(fd) == DatagramBatch::kCount) {
    }
  }
}

}  // namespace
}  // namespace sluice::compare

int main(int argc, char** argv) {
  using namespace sluice::compare;
  const ServerFlags flags = ParseServerFlags(argc, argv, {.threads_max = kThreadsMax});
  if (flags.udp) {
    const int fd = BindUdp(flags.port, Blocking::kNo);
    if (flags.gro) SetUdpGro(fd);
    PrintReady(PortOf(fd));
    EchoDatagrams(fd, flags.gro);
  }
  // A loop a thread, each with a listener of its own at the same port.
  const SharePort share = flags.threads > 1 ? SharePort::kYes : SharePort::kNo;
  const int listener = ListenTcp(flags.port, Blocking::kNo, share);
  std::vector<std::thread> others;
  for (int i = 1; i < flags.threads; ++i) {
    const int own = ListenTcp(PortOf(listener), Blocking::kNo, share);
    others.emplace_back([own, &flags] { std::make_unique<EpollFloor>(own, flags.http)->Run(); });
  }
  const auto floor = std::make_unique<EpollFloor>(listener, flags.http);
  PrintReady(PortOf(listener));
  floor->Run();
}
