// SimBackend: socket options. Those with an effect here have it; the others are kept and given
// back.
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "reactor/sim/sim_backend.h"

namespace sluice::sim {
namespace {

int IntOf(const std::string& value) {
  int number = 0;
  std::memcpy(&number, value.data(), std::min(value.size(), sizeof(number)));
  return number;
}

std::string BytesOf(int number) {
  return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
}

}  // namespace

int SimBackend::ApplyOption(Record& record, const RawSocketOption& option) {
  const auto is = [&option](int level, int name) {
    return option.level == level && option.name == name;
  };
  const bool datagram = record.kind == Kind::kDatagram;
  if ((option.level == IPPROTO_UDP && !datagram) || (option.level == IPPROTO_TCP && datagram)) {
    return -ENOPROTOOPT;
  }
  std::string kept = option.value;
  const bool buffer = is(SOL_SOCKET, SO_RCVBUF) || is(SOL_SOCKET, SO_SNDBUF);
  if (buffer) {
    // Linux doubles what is asked for, for its bookkeeping (socket(7)).
    const int bytes = std::max(2 * IntOf(option.value), 2304);
    kept = BytesOf(bytes);
    const auto size = static_cast<uint32_t>(bytes);
    if (record.kind == Kind::kDatagram && option.name == SO_RCVBUF) {
      world_.network_.SetDatagramReceiveBuffer(record.key, size);
    } else if (record.kind == Kind::kStream && option.name == SO_RCVBUF) {
      world_.network_.SetReceiveBuffer(record.key, size);
    } else if (record.kind == Kind::kStream) {
      world_.network_.SetSendBuffer(record.key, size);
    }
  } else if (is(SOL_SOCKET, SO_BROADCAST) && record.kind == Kind::kDatagram) {
    world_.network_.AllowBroadcast(record.key, IntOf(option.value) != 0);
  } else if ((is(IPPROTO_IP, IP_ADD_MEMBERSHIP) || is(IPPROTO_IP, IP_DROP_MEMBERSHIP)) &&
             record.kind == Kind::kDatagram) {
    sockaddr_in group{};
    group.sin_family = AF_INET;
    std::memcpy(&group.sin_addr, option.value.data(), sizeof(group.sin_addr));
    const Endpoint endpoint =
        Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&group), sizeof(group));
    world_.network_.JoinGroup(record.key, endpoint, option.name == IP_ADD_MEMBERSHIP);
  }
  if (record.options == nullptr) {
    record.options = std::make_unique<absl::flat_hash_map<std::pair<int, int>, std::string>>();
  }
  (*record.options)[{option.level, option.name}] = std::move(kept);
  return 0;
}

absl::Status SimBackend::Apply(Record& record, const SocketOptions& options) {
  for (const RawSocketOption& option : options.entries()) {
    const absl::Status status = Applied(record, option);
    if (!status.ok() && option.required) return status;
  }
  return absl::OkStatus();
}

absl::Status SimBackend::Applied(Record& record, const RawSocketOption& option) {
  const int result = ApplyOption(record, option);
  if (result == 0) return absl::OkStatus();
  return Refused(-result, std::string("cannot set socket option ") + option.label);
}

absl::Status SimBackend::SetOption(Socket socket, const RawSocketOption& option) {
  return Applied(At(socket), option);
}

absl::StatusOr<std::string> SimBackend::GetOption(Socket socket, const RawSocketOption& option) {
  Record& record = At(socket);
  if (option.level == IPPROTO_TCP && option.name == TCP_INFO && record.kind == Kind::kListener) {
    tcp_info info{};
    info.tcpi_unacked = static_cast<uint32_t>(world_.network_.AcceptQueueLength(record.key));
    info.tcpi_sacked = static_cast<uint32_t>(world_.network_.AcceptQueueLimit(record.key));
    std::string bytes(option.value.size(), '\0');
    std::memcpy(bytes.data(), &info, std::min(bytes.size(), sizeof(info)));
    return bytes;
  }
  if (option.level == SOL_SOCKET && option.name == SO_ACCEPTCONN) {
    return BytesOf(record.kind == Kind::kListener);
  }
  if (option.level == SOL_SOCKET && option.name == SO_TYPE) {
    return BytesOf(record.kind == Kind::kDatagram ? SOCK_DGRAM : SOCK_STREAM);
  }
  if (record.options != nullptr) {
    const auto found = record.options->find({option.level, option.name});
    if (found != record.options->end()) return found->second;
  }
  return std::string(option.value.size(), '\0');
}

}  // namespace sluice::sim
