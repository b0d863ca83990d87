// Groups and broadcasts against the kernel's own limits, interfaces and routes.
#include <net/if.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "reactor/backend/interfaces.h"
#include "tests/conformance/datagram_peer.h"
#include "tests/netlab/in_namespace.h"

namespace sluice::test {
namespace {

class MulticastKernelTest : public DatagramTest {};
SLUICE_ON_KERNEL_BACKENDS(MulticastKernelTest);

TEST_P(MulticastKernelTest, TooManyMembershipsNameTheLimit) {
  int limit = 0;
  std::ifstream("/proc/sys/net/ipv4/igmp_max_memberships") >> limit;
  if (limit <= 0 || limit > 250) GTEST_SKIP() << "igmp_max_memberships is " << limit;
  DatagramPeerPtr member = Bind();
  const uint32_t interface = if_nametoindex("lo");
  for (int i = 0; i <= limit; ++i) {
    const GroupMembership one{.group = At("239.1.2." + std::to_string(i) + ":0"),
                              .interface = interface};
    const absl::Status joined = member->socket->Join(one);
    if (i < limit) {
      ASSERT_TRUE(joined.ok()) << joined.ToString();
    } else {
      EXPECT_TRUE(absl::IsResourceExhausted(joined)) << joined.ToString();
      EXPECT_THAT(std::string(joined.message()), testing::HasSubstr("igmp_max_memberships"));
    }
  }
}

TEST_P(MulticastKernelTest, WhoMayBroadcastIsHeardByEverySocketThatSharesThePort) {
  const auto share = [](DatagramPeer& peer) { peer.options.reuse_address = true; };
  DatagramPeerPtr first = Bind(share, At("0.0.0.0:0"));
  DatagramPeerPtr second = Bind(share, first->socket->endpoint());
  DatagramPeerPtr sender = Bind([](DatagramPeer& peer) { peer.options.broadcast = true; });
  Endpoint everybody = At("127.255.255.255:0");
  everybody.set_port(first->socket->endpoint().port());
  sender->socket->Send(everybody, "hello");
  ASSERT_TRUE(TurnUntil([&] { return !first->received.empty() && !second->received.empty(); }));
  EXPECT_EQ(sender->socket->stats().refused, 0u);
}

TEST_P(MulticastKernelTest, WhoWantsTheGroupsOfOthersHearsThem) {
  const uint32_t interface = if_nametoindex("lo");
  DatagramPeerPtr member = Bind(
      [&](DatagramPeer& peer) {
        peer.options.reuse_address = true;
        peer.options.groups = {{.group = At("239.1.2.3:0"), .interface = interface}};
      },
      At("0.0.0.0:0"));
  DatagramPeerPtr nosy = Bind(
      [](DatagramPeer& peer) {
        peer.options.reuse_address = true;
        peer.options.socket.Set(socket_option::kMulticastAll, true);
      },
      member->socket->endpoint());
  DatagramPeerPtr sender =
      Bind([&](DatagramPeer& peer) { peer.options.multicast.interface = interface; });
  Endpoint group = At("239.1.2.3:0");
  group.set_port(member->socket->endpoint().port());
  sender->socket->Send(group, "overheard");
  ASSERT_TRUE(TurnUntil([&] { return !nosy->received.empty(); }));
}

// The interface under which `group` (as /proc/net/igmp writes it) is listed, or "".
std::string JoinedOn(const std::string& group) {
  std::ifstream file("/proc/net/igmp");
  std::string interface;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string first, second;
    words >> first >> second;
    if (!line.empty() && line[0] != '\t') interface = second;
    if (first == group) return interface;
  }
  return "";
}

// In the child: two interfaces, and routes that say which of them a group is on.
absl::StatusOr<std::string> JoinWhereTheRouteLeads(const BackendCase& backend) {
  for (const char* command :
       {"ip link add one0 type veth peer name one1", "ip link add two0 type veth peer name two1",
        "ip link set one0 up", "ip link set two0 up", "ip addr add 10.1.0.1/24 dev one0",
        "ip addr add 10.2.0.1/24 dev two0", "ip route add 239.0.0.0/8 dev two0"}) {
    if (std::system((std::string(command) + " 2>/dev/null").c_str()) != 0) return "no veth";
  }
  absl::StatusOr<NetworkInterface> routed = InterfaceTowards(At("239.1.2.3:0"));
  if (!routed.ok()) return routed.status();
  const absl::StatusCode nowhere = InterfaceTowards(At("224.1.2.3:0")).status().code();
  absl::StatusOr<BackendChoice> choice = backend.make({});
  if (!choice.ok()) return choice.status();
  Loop loop(*std::move(choice));
  DatagramSocketOptions options;
  options.groups = {{.group = At("239.1.2.3:0")}};
  absl::StatusOr<DatagramSocket*> member =
      loop.Bind(At("0.0.0.0:0"), options, MakeDatagramHandler(std::make_shared<DatagramPeer>()));
  if (!member.ok()) return member.status();
  const absl::Status unrouted = (*member)->Join({.group = At("224.1.2.3:0")});
  return routed->name + " " + JoinedOn("030201EF") + " " + absl::StatusCodeToString(nowhere) + " " +
         absl::StatusCodeToString(unrouted.code());
}

TEST_P(MulticastKernelTest, WithoutAnInterfaceTheRouteDecides) {
  if (!GetParam().make({}).ok()) GTEST_SKIP() << "this host lacks " << GetParam().name;
  SLUICE_SKIP_WITHOUT_NAMESPACES();
  const std::string answer = netlab::InNamespace(
      [](const netlab::PrivateNamespace&) { return JoinWhereTheRouteLeads(GetParam()); });
  if (answer == "no veth") GTEST_SKIP() << "this host lacks ip(8) or veth";
  EXPECT_EQ(answer, "two0 two0 NOT_FOUND NOT_FOUND");
}

}  // namespace
}  // namespace sluice::test
