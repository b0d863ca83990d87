// The floor on io_uring: multishot accept and receive into incremental provided buffers, sends
// straight out of them, one enter a batch. Nothing in it that the work does not need.
#include <liburing.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/compare/hello.h"
#include "bench/compare/servers/server.h"
#include "bench/compare/servers/uring_datagrams.h"
#include "bench/compare/servers/uring_pool.h"

namespace sluice::compare {
namespace {

class UringFloor {
 public:
  UringFloor(io_uring* ring, int listener, const ServerFlags& flags)
      : ring_(ring),
        listener_(listener),
        http_(flags.http),
        pool_(ring, 16, size_t{flags.large ? 64U : 16U} << 10,
              UringPool::Consumption::kIncremental) {
    ArmAccept();
  }

  [[noreturn]] void Run() {
    for (;;) {
      RearmStarved();
      RunBatch(ring_, [this](const io_uring_cqe& cqe) { Handle(cqe); });
    }
  }

 private:
  enum class Op : uint8_t { kAccept, kReceive, kSend, kClose };
  static constexpr uint32_t kNone = UINT32_MAX;

  // Received bytes on their way back, or answers to them.
  struct Piece {
    const char* data = nullptr;
    uint32_t size = 0;
    uint32_t buffer = kNone;  // that they lie in
    uint32_t next = kNone;
  };
  // By descriptor. Those behind `first` wait for its send.
  struct Connection {
    uint32_t first = kNone;
    uint32_t last = kNone;
    bool ended = false;  // receiving is over
  };

  template <class Prepare>
  void Submit(Op op, int fd, Prepare prepare) {
    io_uring_sqe* sqe = NextSqe(ring_);
    prepare(sqe);
    io_uring_sqe_set_data64(sqe, static_cast<uint64_t>(op) << 32 | static_cast<uint32_t>(fd));
  }

  void ArmAccept() {
    Submit(Op::kAccept, listener_, [this](io_uring_sqe* sqe) {
      io_uring_prep_multishot_accept(sqe, listener_, nullptr, nullptr, SOCK_CLOEXEC);
    });
  }

  void ArmReceive(int fd) {
    Submit(Op::kReceive, fd, [fd](io_uring_sqe* sqe) {
      io_uring_prep_recv_multishot(sqe, fd, nullptr, 0, 0);
      sqe->flags |= IOSQE_BUFFER_SELECT;
      sqe->buf_group = UringPool::kGroup;
    });
  }

  // First come, first served, and not more than there are buffers: the others would fail again.
  void RearmStarved() {
    for (uint32_t left = pool_.available(); left > 0 && !starved_.empty(); --left) {
      ArmReceive(starved_.front());
      starved_.pop_front();
    }
  }

  void Handle(const io_uring_cqe& cqe) {
    const int fd = static_cast<int>(static_cast<uint32_t>(cqe.user_data));
    switch (static_cast<Op>(cqe.user_data >> 32)) {
      case Op::kAccept:
        return Accepted(cqe);
      case Op::kReceive:
        return Received(fd, cqe);
      case Op::kSend:
        return Sent(fd);
      case Op::kClose:
        return;
    }
  }

  void Accepted(const io_uring_cqe& cqe) {
    if (cqe.res >= 0) {
      const auto fd = static_cast<size_t>(cqe.res);
      if (fd >= connections_.size()) connections_.resize(fd + 1);
      connections_[fd] = {};
      ArmReceive(cqe.res);
    }
    if ((cqe.flags & IORING_CQE_F_MORE) == 0) ArmAccept();
  }

  void Received(int fd, const io_uring_cqe& cqe) {
    Connection& connection = connections_[static_cast<size_t>(fd)];
    if (cqe.flags & IORING_CQE_F_BUFFER) {
      const UringPool::Piece piece = pool_.Take(cqe);
      if (cqe.res > 0) {
        Answer(fd, connection, piece, static_cast<uint32_t>(cqe.res));
      } else {
        pool_.Release(piece.buffer);
      }
    }
    if (cqe.flags & IORING_CQE_F_MORE) return;
    if (cqe.res == -ENOBUFS) {
      starved_.push_back(fd);
    } else if (cqe.res > 0) {
      ArmReceive(fd);
    } else {
      connection.ended = true;
      if (connection.first == kNone) Close(fd);
    }
  }

