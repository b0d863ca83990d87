#include "tools/netlab/private_namespace.h"

#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <type_traits>

#include "tests/netlab/in_namespace.h"
#include "tests/netlab/plain_socket.h"
#include "tools/netlab/namespace_child.h"

namespace sluice::netlab {
namespace {

using Answer = absl::StatusOr<std::string>;

// The token cannot be had but by entering.
static_assert(!std::is_default_constructible_v<PrivateNamespace>);
static_assert(!std::is_copy_constructible_v<PrivateNamespace>);

std::string NetworkNamespaceInode() {
  struct stat file {};
  stat("/proc/thread-self/ns/net", &file);
  return std::to_string(file.st_ino);
}

TEST(PrivateNamespace, IsAnotherNetworkAndTheCallerStaysWhereItWas) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const std::string host = NetworkNamespaceInode();
  const std::string inside = InNamespace([](const PrivateNamespace& ns) -> Answer {
    if (absl::Status verified = ns.VerifyInside(); !verified.ok()) return verified;
    return NetworkNamespaceInode();
  });
  EXPECT_NE(inside, host);
  EXPECT_EQ(inside.find_first_not_of("0123456789"), std::string::npos) << inside;
  EXPECT_EQ(NetworkNamespaceInode(), host);
}

TEST(PrivateNamespace, HasLoopbackAloneAndIsRoot) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  EXPECT_EQ(InNamespace([](const PrivateNamespace&) -> Answer {
              std::string text = "uid " + std::to_string(geteuid());
              struct if_nameindex* interfaces = if_nameindex();
              for (auto* at = interfaces; at->if_index != 0; ++at) {
                text += std::string(" ") + at->if_name;
              }
              if_freenameindex(interfaces);
              auto listener = ListenPlain(8);
              if (!listener.ok()) return listener.status();
              auto clients = ConnectMany(listener->port, 1);
              if (!clients.ok()) return clients.status();
              return text + " established " +
                     std::to_string(CountInState(*clients, TCP_ESTABLISHED));
            }),
            "uid 0 lo established 1");
}

TEST(PrivateNamespace, TheBlackHoleIsSilent) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  EXPECT_EQ(InNamespace([](const PrivateNamespace&) -> Answer {
              sockaddr_in address = Loopback(9);
              address.sin_addr.s_addr = htonl(kBlackholeNetwork + 77);
              UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
              if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 ||
                  errno != EINPROGRESS) {
                return ErrnoStatus(errno, "connect did not start");
              }
              // An ICMP error or a RST would be here already: loopback delivers before it returns.
              std::vector<UniqueFd> clients;
              clients.push_back(std::move(fd));
              return "waiting " + std::to_string(CountInState(clients, TCP_SYN_SENT));
            }),
            "waiting 1");
}

TEST(PrivateNamespace, TheTokenDoesNotHoldForAnotherNamespace) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  EXPECT_EQ(InNamespace([](const PrivateNamespace& ns) -> Answer {
              if (unshare(CLONE_NEWNET) != 0) return ErrnoStatus(errno, "unshare");
              return std::string(ns.VerifyInside().message());
            }),
            "the current network namespace is not the private one this token stands for");
}

TEST(PrivateNamespace, CarriesAnswersErrorsAndCrashesOut) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const std::string large(300'000, 'x');  // more than a pipe holds
  EXPECT_EQ(InNamespace([&](const PrivateNamespace&) -> Answer { return large; }), large);
  EXPECT_EQ(InNamespace([](const PrivateNamespace&) -> Answer { return std::string(); }), "");
  EXPECT_EQ(
      InNamespace([](const PrivateNamespace&) -> Answer { return absl::NotFoundError("gone"); }),
      "NOT_FOUND: gone");
  const std::string killed = InNamespace([](const PrivateNamespace&) -> Answer {
    raise(SIGKILL);
    return std::string("alive");
  });
  EXPECT_EQ(killed, "INTERNAL: the child in the private namespace was killed by signal 9 (Killed)");
  EXPECT_EQ(InNamespace([](const PrivateNamespace&) -> Answer { _exit(3); }),
            "INTERNAL: the child in the private namespace exited with status 3 without a report");
}

// Each waits for the other's pipe: neither could answer if they ran one after the other.
TEST(NamespaceChild, SeveralAtOnceEachInItsOwn) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  int first[2], second[2];
  ASSERT_EQ(pipe(first), 0);
  ASSERT_EQ(pipe(second), 0);
  const auto meet = [](int writer, int reader) -> Answer {
    char byte = 'x';
    if (write(writer, &byte, 1) != 1 || read(reader, &byte, 1) != 1) {
      return absl::InternalError("the other is not there");
    }
    return NetworkNamespaceInode();
  };
  auto a =
      NamespaceChild::Start([&](const PrivateNamespace&) { return meet(first[1], second[0]); });
  auto b =
      NamespaceChild::Start([&](const PrivateNamespace&) { return meet(second[1], first[0]); });
  ASSERT_TRUE(a.ok() && b.ok());
  const Answer from_b = b->Wait();
  const Answer from_a = a->Wait();
  ASSERT_TRUE(from_a.ok()) << from_a.status();
  ASSERT_TRUE(from_b.ok()) << from_b.status();
  EXPECT_NE(*from_a, *from_b);
  for (const int fd : {first[0], first[1], second[0], second[1]}) close(fd);
}

TEST(NamespaceChild, DiesWithItsObject) {
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  int alive[2];
  ASSERT_EQ(pipe(alive), 0);
  {
    auto child = NamespaceChild::Start([](const PrivateNamespace&) -> Answer {
      while (true) pause();
    });
    ASSERT_TRUE(child.ok());
    close(alive[1]);
  }
  char byte;
  EXPECT_EQ(read(alive[0], &byte, 1), 0) << "the child still holds its end";
  close(alive[0]);
}

}  // namespace
}  // namespace sluice::netlab
