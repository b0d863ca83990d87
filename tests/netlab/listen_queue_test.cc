// The accept queue of the real kernel, held against its rule.
#include "tools/netlab/listen_queue.h"

#include <unistd.h>

#include <string>

#include "tests/netlab/in_namespace.h"
#include "tests/netlab/plain_socket.h"
#include "tools/netlab/counters.h"
#include "tools/netlab/queue_rule.h"
#include "tools/netlab/sysctl.h"

namespace sluice::netlab {
namespace {

using Answer = absl::StatusOr<std::string>;

constexpr int kTooMany = 4;  // connects beyond what the rule lets through

// "completed C waiting W queue L/LIMIT drops D", or an error where two sources disagree.
Answer FillQueue(const PrivateNamespace& ns, int backlog, int64_t somaxconn) {
  if (absl::Status s = WriteSysctl(ns, "net.core.somaxconn", somaxconn); !s.ok()) return s;
  auto listener = ListenPlain(backlog);
  if (!listener.ok()) return listener.status();
  auto before = CounterSnapshot::Take();
  const int completes = static_cast<int>(AcceptQueueCompletes(backlog, somaxconn));
  auto clients = ConnectMany(listener->port, completes + kTooMany);
  if (!clients.ok()) return clients.status();
  WaitFor([&] {
    auto queue = ReadListenQueueOf(listener->fd.get());
    return CountInState(*clients, TCP_ESTABLISHED) >= completes && queue.ok() &&
           queue->drops.value_or(kTooMany) >= static_cast<uint32_t>(kTooMany);
  });
  const int completed = CountInState(*clients, TCP_ESTABLISHED);
  const int waiting = CountInState(*clients, TCP_SYN_SENT);

  auto by_port = ReadListenQueues(listener->port);
  auto by_fd = ReadListenQueueOf(listener->fd.get());
  auto after = CounterSnapshot::Take();
  if (!by_port.ok()) return by_port.status();
  if (!by_fd.ok()) return by_fd.status();
  if (!before.ok() || !after.ok()) return absl::InternalError("no counters");
  if (by_port->size() != 1) return absl::InternalError("not one listener by inet_diag");
  const ListenQueue& queue = by_port->front();
  if (queue.length != by_fd->length || queue.limit != by_fd->limit || queue.inode != by_fd->inode ||
      queue.port != by_fd->port) {
    return absl::InternalError("inet_diag and TCP_INFO disagree");
  }
  // A SYN sent again costs another one, so a slow run may see more.
  const auto overflows = after->Since(*before).Get("TcpExt.ListenOverflows");
  if (overflows < kTooMany) return absl::InternalError("ListenOverflows did not move");
  if (queue.drops.value_or(kTooMany) < static_cast<uint32_t>(kTooMany) ||
      queue.drops != by_fd->drops) {
    return absl::InternalError("the listener's drops did not move");
  }
  return "completed " + std::to_string(completed) + " waiting " + std::to_string(waiting) +
         " queue " + std::to_string(queue.length) + "/" + std::to_string(queue.limit);
}

TEST(ListenQueue, CompletesWhatTheRuleSays) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const struct {
    int backlog;
    int64_t somaxconn;
  } rows[] = {{0, 4096}, {1, 4096}, {5, 4096}, {128, 4096}, {128, 16}, {-1, 16}, {5, 0}};
  for (const auto& row : rows) {
    const std::string completes = std::to_string(AcceptQueueCompletes(row.backlog, row.somaxconn));
    const std::string limit = std::to_string(AcceptQueueLimit(row.backlog, row.somaxconn));
    EXPECT_EQ(InNamespace([&](const PrivateNamespace& ns) {
                return FillQueue(ns, row.backlog, row.somaxconn);
              }),
              "completed " + completes + " waiting " + std::to_string(kTooMany) + " queue " +
                  completes + "/" + limit)
        << "listen(" << row.backlog << ") under somaxconn " << row.somaxconn;
  }
}

TEST(ListenQueue, ListsEveryMemberOfAReuseportGroup) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  EXPECT_EQ(InNamespace([](const PrivateNamespace&) -> Answer {
              std::vector<UniqueFd> fds;
              for (int i = 1; i <= 3; ++i) {
                UniqueFd fd(socket(i == 3 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
                const int on = 1;
                setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
                sockaddr_in v4 = Loopback(4321);
                sockaddr_in6 v6{};
                v6.sin6_family = AF_INET6;
                v6.sin6_port = v4.sin_port;
                v6.sin6_addr = in6addr_loopback;
                const bool bound =
                    i == 3 ? bind(fd.get(), reinterpret_cast<sockaddr*>(&v6), sizeof(v6)) == 0
                           : bind(fd.get(), reinterpret_cast<sockaddr*>(&v4), sizeof(v4)) == 0;
                if (!bound || listen(fd.get(), i * 10) != 0) return ErrnoStatus(errno, "listen");
                fds.push_back(std::move(fd));
              }
              auto queues = ReadListenQueues(4321);
              if (!queues.ok()) return queues.status();
              int limits = 0;
              for (const ListenQueue& queue : *queues) limits += static_cast<int>(queue.limit);
              return std::to_string(queues->size()) + " " + std::to_string(limits);
            }),
            "3 60");
}

TEST(ListenQueue, WhatDoesNotListenIsAnError) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(ReadListenQueueOf(fd.get()).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(ReadListenQueueOf(-1).ok());
  EXPECT_FALSE(ReadListenQueueOf(STDIN_FILENO).ok());
}

}  // namespace
}  // namespace sluice::netlab