  void Answer(int fd, Connection& connection, UringPool::Piece piece, uint32_t size) {
    if (!http_) return Echo(fd, connection, piece, size);
    pool_.Release(piece.buffer);
    const std::string_view answers = answers_.To(fd, size);
    if (answers.empty()) return;
    Enqueue(fd, connection, {answers.data(), static_cast<uint32_t>(answers.size()), kNone, kNone});
  }

  void Echo(int fd, Connection& connection, UringPool::Piece piece, uint32_t size) {
    // What continues the last waiting piece goes with it.
    if (connection.last != connection.first) {
      Piece& last = pieces_[connection.last];
      if (last.buffer == piece.buffer && last.data + last.size == piece.data) {
        last.size += size;
        pool_.Release(piece.buffer);
        return;
      }
    }
    Enqueue(fd, connection, {piece.data, size, piece.buffer, kNone});
  }

  void Enqueue(int fd, Connection& connection, Piece piece) {
    const uint32_t added = AddPiece(piece);
    if (connection.first != kNone) {
      pieces_[connection.last].next = added;
      connection.last = added;
      return;
    }
    connection.first = connection.last = added;
    Send(fd, pieces_[added]);
  }

  uint32_t AddPiece(Piece piece) {
    if (free_pieces_.empty()) {
      pieces_.push_back(piece);
      return static_cast<uint32_t>(pieces_.size() - 1);
    }
    const uint32_t index = free_pieces_.back();
    free_pieces_.pop_back();
    pieces_[index] = piece;
    return index;
  }

  void Send(int fd, const Piece& piece) {
    Submit(Op::kSend, fd, [&](io_uring_sqe* sqe) {
      io_uring_prep_send(sqe, fd, piece.data, piece.size, MSG_NOSIGNAL | MSG_WAITALL);
    });
  }

  // A failed send needs no care: receiving ends with an error of its own where the peer is gone.
  void Sent(int fd) {
    Connection& connection = connections_[static_cast<size_t>(fd)];
    const uint32_t index = connection.first;
    const Piece piece = pieces_[index];
    if (piece.buffer != kNone) pool_.Release(piece.buffer);
    free_pieces_.push_back(index);
    connection.first = piece.next;
    if (piece.next == kNone) {
      connection.last = kNone;
      if (connection.ended) Close(fd);
    } else {
      // After an error the others fail, too, one by one, until none is left.
      Send(fd, pieces_[piece.next]);
    }
  }

  void Close(int fd) {
    if (http_) answers_.Forget(fd);
    Submit(Op::kClose, fd, [fd](io_uring_sqe* sqe) {
      io_uring_prep_close(sqe, fd);
      sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    });
  }

  io_uring* ring_;
  int listener_;
  const bool http_;
  HelloAnswers answers_{kReceiveBytes};
  UringPool pool_;
  std::vector<Connection> connections_;
  std::vector<Piece> pieces_;
  std::vector<uint32_t> free_pieces_;
  std::deque<int> starved_;
};

}  // namespace
}  // namespace sluice::compare

int main(int argc, char** argv) {
  using namespace sluice::compare;
  const ServerFlags flags = ParseServerFlags(argc, argv);
  static io_uring ring;
  SetUpRing(&ring);
  if (flags.udp) {
    const int fd = BindUdp(flags.port, Blocking::kYes);
    if (flags.gro) SetUdpGro(fd);
    UringDatagrams echo(&ring, fd, flags.gro);
    PrintReady(PortOf(fd));
    echo.Run();
  }
  const int listener = ListenTcp(flags.port, Blocking::kYes);
  static UringFloor floor(&ring, listener, flags);
  PrintReady(PortOf(listener));
  floor.Run();
}
