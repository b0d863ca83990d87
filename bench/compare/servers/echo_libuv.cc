// libuv.
// --variant=write      as its documentation shows: a buffer from malloc for each read, uv_write
// --variant=try-write  as its experts do: one buffer for all, uv_try_write first
#include <uv.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "bench/compare/servers/server.h"

namespace sluice::compare {
namespace {

bool try_write_first = false;
std::array<char, kReceiveBytes> shared_buffer;

struct Write {
  uv_write_t request;
  char* bytes;
};

void Check(int result, const char* what) {
  if (result < 0) Die(what, -result);
}

void OnClosed(uv_handle_t* handle) {
  std::free(handle);
}

void CloseStream(uv_stream_t* stream) {
  auto* handle = reinterpret_cast<uv_handle_t*>(stream);
  if (!uv_is_closing(handle)) uv_close(handle, OnClosed);
}

void OnWritten(uv_write_t* request, int status) {
  auto* write = reinterpret_cast<Write*>(request);
  if (status < 0) CloseStream(request->handle);
  std::free(write->bytes);
  std::free(write);
}

void Allocate(uv_handle_t*, size_t suggested, uv_buf_t* buffer) {
  *buffer = try_write_first
                ? uv_buf_init(shared_buffer.data(), shared_buffer.size())
                : uv_buf_init(static_cast<char*>(std::malloc(suggested)), unsigned(suggested));
}

// Takes `bytes`, which come from malloc.
void WriteOwned(uv_stream_t* stream, char* bytes, size_t size) {
  auto* write = static_cast<Write*>(std::malloc(sizeof(Write)));
  write->bytes = bytes;
  const uv_buf_t buffer = uv_buf_init(bytes, static_cast<unsigned>(size));
  if (uv_write(&write->request, stream, &buffer, 1, OnWritten) < 0) {
    std::free(bytes);
    std::free(write);
    CloseStream(stream);
  }
}

void OnRead(uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
  if (size > 0 && !try_write_first) {
    return WriteOwned(stream, buffer->base, static_cast<size_t>(size));
  }
  if (!try_write_first) std::free(buffer->base);
  if (size < 0) return CloseStream(stream);
  if (size == 0) return;
  const uv_buf_t bytes = uv_buf_init(buffer->base, static_cast<unsigned>(size));
  const int written = uv_try_write(stream, &bytes, 1);
  if (written == size) return;
  if (written < 0 && written != UV_EAGAIN) return CloseStream(stream);
  const size_t taken = written < 0 ? 0 : static_cast<size_t>(written);
  const size_t left = static_cast<size_t>(size) - taken;
  auto* copy = static_cast<char*>(std::malloc(left));
  std::memcpy(copy, buffer->base + taken, left);
  WriteOwned(stream, copy, left);
}

void OnConnection(uv_stream_t* listener, int status) {
  if (status < 0) return;
  auto* stream = static_cast<uv_tcp_t*>(std::malloc(sizeof(uv_tcp_t)));
  uv_tcp_init(listener->loop, stream);
  auto* base = reinterpret_cast<uv_stream_t*>(stream);
  if (uv_accept(listener, base) < 0) return CloseStream(base);
  uv_tcp_nodelay(stream, 1);
  uv_read_start(base, Allocate, OnRead);
}

void ServeTcp(uv_loop_t* loop, const sockaddr_in& address) {
  static uv_tcp_t listener;
  uv_tcp_init(loop, &listener);
  Check(uv_tcp_bind(&listener, reinterpret_cast<const sockaddr*>(&address), 0), "uv_tcp_bind");
  Check(uv_listen(reinterpret_cast<uv_stream_t*>(&listener), kBacklog, OnConnection), "uv_listen");
}

struct DatagramSend {
  uv_udp_send_t request;
  char* bytes;
};

void OnSent(uv_udp_send_t* request, int) {
  auto* sent = reinterpret_cast<DatagramSend*>(request);
  std::free(sent->bytes);
  std::free(sent);
}

// Takes `bytes`, which come from malloc.
void SendOwned(uv_udp_t* socket, char* bytes, size_t size, const sockaddr* peer) {
  auto* send = static_cast<DatagramSend*>(std::malloc(sizeof(DatagramSend)));
  send->bytes = bytes;
  const uv_buf_t buffer = uv_buf_init(bytes, static_cast<unsigned>(size));
  if (uv_udp_send(&send->request, socket, &buffer, 1, peer, OnSent) < 0) {
    std::free(bytes);
    std::free(send);
  }
}

// Where the expert receives many datagrams with one call, the buffer is divided among them; a last
// call without a peer gives it back.
void OnDatagram(uv_udp_t* socket, ssize_t size, const uv_buf_t* buffer, const sockaddr* peer,
                unsigned) {
  if (size >= 0 && peer != nullptr && !try_write_first) {
    return SendOwned(socket, buffer->base, static_cast<size_t>(size), peer);
  }
  if (!try_write_first) std::free(buffer->base);
  if (size < 0 || peer == nullptr) return;
  const uv_buf_t bytes = uv_buf_init(buffer->base, static_cast<unsigned>(size));
  if (uv_udp_try_send(socket, &bytes, 1, peer) != UV_EAGAIN) return;
  auto* copy = static_cast<char*>(std::malloc(static_cast<size_t>(size)));
  std::memcpy(copy, buffer->base, static_cast<size_t>(size));
  SendOwned(socket, copy, static_cast<size_t>(size), peer);
}

// uv_udp_recv_start receives as many datagrams a call as 64 KiB pieces fit.
void AllocateDatagrams(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer) {
  static std::array<char, 20 * kReceiveBytes> memory;
  if (!try_write_first) return Allocate(handle, suggested, buffer);
  *buffer = uv_buf_init(memory.data(), memory.size());
}

void ServeUdp(uv_loop_t* loop, const sockaddr_in& address) {
  static uv_udp_t socket;
  unsigned flags = AF_INET;
  if (try_write_first) flags |= UV_UDP_RECVMMSG;
  Check(uv_udp_init_ex(loop, &socket, flags), "uv_udp_init_ex");
  Check(uv_udp_bind(&socket, reinterpret_cast<const sockaddr*>(&address), 0), "uv_udp_bind");
  Check(uv_udp_recv_start(&socket, AllocateDatagrams, OnDatagram), "uv_udp_recv_start");
}

}  // namespace
}  // namespace sluice::compare

int main(int argc, char** argv) {
  using namespace sluice::compare;
  const ServerFlags flags = ParseServerFlags(argc, argv, {.variants = {"write", "try-write"}});
  try_write_first = flags.variant == "try-write";
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", flags.port, &address);
  uv_loop_t* loop = uv_default_loop();
  flags.udp ? ServeUdp(loop, address) : ServeTcp(loop, address);
  int fd = -1;
  uv_walk(
      loop, [](uv_handle_t* handle, void* found) { uv_fileno(handle, static_cast<int*>(found)); },
      &fd);
  PrintReady(PortOf(fd), std::string("libuv ") + uv_version_string());
  uv_run(loop, UV_RUN_DEFAULT);
}
