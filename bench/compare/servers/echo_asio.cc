// Asio, standalone: asynchronous callbacks, a buffer for each connection used again and again.
// Built twice: on epoll, and on io_uring (ASIO_HAS_IO_URING, ASIO_DISABLE_EPOLL).
#include <array>
#include <asio.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/compare/servers/server.h"

namespace sluice::compare {
namespace {

using asio::ip::tcp;
using asio::ip::udp;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, size_t bytes) : socket_(std::move(socket)), buffer_(bytes) {}

  void Read() {
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](std::error_code error, size_t size) {
                              if (!error) self->Write(size);
                            });
  }

 private:
  void Write(size_t size) {
    asio::async_write(socket_, asio::buffer(buffer_.data(), size),
                      [self = shared_from_this()](std::error_code error, size_t) {
                        if (!error) self->Read();
                      });
  }

  tcp::socket socket_;
  std::vector<char> buffer_;
};

class Acceptor {
 public:
  Acceptor(asio::io_context& context, const ServerFlags& flags)
      : acceptor_(context), bytes_(ConnectionBufferBytes(flags)) {
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), flags.port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(kBacklog);
    Accept();
  }
  uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void Accept() {
    acceptor_.async_accept([this](std::error_code error, tcp::socket socket) {
      if (!error) {
        socket.set_option(tcp::no_delay(true), error);
        std::make_shared<Session>(std::move(socket), bytes_)->Read();
      }
      Accept();
    });
  }

  tcp::acceptor acceptor_;
  size_t bytes_;
};

class DatagramEcho {
 public:
  DatagramEcho(asio::io_context& context, uint16_t port)
      : socket_(context, udp::endpoint(asio::ip::address_v4::loopback(), port)) {
    Receive();
  }
  uint16_t port() const { return socket_.local_endpoint().port(); }

 private:
  void Receive() {
    socket_.async_receive_from(
        asio::buffer(buffer_), peer_, [this](std::error_code error, size_t size) {
          if (error) return Receive();
          socket_.async_send_to(asio::buffer(buffer_.data(), size), peer_,
                                [this](std::error_code, size_t) { Receive(); });
        });
  }

  udp::socket socket_;
  udp::endpoint peer_;
  std::array<char, kReceiveBytes> buffer_;
};

std::string Version() {
  return "asio " + std::to_string(ASIO_VERSION / 100'000) + "." +
         std::to_string(ASIO_VERSION / 100 % 1000) + "." + std::to_string(ASIO_VERSION % 100);
}

void Serve(const ServerFlags& flags) {
  asio::io_context context(1);
  if (flags.udp) {
    DatagramEcho echo(context, flags.port);
    PrintReady(echo.port(), Version());
    context.run();
  } else {
    Acceptor acceptor(context, flags);
    PrintReady(acceptor.port(), Version());
    context.run();
  }
}

}  // namespace
}  // namespace sluice::compare

int main(int argc, char** argv) {
  const sluice::compare::ServerFlags flags = sluice::compare::ParseServerFlags(argc, argv);
  try {
    sluice::compare::Serve(flags);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo-asio: %s\n", error.what());
    return 1;
  }
}
