// Groups: who hears what is sent to them, on every backend and of both families.
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "tests/conformance/datagram_peer.h"
#include "tests/conformance/fixture.h"
#include "tests/conformance/raw_socket.h"

namespace sluice::test {
namespace {

using testing::HasSubstr;

struct Family {
  const char* name;
  const char* any;
  const char* group;
  const char* other_group;
  const char* other_host;
};
constexpr Family kFamilies[] = {
    {"IPv4", "0.0.0.0:0", "239.1.2.3:0", "239.9.9.9:0", "198.51.100.1:0"},
    {"IPv6", "[::]:0", "[ff15::1:2]:0", "[ff15::9:9]:0", "[2001:db8::1]:0"},
};

class MulticastTest : public DatagramTest {
 protected:
  // The kernel's loopback interface; a simulated host's only one has the same index.
  const uint32_t interface_ = std::max(1u, if_nametoindex("lo"));

  // IPv6 needs a route for groups through loopback, which hosts do not have by default.
  bool Works(const Family& family) const {
    const Endpoint group = At(family.group);
    if (!GetParam().has_kernel || group.family() == AF_INET) return true;
    RawSocket probe = RawSocket::Datagram(At(family.any));
    const int interface = static_cast<int>(interface_);
    setsockopt(probe.fd(), IPPROTO_IPV6, IPV6_MULTICAST_IF, &interface, sizeof(interface));
    Endpoint to = group;
    to.set_port(9);
    return sendto(probe.fd(), "x", 1, 0, to.address(), to.size()) == 1;
  }

  std::vector<Family> Families() const {
    std::vector<Family> families;
    for (const Family& family : kFamilies) {
      if (Works(family)) families.push_back(family);
    }
    return families;
  }

  GroupMembership In(const char* group) { return {.group = At(group), .interface = interface_}; }

  // A socket that sends to groups through that interface, and hears nothing.
  DatagramPeerPtr Sender(const Family& family, MulticastSending sending = {}) {
    sending.interface = interface_;
    return Bind([&](DatagramPeer& peer) { peer.options.multicast = sending; }, At(family.any));
  }

  DatagramPeerPtr Member(const Family& family, std::vector<GroupMembership> groups,
                         uint16_t port = 0) {
    Endpoint endpoint = At(family.any);
    endpoint.set_port(port);
    return Bind(
        [&](DatagramPeer& peer) {
          peer.options.reuse_address = true;
          peer.options.groups = std::move(groups);
        },
        endpoint);
  }

  static Endpoint ToGroup(const char* group, const DatagramPeerPtr& member) {
    Endpoint to = At(group);
    to.set_port(member->socket->endpoint().port());
    return to;
  }

