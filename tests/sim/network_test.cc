// The simulated network by itself: the queues behind listen(2) by the kernel's rules, datagrams,
// partitions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>

#include "reactor/loop.h"
#include "reactor/sim/sim_run.h"
#include "reactor/sim/sim_world.h"

namespace sluice::sim {
namespace {

using namespace std::chrono_literals;

class Silent : public Handler {
 public:
  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }
};

struct Queues {
  int backlog;
  uint32_t somaxconn;
  size_t completes;
};

// A burst from the host itself, where handshakes end one after the other as on a kernel's loopback.
TEST(AcceptQueueTest, HoldsTheSmallerOfBacklogAndSomaxconnAndOneMore) {
  for (const Queues& queues : {Queues{0, 4096, 1}, Queues{1, 4096, 2}, Queues{5, 4096, 6},
                               Queues{128, 4096, 129}, Queues{128, 16, 17}, Queues{-1, 7, 8}}) {
    SCOPED_TRACE("listen(" + std::to_string(queues.backlog) + ")");
    SimWorld world({});
    HostOptions host_options;
    host_options.somaxconn = queues.somaxconn;
    SimHost& host = world.AddHost(host_options);
    Loop loop(world.MakeBackend(host));
    ListenerOptions options;
    options.backlog = queues.backlog;
    options.accepting = false;
    absl::StatusOr<Listener*> listener = loop.Listen<Silent>("127.0.0.1:80", options);
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    ConnectOptions connect;
    connect.timeout = 500ms;
    for (int i = 0; i < 200; ++i) {
      loop.Connect((*listener)->endpoint(), connect, std::make_unique<Silent>());
    }
    const TimePoint end = loop.now() + 400ms;
    while (loop.now() < end) loop.Turn(end);
    EXPECT_EQ(loop.stats().connects, queues.completes);
    EXPECT_EQ((*listener)->accept_queue()->length, queues.completes);
    EXPECT_EQ(host.counters.listen_overflows, 200 - queues.completes);
  }
}

// Half-open entries held, of 2,000 SYNs nothing follows (net/ipv4/tcp_input.c, tcp_conn_request).
TEST(SynQueueTest, HoldsWhatTheKernelWould) {
  struct Case {
    int backlog;
    uint32_t max_syn_backlog;
    int cookies;
    size_t held;
  };
  for (const Case& c : {Case{128, 1024, 0, 129}, Case{1024, 128, 0, 97}, Case{1024, 8, 0, 7},
                        Case{4096, 1024, 0, 769}, Case{128, 1024, 1, 129}, Case{128, 1024, 2, 0}}) {
    SCOPED_TRACE("backlog " + std::to_string(c.backlog) + ", cookies " + std::to_string(c.cookies));
    SimWorld world({});
    HostOptions host_options;
    host_options.tcp_max_syn_backlog = c.max_syn_backlog;
    host_options.tcp_syncookies = c.cookies;
    SimHost& host = world.AddHost(host_options);
    ListenerKey listener;
    ASSERT_EQ(world.network().Listen(host, *Endpoint::Parse("127.0.0.1:80"), c.backlog, false, {},
                                     &listener),
              0);
    const TimePoint begin = world.now();
    for (int i = 0; i < 2000; ++i) world.network().InjectSyn(host, 80);
    EXPECT_EQ(world.network().HalfOpen(listener), c.held);
    const uint64_t refused = host.counters.listen_drops + host.counters.syncookies_sent;
    EXPECT_EQ(refused, 2000 - c.held);
    // After the second repeat of the SYN-ACKs, at 7 s, old entries go above half of the limit; the
    // others live until 2^(5 + 1) - 1 = 63 s (net/ipv4/inet_connection_sock.c,
    // reqsk_timer_handler).
    const auto held_after = [&](Duration elapsed) {
      while (world.events().next_time() <= begin + elapsed) world.events().HappenNext();
      return world.network().HalfOpen(listener);
    };
    EXPECT_EQ(held_after(6s), c.held);
    EXPECT_EQ(held_after(62s), std::min(c.held, world.network().AcceptQueueLimit(listener) / 2));
    while (!world.events().empty()) world.events().HappenNext();
    EXPECT_EQ(world.network().HalfOpen(listener), 0u);
    world.network().CloseListener(listener);
  }
}

// With a path delay and cookies, clients are established that the server has nothing of.
TEST(SynQueueTest, CookiesAndALongPathMakeGhosts) {
  WorldOptions options;
  options.network.latency = 5ms;
  SimWorld world(options);
  SimHost& server_host = world.AddHost();
  SimRun run(world);
  Loop& server = run.AddLoop(server_host);
  Loop& client = run.AddLoop(world.AddHost());
  ListenerOptions listen;
  listen.backlog = 16;
  listen.accepting = false;
  absl::StatusOr<Listener*> listener = server.Listen<Silent>("10.0.0.1:80", listen);
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  for (int i = 0; i < 100; ++i) {
    client.Connect((*listener)->endpoint(), {}, std::make_unique<Silent>());
  }
  run.For(500ms);
  EXPECT_EQ(client.stats().connects, 100u);
  EXPECT_EQ((*listener)->accept_queue()->length, 17u);
  EXPECT_GT(server_host.counters.syncookies_received, 0u);
  EXPECT_GT(server_host.counters.listen_overflows, 0u);
}

TEST(PartitionTest, NothingPassesUntilItHeals) {
  SimWorld world({});
  SimHost& server_host = world.AddHost();
  SimHost& client_host = world.AddHost();
  SimRun run(world);
  Loop& server = run.AddLoop(server_host);
  Loop& client = run.AddLoop(client_host);
  absl::StatusOr<Listener*> listener = server.Listen<Silent>("10.0.0.1:80");
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  world.network().Partition(server_host, client_host, true);
  ConnectOptions connect;
  connect.timeout = 60s;
  client.Connect((*listener)->endpoint(), connect, std::make_unique<Silent>());
  run.For(2500ms);
  EXPECT_EQ(client.stats().connects, 0u);
  EXPECT_EQ(client_host.counters.syn_retransmits, 2u);
  world.network().Partition(server_host, client_host, false);
  EXPECT_TRUE(run.Until([&] { return client.stats().connects == 1; }, world.now() + 10s));
}

// A SYN that is repeated finds the listener that has its half-open entry already.
TEST(ReusePortTest, AClientMeetsOneListener) {
  SimWorld world({});
  SimHost& server_host = world.AddHost();
  SimHost& client_host = world.AddHost();
  SimRun run(world);
  Loop& server = run.AddLoop(server_host);
  ListenerOptions listen;
  listen.reuse_port = true;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(server.Listen<Silent>("10.0.0.1:80", listen).ok());
  Loop& client = run.AddLoop(client_host);
  for (int i = 0; i < 40; ++i) {
    client.Connect(*Endpoint::Parse("10.0.0.1:80"), {}, std::make_unique<Silent>());
  }
  run.For(10us);  // the SYNs are on their way, and what answers them is lost
  world.network().Partition(server_host, client_host, true);
  run.For(500ms);
  world.network().Partition(server_host, client_host, false);
  run.For(10s);
  EXPECT_EQ(client.stats().connections, 40u);
  EXPECT_EQ(server.stats().connections, 40u);
  for (const ListenerKey listener : server_host.listeners) {
    EXPECT_EQ(world.network().HalfOpen(listener), 0u);
  }
}

struct Seen {
  std::string received;
  int ends = 0;
  CloseReason reason;
};

class Watching : public Handler {
 public:
  explicit Watching(Seen& seen) : seen_(seen) {}
  size_t OnData(Connection&, std::string_view bytes) override {
    seen_.received += bytes;
    return bytes.size();
  }
  void OnEnd(Connection& connection) override {
    ++seen_.ends;
    connection.Close();
  }
  void OnClose(Connection&, CloseReason reason) override { seen_.reason = reason; }

