// What PcapWriter writes, read back byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "reactor/loop.h"
#include "reactor/sim/sim_events.h"
#include "reactor/sim/sim_run.h"
#include "tools/sim/pcap_writer.h"
#include "tools/sim/scenario.h"
#include "tools/sim/scenarios/conversation.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

uint32_t Number(std::string_view bytes, size_t at, size_t size) {  // big-endian
  uint32_t number = 0;
  for (size_t i = 0; i < size; ++i) number = number << 8 | static_cast<uint8_t>(bytes.at(at + i));
  return number;
}

uint32_t Native(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  EXPECT_LE(at + sizeof(number), bytes.size());
  bytes.copy(reinterpret_cast<char*>(&number), sizeof(number), at);
  return number;
}

// The ones' complement sum, which a right checksum makes 0xffff.
uint32_t SumOf(std::string bytes) {
  if (bytes.size() % 2 == 1) bytes += '\0';
  uint64_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2) sum += Number(bytes, i, 2);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint32_t>(sum);
}

struct Packet {
  int64_t time_ns = 0;   // since the start
  std::string from, to;  // address and port
  bool tcp = false;
  uint8_t flags = 0;
  uint32_t sequence = 0, acknowledged = 0;
  std::string payload;
};

std::string Name(std::string_view address, uint32_t port) {
  std::string name;
  for (const char byte : address) name += std::to_string(static_cast<uint8_t>(byte)) + ".";
  return name + std::to_string(port);
}

// A packet from its IP header on; its lengths and checksums must be right.
Packet ParsePacket(std::string_view ip) {
  const bool v6 = Number(ip, 0, 1) >> 4 == 6;
  const size_t header = v6 ? 40 : 20;
  const size_t length = v6 ? Number(ip, 4, 2) + header : Number(ip, 2, 2);
  EXPECT_EQ(length, ip.size());
  if (!v6) {
    EXPECT_EQ(Number(ip, 0, 1), 0x45u);
    EXPECT_EQ(SumOf(std::string(ip.substr(0, header))), 0xffffu) << "of the IP header";
  }
  const size_t address_bytes = v6 ? 16 : 4;
  const size_t addresses_at = v6 ? 8 : 12;
  const uint32_t protocol = Number(ip, v6 ? 6 : 9, 1);
  const std::string_view content = ip.substr(header);
  std::string pseudo(ip.substr(addresses_at, 2 * address_bytes));
  pseudo += std::string({'\0', static_cast<char>(protocol)});
  pseudo +=
      std::string({static_cast<char>(content.size() >> 8), static_cast<char>(content.size())});
  EXPECT_EQ(SumOf(pseudo + std::string(content)), 0xffffu) << "of the payload";
  Packet packet;
  packet.from = Name(ip.substr(addresses_at, address_bytes), Number(content, 0, 2));
  packet.to = Name(ip.substr(addresses_at + address_bytes, address_bytes), Number(content, 2, 2));
  packet.tcp = protocol == IPPROTO_TCP;
  if (packet.tcp) {
    packet.sequence = Number(content, 4, 4);
    packet.acknowledged = Number(content, 8, 4);
    packet.flags = static_cast<uint8_t>(Number(content, 13, 1));
    packet.payload = content.substr(Number(content, 12, 1) >> 4 << 2);
  } else {
    EXPECT_EQ(protocol, uint32_t{IPPROTO_UDP});
    EXPECT_EQ(Number(content, 4, 2), content.size());
    packet.payload = content.substr(8);
  }
  return packet;
}

std::vector<Packet> ParseFile(const std::string& file) {
  std::ostringstream all;
  all << std::ifstream(file, std::ios::binary).rdbuf();
  const std::string bytes = all.str();
  EXPECT_EQ(Native(bytes, 0), 0xa1b23c4du);
  EXPECT_EQ(Native(bytes, 4), 2u | 4u << 16) << "version 2.4";
  EXPECT_EQ(Native(bytes, 20), 101u) << "LINKTYPE_RAW";
  std::vector<Packet> packets;
  for (size_t at = 24; at < bytes.size();) {
    const size_t size = Native(bytes, at + 8);
    EXPECT_EQ(Native(bytes, at + 12), size);
    EXPECT_LE(size, Native(bytes, 16)) << "the snapshot length";
    packets.push_back(ParsePacket(std::string_view(bytes).substr(at + 16, size)));
    packets.back().time_ns = int64_t{Native(bytes, at)} * 1'000'000'000 + Native(bytes, at + 4);
    at += 16 + size;
    EXPECT_LE(at, bytes.size()) << "the last packet is cut";
  }
  return packets;
}

