// libevent.
// --variant=bufferevent  as its documentation shows: a bufferevent for each connection
// --variant=raw          as its experts do: persistent events, recv and send by hand
// Datagrams, for which bufferevents are not, come through a raw event either way.
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "bench/compare/servers/server.h"

namespace sluice::compare {
namespace {

std::array<char, kReceiveBytes> shared_buffer;

void SetNoDelay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

// ---- bufferevent

void OnBufferRead(bufferevent* connection, void*) {
  evbuffer_add_buffer(bufferevent_get_output(connection), bufferevent_get_input(connection));
}

void OnBufferEvent(bufferevent* connection, short what, void*) {
  if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) bufferevent_free(connection);
}

void OnBufferAccept(evconnlistener* listener, evutil_socket_t fd, sockaddr*, int, void*) {
  SetNoDelay(fd);
  bufferevent* connection =
      bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
  bufferevent_setcb(connection, OnBufferRead, nullptr, OnBufferEvent, nullptr);
  bufferevent_enable(connection, EV_READ | EV_WRITE);
}

// ---- raw events

struct RawConnection {
  int fd = -1;
  event* readable = nullptr;
  event* writable = nullptr;  // made when the socket first takes no more
  std::string unsent;

  ~RawConnection() {
    event_free(readable);
    if (writable != nullptr) event_free(writable);
    close(fd);
  }
};

void OnRawWritable(evutil_socket_t, short, void* argument);

// False when reading has to rest; the connection may be gone.
bool SendRaw(RawConnection* connection, const char* data, size_t size) {
  const ssize_t sent = send(connection->fd, data, size, MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(size)) return true;
  if (sent < 0 && errno != EAGAIN) {
    delete connection;
    return false;
  }
  const size_t taken = sent < 0 ? 0 : static_cast<size_t>(sent);
  connection->unsent.assign(data + taken, size - taken);
  if (connection->writable == nullptr) {
    connection->writable = event_new(event_get_base(connection->readable), connection->fd, EV_WRITE,
                                     OnRawWritable, connection);
  }
  event_del(connection->readable);
  event_add(connection->writable, nullptr);
  return false;
}

void OnRawReadable(evutil_socket_t fd, short, void* argument) {
  auto* connection = static_cast<RawConnection*>(argument);
  // Level-triggered: what one receive leaves behind comes again, and so does the end.
  const ssize_t size = recv(fd, shared_buffer.data(), shared_buffer.size(), 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size > 0) {
    SendRaw(connection, shared_buffer.data(), static_cast<size_t>(size));
  } else {
    delete connection;
  }
}

void OnRawWritable(evutil_socket_t, short, void* argument) {
  auto* connection = static_cast<RawConnection*>(argument);
  const std::string bytes = std::move(connection->unsent);
  if (SendRaw(connection, bytes.data(), bytes.size())) event_add(connection->readable, nullptr);
}

void OnRawAccept(evconnlistener* listener, evutil_socket_t fd, sockaddr*, int, void*) {
  SetNoDelay(fd);
  auto* connection = new RawConnection;
  connection->fd = fd;
  connection->readable = event_new(evconnlistener_get_base(listener), fd, EV_READ | EV_PERSIST,
                                   OnRawReadable, connection);
  event_add(connection->readable, nullptr);
}

// ---- datagrams

void OnDatagrams(evutil_socket_t fd, short, void*) {
  for (;;) {
    sockaddr_in peer{};
    socklen_t peer_size = sizeof(peer);
    auto* address = reinterpret_cast<sockaddr*>(&peer);
    const ssize_t size =
        recvfrom(fd, shared_buffer.data(), shared_buffer.size(), MSG_DONTWAIT, address, &peer_size);
    if (size < 0) return;
    sendto(fd, shared_buffer.data(), static_cast<size_t>(size), MSG_DONTWAIT, address, peer_size);
  }
}

}  // namespace
}  // namespace sluice::compare

int main(int argc, char** argv) {
  using namespace sluice::compare;
  const ServerFlags flags = ParseServerFlags(argc, argv, {.variants = {"bufferevent", "raw"}});
  event_base* base = event_base_new();
  const int fd =
      flags.udp ? BindUdp(flags.port, Blocking::kNo) : ListenTcp(flags.port, Blocking::kNo);
  if (flags.udp) {
    event_add(event_new(base, fd, EV_READ | EV_PERSIST, OnDatagrams, nullptr), nullptr);
  } else {
    const bool raw = flags.variant == "raw";
    // Backlog 0: the socket listens already.
    evconnlistener_new(base, raw ? OnRawAccept : OnBufferAccept, nullptr, LEV_OPT_CLOSE_ON_EXEC, 0,
                       fd);
  }
  PrintReady(PortOf(fd), std::string("libevent ") + event_get_version());
  event_base_dispatch(base);
}