 private:
  Seen& seen_;
};

class SendsMuch : public Handler {
 public:
  static constexpr size_t kBytes = 100'000;
  void OnOpen(Connection& connection) override {
    connection.Send(std::string(kBytes, 'x'));
    connection.Close();
  }
  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }
};

// Where output is dropped the peer sees a reset, not an end: it would take the front for the whole.
TEST(SendErrorTest, APeerIsNotToldThatACutStreamHasEnded) {
  int cut = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    WorldOptions options;
    options.seed = seed;
    options.faults.ratios[static_cast<size_t>(Fault::kSendFailed)] = FaultKnobs::kDenominator / 4;
    options.faults.ratios[static_cast<size_t>(Fault::kShortSend)] = FaultKnobs::kDenominator;
    SimWorld world(options);
    Seen seen;
    SimRun run(world);
    Loop& server = run.AddLoop(world.AddHost());
    Loop& client = run.AddLoop(world.AddHost());
    absl::StatusOr<Listener*> listener = server.Listen<SendsMuch>("10.0.0.1:80");
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    client.Connect((*listener)->endpoint(), {}, std::make_unique<Watching>(seen));
    ASSERT_TRUE(run.Until([&] { return seen.reason.code != CloseCode::kNone; }, world.now() + 60s));
    EXPECT_EQ(seen.ends, seen.received.size() == SendsMuch::kBytes ? 1 : 0)
        << seen.received.size() << " bytes came";
    if (seen.received.size() < SendsMuch::kBytes) ++cut;
  }
  EXPECT_GT(cut, 10);
}