// The streams of a capture by "from > to", put together by their sequence numbers; checks that
// these are consistent.
std::map<std::string, std::string> Reassemble(const std::vector<Packet>& packets) {
  std::map<std::string, std::string> streams;
  std::map<std::string, uint32_t> first, next;
  for (const Packet& packet : packets) {
    if (!packet.tcp) continue;
    const std::string flow = packet.from + " > " + packet.to;
    const std::string reverse = packet.to + " > " + packet.from;
    EXPECT_LE(packet.payload.size(), PcapWriter::kSegmentBytesMax);
    if (packet.flags & TH_SYN) {
      EXPECT_EQ(packet.sequence, first.try_emplace(flow, packet.sequence).first->second)
          << "a repeated SYN";
      if (!next.contains(flow)) next[flow] = packet.sequence + 1;
    } else {
      EXPECT_EQ(packet.sequence, next[flow]) << flow;
      streams[flow] += packet.payload;
      next[flow] += static_cast<uint32_t>(packet.payload.size()) + (packet.flags & TH_FIN ? 1 : 0);
    }
    if (packet.flags & TH_ACK) {
      EXPECT_EQ(packet.acknowledged, packet.flags & TH_SYN ? first[reverse] + 1 : next[reverse])
          << flow;
    } else {
      EXPECT_EQ(packet.acknowledged, 0u);
    }
  }
  return streams;
}

class PcapTest : public testing::Test {
 protected:
  PcapTest() : file_(testing::TempDir() + "sluice-pcap-" + std::to_string(getpid()) + ".pcap") {}
  ~PcapTest() override { unlink(file_.c_str()); }

  std::unique_ptr<PcapWriter> Open() {
    absl::StatusOr<std::unique_ptr<PcapWriter>> writer = PcapWriter::Open(file_);
    EXPECT_TRUE(writer.ok()) << writer.status().ToString();
    return *std::move(writer);
  }

  const std::string file_;
};

// One packet at a time from nothing but its words.
class Wire {
 public:
  explicit Wire(PcapWriter& writer) : writer_(writer) {}
  void Send(std::string_view kind, const char* from, const char* to,
            std::string_view payload = {}) {
    const Endpoint source = *Endpoint::Parse(from), target = *Endpoint::Parse(to);
    now_ += 1001ns;
    writer_.OnPacket({now_, kind, &source, &target, payload});
  }

 private:
  PcapWriter& writer_;
  TimePoint now_ = sim::EventQueue::kStart;
};

constexpr char kClient[] = "10.0.0.2:40000", kServer[] = "10.0.0.1:80";
constexpr char kThere[] = "10.0.0.2.40000 > 10.0.0.1.80", kBack[] = "10.0.0.1.80 > 10.0.0.2.40000";

TEST_F(PcapTest, AConnectionFromSynToRst) {
  auto writer = Open();
  Wire wire(*writer);
  wire.Send("SYN", kClient, kServer);
  wire.Send("SYN", kClient, kServer);
  wire.Send("SYN-ACK", kServer, kClient);
  wire.Send("ACK", kClient, kServer);
  const std::string request(4000, 'q');
  wire.Send("DATA", kClient, kServer, request);
  wire.Send("FIN", kClient, kServer);
  wire.Send("DATA", kServer, kClient, "answer");
  wire.Send("RST", kServer, kClient);
  ASSERT_TRUE(writer->Close().ok());
  const std::vector<Packet> packets = ParseFile(file_);
  ASSERT_EQ(packets.size(), 10u) << "4,000 bytes are three segments";
  auto streams = Reassemble(packets);
  EXPECT_EQ(streams[kThere], request);
  EXPECT_EQ(streams[kBack], "answer");
  EXPECT_EQ(packets.front().time_ns, 1001);
  EXPECT_EQ(packets.back().time_ns, 8 * 1001);
  EXPECT_EQ(packets[2].flags, TH_SYN | TH_ACK);
  EXPECT_EQ(packets[4].payload.size(), 1460u);
  EXPECT_EQ(packets[6].flags, TH_PUSH | TH_ACK);
  EXPECT_EQ(packets[7].flags, TH_FIN | TH_ACK);
  EXPECT_EQ(packets[9].flags, TH_RST | TH_ACK);
}

TEST_F(PcapTest, APortUsedAgainBeginsAnew) {
  auto writer = Open();
  Wire wire(*writer);
  for (const std::string_view words : {"first", "second"}) {
    wire.Send("SYN", kClient, kServer);
    wire.Send("SYN-ACK", kServer, kClient);
    wire.Send("ACK", kClient, kServer);
    wire.Send("DATA", kClient, kServer, words);
  }
  wire.Send("SYN", "10.0.0.3:1", kServer);
  wire.Send("RST", kServer, "10.0.0.3:1");
  ASSERT_TRUE(writer->Close().ok());
  const std::vector<Packet> packets = ParseFile(file_);
  ASSERT_EQ(packets.size(), 10u);
  const std::vector<Packet> second(packets.begin() + 4, packets.end());
  EXPECT_EQ(Reassemble(second)[kThere], "second");
  EXPECT_NE(packets[0].sequence, packets[4].sequence);
  EXPECT_EQ(packets[9].acknowledged, packets[8].sequence + 1) << "of a refused SYN";
}