  static std::vector<std::string> Heard(const DatagramPeerPtr& peer) {
    std::vector<std::string> texts;
    for (const ReceivedDatagram& datagram : peer->received) texts.push_back(datagram.bytes);
    return texts;
  }
};
SLUICE_ON_EVERY_BACKEND(MulticastTest);

TEST_P(MulticastTest, EveryMemberOnThisHostHearsItsGroupAndNobodyElseDoes) {
  for (const Family& family : Families()) {
    SCOPED_TRACE(family.name);
    DatagramPeerPtr first = Member(family, {In(family.group)});
    const uint16_t port = first->socket->endpoint().port();
    DatagramPeerPtr second = Member(family, {In(family.group)}, port);
    DatagramPeerPtr other = Member(family, {In(family.other_group)}, port);
    DatagramPeerPtr none = Member(family, {}, port);
    DatagramPeerPtr sender = Sender(family);
    sender->socket->Send(ToGroup(family.group, first), "to one");
    sender->socket->Send(ToGroup(family.other_group, first), "to the other");
    ASSERT_TRUE(TurnUntil([&] {
      return !first->received.empty() && !second->received.empty() && !other->received.empty();
    }));
    Settle();
    EXPECT_THAT(Heard(first), testing::ElementsAre("to one"));
    EXPECT_THAT(Heard(second), testing::ElementsAre("to one"));
    EXPECT_THAT(Heard(other), testing::ElementsAre("to the other"));
    EXPECT_THAT(Heard(none), testing::ElementsAre());
  }
}

TEST_P(MulticastTest, OneSocketHearsSeveralGroupsUntilItLeavesThem) {
  for (const Family& family : Families()) {
    SCOPED_TRACE(family.name);
    DatagramPeerPtr member = Member(family, {In(family.group), In(family.other_group)});
    DatagramPeerPtr sender = Sender(family);
    sender->socket->Send(ToGroup(family.group, member), "one");
    sender->socket->Send(ToGroup(family.other_group, member), "two");
    ASSERT_TRUE(TurnUntil([&] { return member->received.size() == 2; }));
    ASSERT_TRUE(member->socket->Leave(In(family.group)).ok());
    sender->socket->Send(ToGroup(family.group, member), "three");
    sender->socket->Send(ToGroup(family.other_group, member), "four");
    ASSERT_TRUE(TurnUntil([&] { return member->received.size() == 3; }));
    ASSERT_TRUE(member->socket->Join(In(family.group)).ok());
    sender->socket->Send(ToGroup(family.group, member), "five");
    ASSERT_TRUE(TurnUntil([&] { return member->received.size() == 4; }));
    EXPECT_THAT(Heard(member), testing::ElementsAre("one", "two", "four", "five"));
  }
}

TEST_P(MulticastTest, ASourceIsHeardAlone) {
  for (const Family& family : Families()) {
    SCOPED_TRACE(family.name);
    DatagramPeerPtr anybody = Member(family, {In(family.group)});
    const uint16_t port = anybody->socket->endpoint().port();
    DatagramPeerPtr sender = Sender(family);
    sender->socket->Send(ToGroup(family.group, anybody), "who am I");
    ASSERT_TRUE(TurnUntil([&] { return !anybody->received.empty(); }));

    GroupMembership from_sender = In(family.group);
    from_sender.source = anybody->received[0].peer;
    GroupMembership from_other = In(family.group);
    from_other.source = At(family.other_host);
    DatagramPeerPtr wanted = Member(family, {from_other, from_sender}, port);
    DatagramPeerPtr unwanted = Member(family, {from_other}, port);
    sender->socket->Send(ToGroup(family.group, anybody), "again");
    ASSERT_TRUE(TurnUntil([&] { return !wanted->received.empty(); }));
    Settle();
    EXPECT_THAT(Heard(unwanted), testing::ElementsAre());

    ASSERT_TRUE(wanted->socket->Leave(from_sender).ok());
    ASSERT_TRUE(unwanted->socket->Join(from_sender).ok());
    sender->socket->Send(ToGroup(family.group, anybody), "turned round");
    ASSERT_TRUE(TurnUntil([&] { return !unwanted->received.empty(); }));
    Settle();
    EXPECT_THAT(Heard(wanted), testing::ElementsAre("again"));
    EXPECT_THAT(Heard(unwanted), testing::ElementsAre("turned round"));
  }
}

TEST_P(MulticastTest, NoHopsAreEnoughForThisHost) {
  for (const Family& family : Families()) {
    SCOPED_TRACE(family.name);
    DatagramPeerPtr member = Member(family, {In(family.group)});
    DatagramPeerPtr sender = Sender(family, {.hops = 0});
    sender->socket->Send(ToGroup(family.group, member), "for this host");
    ASSERT_TRUE(TurnUntil([&] { return !member->received.empty(); }));
  }
}

TEST_P(MulticastTest, WithoutLoopThisHostHearsNothing) {
  if (GetParam().has_kernel) {
    GTEST_SKIP() << "the loopback interface brings everything back (tests/apps/cast_test.py has "
                    "others)";
  }
  for (const Family& family : Families()) {
    SCOPED_TRACE(family.name);
    DatagramPeerPtr member = Member(family, {In(family.group)});
    DatagramPeerPtr sender = Sender(family, {.loop = false});
    const Endpoint to = ToGroup(family.group, member);
    sender->socket->Send(to, "kept from you");
    Settle();
    ASSERT_TRUE(sender->socket->SetMulticast({.interface = interface_}).ok());
    sender->socket->Send(to, "for you, too");
    ASSERT_TRUE(TurnUntil([&] { return !member->received.empty(); }));
    EXPECT_THAT(Heard(member), testing::ElementsAre("for you, too"));
  }
}

TEST_P(MulticastTest, ASocketBoundToAGroupHearsThatAlone) {
  for (const Family& family : Families()) {
    SCOPED_TRACE(family.name);
    DatagramPeerPtr member = Bind(
        [&](DatagramPeer& peer) { peer.options.groups = {In(family.group)}; }, At(family.group));
    ASSERT_TRUE(member->socket->Join(In(family.other_group)).ok());
    DatagramPeerPtr sender = Sender(family);
    Endpoint host = At(family.any[0] == '[' ? "[::1]:0" : "127.0.0.1:0");
    host.set_port(member->socket->endpoint().port());
    sender->socket->Send(host, "to the host");
    sender->socket->Send(ToGroup(family.other_group, member), "to another group");
    sender->socket->Send(member->socket->endpoint(), "to the group");
    ASSERT_TRUE(TurnUntil([&] { return !member->received.empty(); }));
    Settle();
    EXPECT_THAT(Heard(member), testing::ElementsAre("to the group"));
  }
}

TEST_P(MulticastTest, WhatIsForTheHostAloneGoesToTheLastThatSharesItsPort) {
  DatagramPeerPtr first = Member(kFamilies[0], {});
  const uint16_t port = first->socket->endpoint().port();
  DatagramPeerPtr last = Member(kFamilies[0], {}, port);
  DatagramPeerPtr client = Bind();
  Endpoint host = Loopback();
  host.set_port(port);
  client->socket->Send(host, "for one");
  ASSERT_TRUE(TurnUntil([&] { return !last->received.empty(); }));
  Settle();
  EXPECT_TRUE(first->received.empty());
}

TEST_P(MulticastTest, RefusalsSayWhatWhereAndWhatToDo) {
  struct {
    GroupMembership membership;
    absl::StatusCode code;
    const char* words;
  } const cases[] = {
      {{.group = At("10.0.0.1:9")}, absl::StatusCode::kInvalidArgument, "10.0.0.1 is not a multic"},
      {{.group = At("unix:@x")}, absl::StatusCode::kInvalidArgument, "unix:@x is not a multicast"},
      {{.group = At("[ff15::1]:9")}, absl::StatusCode::kInvalidArgument, "IPv6 group [ff15::1]"},
      {{.group = At("239.1.2.3:9"), .source = At("239.1.2.4:9")},
       absl::StatusCode::kInvalidArgument,
       "239.1.2.4 cannot send to the group 239.1.2.3"},
      {{.group = At("239.1.2.3:9"), .source = At("[::1]:9")},
       absl::StatusCode::kInvalidArgument,
       "of the same family"},
      {{.group = At("239.1.2.3:9"), .interface = 4'000'000},
       absl::StatusCode::kNotFound,
       "239.1.2.3 on interface 4000000): ENODEV (No such device); there is no such interface"},
  };
  DatagramPeerPtr socket = Bind();
  for (const auto& refused : cases) {
    const absl::Status joined = socket->socket->Join(refused.membership);
    EXPECT_EQ(joined.code(), refused.code) << joined.ToString();
    EXPECT_THAT(std::string(joined.message()), HasSubstr(refused.words));
    DatagramSocketOptions options;
    options.groups = {refused.membership};
    const absl::Status bound =
        loop()
            .Bind(Loopback(), options, MakeDatagramHandler(std::make_shared<DatagramPeer>()))
            .status();
    EXPECT_EQ(bound.code(), refused.code) << bound.ToString();
    EXPECT_THAT(std::string(bound.message()), HasSubstr(refused.words));
  }
}

TEST_P(MulticastTest, JoiningTwiceAndLeavingWhatWasNotJoinedAreErrors) {
  for (const Family& family : Families()) {
    SCOPED_TRACE(family.name);
    DatagramPeerPtr member = Member(family, {In(family.group)});
    const absl::Status twice = member->socket->Join(In(family.group));
    EXPECT_TRUE(absl::IsFailedPrecondition(twice)) << twice.ToString();
    const absl::Status never = member->socket->Leave(In(family.other_group));
    EXPECT_THAT(std::string(never.message()), HasSubstr("is not in this group"));
    GroupMembership source = In(family.other_group);
    source.source = At(family.other_host);
    EXPECT_THAT(std::string(member->socket->Leave(source).message()),
                HasSubstr("is not in this group"));
    ASSERT_TRUE(member->socket->Join(source).ok());
    EXPECT_THAT(std::string(member->socket->Join(source).message()),
                HasSubstr("hears this source already"));
  }
}

TEST_P(MulticastTest, WhatCannotBeSentThroughIsRefusedInWords) {
  for (const Family& family : Families()) {
    SCOPED_TRACE(family.name);
    DatagramPeerPtr sender = Sender(family);
    const absl::Status nowhere = sender->socket->SetMulticast({.interface = 4'000'000});
    EXPECT_THAT(std::string(nowhere.message()), HasSubstr("there is no such interface"));
    const absl::Status far = sender->socket->SetMulticast({.interface = interface_, .hops = 256});
    EXPECT_THAT(std::string(far.message()), HasSubstr("from 0 to 255"));
  }
}

}  // namespace
}  // namespace sluice::test