class PausesAndEnds : public Watching {
 public:
  using Watching::Watching;
  void OnOpen(Connection& connection) override {
    connection.PauseReading();
    connection.EndOutput();
  }
};

// Both streams ended and were acknowledged: nothing is left to be reset, however late it is read.
TEST(EndTest, BothEndsAreReadInGoodOrderHoweverLate) {
  SimWorld world({});
  Seen seen;
  SimRun run(world);
  Loop& server = run.AddLoop(world.AddHost());
  Loop& client = run.AddLoop(world.AddHost());
  ASSERT_TRUE(server.Listen<SendsMuch>("10.0.0.1:80").ok());
  const ConnectionId id =
      client.Connect(*Endpoint::Parse("10.0.0.1:80"), {}, std::make_unique<PausesAndEnds>(seen));
  run.For(5s);
  EXPECT_EQ(server.stats().connections, 0u);
  client.Find(id)->ResumeReading();
  run.For(1s);
  EXPECT_EQ(seen.received.size(), SendsMuch::kBytes);
  EXPECT_EQ(seen.ends, 1);
  EXPECT_EQ(seen.reason.code, CloseCode::kPeerEnded) << seen.reason.ToString();
}

// --- a host that loses its power ---

TEST(CrashTest, NobodyIsToldUntilTheHostIsBackAndAsked) {
  SimWorld world({});
  SimHost& server_host = world.AddHost();
  Seen seen;
  SimRun run(world);
  Loop& client = run.AddLoop(world.AddHost());
  const auto serve = [&] {
    ASSERT_TRUE(run.AddLoop(server_host).Listen<Silent>("10.0.0.1:80").ok());
  };
  serve();
  const ConnectionId id =
      client.Connect(*Endpoint::Parse("10.0.0.1:80"), {}, std::make_unique<Watching>(seen));
  run.For(10ms);
  ASSERT_NE(client.Find(id), nullptr);
  run.Crash(server_host);
  client.Find(id)->Send("anybody there?");
  run.For(10s);
  EXPECT_NE(client.Find(id), nullptr) << "nobody answers, so nobody says no";
  run.Restart(server_host);
  serve();
  run.For(60s);
  EXPECT_EQ(client.Find(id), nullptr);
  EXPECT_EQ(seen.reason.code, CloseCode::kPeerReset) << "the new kernel knows no such connection";
  Seen again;
  client.Connect(*Endpoint::Parse("10.0.0.1:80"), {}, std::make_unique<Watching>(again));
  run.For(1s);
  EXPECT_EQ(client.stats().connections, 1u);
}

// Bytes on their way when the host crashed are never acknowledged, so they are repeated.
TEST(CrashTest, BytesUnderWayAskForAnAnswer) {
  SimWorld world({});
  SimHost& server_host = world.AddHost();
  Seen seen;
  SimRun run(world);
  ASSERT_TRUE(run.AddLoop(server_host).Listen<Silent>("10.0.0.1:80").ok());
  Loop& client = run.AddLoop(world.AddHost());
  const ConnectionId id =
      client.Connect(*Endpoint::Parse("10.0.0.1:80"), {}, std::make_unique<Watching>(seen));
  run.For(10ms);
  client.Find(id)->Send("anybody there?");
  run.For(20us);
  run.Crash(server_host);
  run.For(1s);
  run.Restart(server_host);
  run.For(60s);
  EXPECT_EQ(seen.reason.code, CloseCode::kPeerReset) << seen.reason.ToString();
}

TEST(CrashTest, WhatIsNeverAnsweredIsGivenUp) {
  SimWorld world({});
  SimHost& server_host = world.AddHost();
  Seen seen;
  SimRun run(world);
  ASSERT_TRUE(run.AddLoop(server_host).Listen<Silent>("10.0.0.1:80").ok());
  Loop& client = run.AddLoop(world.AddHost());
  ConnectOptions connect;
  connect.limits.stall_timeout = 0s;
  const ConnectionId id =
      client.Connect(*Endpoint::Parse("10.0.0.1:80"), connect, std::make_unique<Watching>(seen));
  run.For(10ms);
  run.Crash(server_host);
  client.Find(id)->Send("anybody there?");
  const TimePoint sent = world.now();
  ASSERT_TRUE(run.Until([&] { return seen.reason.code != CloseCode::kNone; }, sent + 30min));
  EXPECT_EQ(seen.reason.error, ETIMEDOUT);
  EXPECT_GT(world.now() - sent, 10min) << "tcp_retries2: about 15 minutes";
}

// --- partitions ---