TEST_F(PcapTest, DatagramsAndIpv6AndNoUnixSockets) {
  auto writer = Open();
  Wire wire(*writer);
  const std::string largest(65507, 'x');
  wire.Send("UDP", "10.0.0.1:9", "255.255.255.255:5000", "odd");
  wire.Send("UDP", "10.0.0.1:9", "10.0.0.2:5000", largest);
  wire.Send("UDP", "[::1]:9", "[::1]:10", "");
  wire.Send("DATA", "unix:@a", "unix:@b", "local");
  wire.Send("SYN", "[::1]:40000", "[::1]:80");
  wire.Send("SYN-ACK", "[::1]:80", "[::1]:40000");
  wire.Send("DATA", "[::1]:40000", "[::1]:80", "six");
  ASSERT_TRUE(writer->Close().ok());
  const std::vector<Packet> packets = ParseFile(file_);
  ASSERT_EQ(packets.size(), 6u);
  EXPECT_EQ(packets[0].payload, "odd");
  EXPECT_EQ(packets[0].to, "255.255.255.255.5000");
  EXPECT_EQ(packets[1].payload, largest);
  EXPECT_EQ(packets[2].payload, "");
  Reassemble(packets);
  EXPECT_EQ(packets[5].payload, "six");
}

// A conversation on a network with every fault: both streams are in the capture, whole.
TEST_F(PcapTest, AConversationCanBeFollowed) {
  auto writer = Open();
  sim::WorldOptions options;
  options.tracer = writer.get();
  for (const sim::Fault fault : {sim::Fault::kShortSend, sim::Fault::kPartialReceive,
                                 sim::Fault::kSegmentDelay, sim::Fault::kHandshakeLoss}) {
    options.faults.ratios[static_cast<size_t>(fault)] = sim::FaultKnobs::kDenominator / 4;
  }
  Conversation conversation;
  Prng prng(1);
  conversation.sent = RandomBytes(prng, 50'000);
  sim::SimWorld world(options);
  {
    sim::SimRun run(world);
    Loop& server = run.AddLoop(world.AddHost());
    Loop& client = run.AddLoop(world.AddHost());
    ASSERT_TRUE(server.Listen<EchoHandler>("10.0.0.1:80").ok());
    client.Connect(*Endpoint::Parse("10.0.0.1:80"), {},
                   std::make_unique<ConversationClient>(conversation, prng));
    ASSERT_TRUE(run.Until([&] { return conversation.closes == 1; }, world.now() + 1h));
  }
  ASSERT_TRUE(writer->Close().ok());
  ASSERT_EQ(conversation.received, conversation.sent);
  auto streams = Reassemble(ParseFile(file_));
  EXPECT_EQ(streams.size(), 2u);
  EXPECT_EQ(streams["10.0.0.2.32768 > 10.0.0.1.80"], conversation.sent);
  EXPECT_EQ(streams["10.0.0.1.80 > 10.0.0.2.32768"], conversation.sent);
}

TEST_F(PcapTest, EveryScenarioGivesAConsistentFile) {
  for (const Scenario& scenario : Scenarios()) {
    if (scenario.when != When::kEverySeed) continue;
    SCOPED_TRACE(scenario.name);
    auto writer = Open();
    RunTrial(scenario, 1, writer.get());
    ASSERT_TRUE(writer->Close().ok());
    EXPECT_FALSE(ParseFile(file_).empty());
  }
}

using PcapDeathTest = PcapTest;

TEST_F(PcapDeathTest, AViolationLeavesAWholeFile) {
  const auto run_until_broken = [&] {
    for (uint64_t seed = 1; seed <= 1000; ++seed) {
      const auto writer = Open();
      RunTrial(*FindScenario("broken-echo"), seed, writer.get());
    }
  };
  EXPECT_DEATH(run_until_broken(), "violation: ");
  EXPECT_GT(ParseFile(file_).size(), 10u);
}

TEST_F(PcapTest, WhatCannotBeWrittenIsSaid) {
  const auto nowhere = PcapWriter::Open("/no-such-folder/x.pcap");
  EXPECT_THAT(nowhere.status().ToString(),
              HasSubstr("cannot write /no-such-folder/x.pcap: ENOENT"));
  absl::StatusOr<std::unique_ptr<PcapWriter>> full = PcapWriter::Open("/dev/full");
  ASSERT_TRUE(full.ok());
  EXPECT_THAT((*full)->Close().ToString(), HasSubstr("cannot write /dev/full: ENOSPC"));
}

}  // namespace
}  // namespace sluice::simulate