class AnswersTheEnd : public Watching {
 public:
  using Watching::Watching;
  void OnEnd(Connection& connection) override { connection.Send(std::string(10'000, 'x')); }
};

// Bytes for a socket that is gone are repeated until a reset comes through.
TEST(PartitionTest, ALostResetComesAgain) {
  WorldOptions options;
  options.network.send_buffer_bytes = options.network.receive_buffer_bytes = 1000;
  SimWorld world(options);
  SimHost& server_host = world.AddHost();
  SimHost& client_host = world.AddHost();
  Seen seen;
  SimRun run(world);
  Loop& server = run.AddLoop(server_host);
  ASSERT_TRUE(server
                  .Listen(*Endpoint::Parse("10.0.0.1:80"), {},
                          [&] { return std::make_unique<AnswersTheEnd>(seen); })
                  .ok());
  Loop& client = run.AddLoop(client_host);
  ConnectOptions connect;
  connect.limits.linger_timeout = 0s;
  const ConnectionId id =
      client.Connect(*Endpoint::Parse("10.0.0.1:80"), connect, std::make_unique<Silent>());
  run.For(1ms);
  client.Find(id)->Close();
  ASSERT_TRUE(run.Until([&] { return server.stats().sends == 1; }, world.now() + 1s));
  run.For(70us);  // it has arrived, and the reset is under way
  world.network().Partition(server_host, client_host, true);
  run.For(1ms);
  EXPECT_EQ(server.stats().connections, 1u);
  world.network().Partition(server_host, client_host, false);
  run.For(10s);
  EXPECT_EQ(server.stats().connections, 0u);
  EXPECT_EQ(seen.reason.code, CloseCode::kPeerReset) << seen.reason.ToString();
}

// What was sent during a partition comes after it, its end last.
TEST(PartitionTest, BytesAndTheirEndComeAfterIt) {
  SimWorld world({});
  SimHost& server_host = world.AddHost();
  SimHost& client_host = world.AddHost();
  Seen seen;
  SimRun run(world);
  absl::StatusOr<Listener*> listener = run.AddLoop(server_host).Listen<SendsMuch>("10.0.0.1:80");
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  Loop& client = run.AddLoop(client_host);
  client.Connect((*listener)->endpoint(), {}, std::make_unique<Watching>(seen));
  run.For(120us);  // the handshake is over, the bytes are on their way
  world.network().Partition(server_host, client_host, true);
  run.For(1s);
  EXPECT_TRUE(seen.received.empty());
  world.network().Partition(server_host, client_host, false);
  ASSERT_TRUE(run.Until([&] { return seen.ends == 1; }, world.now() + 10s));
  EXPECT_EQ(seen.received.size(), SendsMuch::kBytes);
}

class Inbox : public DatagramHandler {
 public:
  explicit Inbox(int& received) : received_(received) {}
  void OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) override {
    received_ += static_cast<int>(batch.size());
  }

 private:
  int& received_;
};

// One sender, three other hosts: a group reaches those that joined, a broadcast everybody, and only
// from a socket that was allowed to.
TEST(DatagramTest, GroupsReachThoseThatJoinedAndBroadcastsEverybody) {
  SimWorld world({});
  SimRun run(world);
  Loop& sending = run.AddLoop(world.AddHost());
  int ignored = 0;
  absl::StatusOr<DatagramSocket*> sender =
      sending.Bind(*Endpoint::Parse("10.0.0.1:0"), {}, std::make_unique<Inbox>(ignored));
  ASSERT_TRUE(sender.ok()) << sender.status().ToString();
  int received[3] = {};
  for (int i = 0; i < 3; ++i) {
    DatagramSocketOptions options;
    if (i < 2) {
      ip_mreqn join{};
      join.imr_multiaddr.s_addr = htonl(0xef010203);  // 239.1.2.3
      options.socket.Set(socket_option::kMulticastJoin, join);
    }
    Loop& loop = run.AddLoop(world.AddHost());
    ASSERT_TRUE(
        loop.Bind(*Endpoint::Parse(":5000"), options, std::make_unique<Inbox>(received[i])).ok());
  }
  const auto settle = [&] { run.For(10ms); };
  (*sender)->Send(*Endpoint::Parse("239.1.2.3:5000"), "to the group");
  settle();
  EXPECT_THAT(received, testing::ElementsAre(1, 1, 0));
  const Endpoint everybody = *Endpoint::Parse("255.255.255.255:5000");
  (*sender)->Send(everybody, "refused");
  settle();
  EXPECT_EQ((*sender)->last_send_error(), EACCES);
  ASSERT_TRUE((*sender)->SetOption(socket_option::kBroadcast, true).ok());
  (*sender)->Send(everybody, "to all");
  settle();
  EXPECT_THAT(received, testing::ElementsAre(2, 2, 1));
}

}  // namespace
}  // namespace sluice::sim
