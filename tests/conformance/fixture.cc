#include "tests/conformance/fixture.h"

#include <dirent.h>

#include <algorithm>
#include <cstring>

#include "reactor/base/check.h"
#include "reactor/sim/sim_world.h"

namespace sluice::test {
namespace {

BackendCase KernelBackend(std::string name, BackendKind kind) {
  return {std::move(name), true, [kind](BackendOptions options) {
            options.kind = kind;
            return MakeBackend(options);
          }};
}

// Loops made while another lives share its world, and its host: they reach each other by 127.0.0.1.
BackendCase SimulatedBackend() {
  return {"sim", false, [](const BackendOptions& options) -> absl::StatusOr<BackendChoice> {
            static std::weak_ptr<sim::SimWorld> living;
            std::shared_ptr<sim::SimWorld> world = living.lock();
            if (world == nullptr) {
              sim::WorldOptions world_options;
              world_options.all_must_be_closed = false;  // a backend may go with all open
              world = std::make_shared<sim::SimWorld>(world_options);
              world->AddHost();
              living = world;
            }
            return world->MakeBackend(world->network().host(0), options, world);
          }};
}

}  // namespace

void PrintTo(const BackendCase& backend, std::ostream* out) {
  *out << backend.name;
}

std::string BackendCaseName(const testing::TestParamInfo<BackendCase>& info) {
  return info.param.name;
}

std::vector<BackendCase> EveryBackend() {
  return {KernelBackend("epoll", BackendKind::kEpoll),
          KernelBackend("io_uring", BackendKind::kIoUring), SimulatedBackend()};
}

std::vector<BackendCase> EveryConfiguration() {
  std::vector<BackendCase> backends = EveryBackend();
  backends.push_back({"io_uring_zero_copy", true, [](BackendOptions options) {
                        options.kind = BackendKind::kIoUring;
                        options.zero_copy_send_bytes = 1;
                        return MakeBackend(options);
                      }});
  backends.push_back({"io_uring_undeferred", true, [](BackendOptions options) {
                        options.kind = BackendKind::kIoUring;
                        options.deferred_task_work = false;
                        return MakeBackend(options);
                      }});
  return backends;
}

std::vector<BackendCase> KernelBackends() {
  std::vector<BackendCase> backends = EveryBackend();
  std::erase_if(backends, [](const BackendCase& backend) { return !backend.has_kernel; });
  return backends;
}

bool TurnUntil(Loop& loop, absl::FunctionRef<bool()> done, Duration patience) {
  loop.Turn(loop.now());
  const TimePoint give_up = loop.now() + patience;
  while (!done()) {
    // A peer outside the loop makes no event in it: look again soon.
    if (loop.now() >= give_up || !loop.Turn(std::min(give_up, loop.now() + 5ms))) return done();
  }
  return true;
}

bool SleepUntil(Loop& loop, absl::FunctionRef<bool()> done) {
  bool given_up = false;
  Timer patience_ends(loop, [&] { given_up = true; });
  patience_ends.ArmAfter(kPatience);
  const TimePoint start = loop.now();
  while (!done()) {
    if (given_up || !loop.Turn()) return false;
  }
  // A wheel's timer may wake the loop up before it is due, by what its level cannot resolve.
  return loop.now() - start < kPatience / 8;
}

void Settle(Loop& loop, int turns) {
  for (int i = 0; i < turns; ++i) loop.Turn(loop.now() + 1ms);
}

Endpoint At(std::string_view text) {
  absl::StatusOr<Endpoint> endpoint = Endpoint::Parse(text);
  SLUICE_CHECK(endpoint.ok(), "tests name endpoints that exist");
  return *endpoint;
}

Endpoint Loopback() {
  return At("127.0.0.1:0");
}

int OpenDescriptors() {
  DIR* directory = opendir("/proc/self/fd");
  SLUICE_CHECK(directory != nullptr, "a Linux process has /proc/self/fd");
  int count = -1;  // the directory's own
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] != '.') ++count;
  }
  closedir(directory);
  return count;
}

void ReactorTest::SetUp() {
  absl::StatusOr<BackendChoice> probe = GetParam().make({});
  if (!probe.ok()) GTEST_SKIP() << probe.status().ToString();
  probe->backend.reset();
  descriptors_before_ = OpenDescriptors();
}

void ReactorTest::TearDown() {
  if (IsSkipped()) return;
  DestroyLoop();
  for (const PeerPtr& peer : peers_) {
    if (!peer->may_never_begin) {
      EXPECT_EQ(peer->closes, 1) << "peer " << peer->index << " has one OnClose";
    }
    EXPECT_TRUE(peer->destroyed) << "the handler of peer " << peer->index << " is destroyed";
  }
  EXPECT_EQ(OpenDescriptors(), descriptors_before_) << "descriptors leaked (or closed twice)";
}

std::unique_ptr<Loop> ReactorTest::MakeLoop() {
  absl::StatusOr<BackendChoice> choice = GetParam().make(backend_options);
  if (!choice.ok()) ADD_FAILURE() << choice.status().ToString();
  SLUICE_CHECK(choice.ok(), "a backend that worked before works again");
  return std::make_unique<Loop>(std::move(*choice));
}

Loop& ReactorTest::loop() {
  if (loop_ == nullptr) loop_ = MakeLoop();
  return *loop_;
}

PeerPtr ReactorTest::NewPeer(const Script& script) {
  auto peer = std::make_shared<Peer>();
  if (script) script(*peer);
  peers_.push_back(peer);
  return peer;
}

Listener* ReactorTest::Listen(Script script, ListenerOptions options, const Endpoint& endpoint,
                              Loop* on) {
  auto count = std::make_shared<size_t>(0);
  absl::StatusOr<Listener*> listener =
      (on != nullptr ? *on : loop())
          .Listen(endpoint, std::move(options), [this, script = std::move(script), count] {
            PeerPtr peer = NewPeer(script);
            peer->index = (*count)++;
            accepted_.push_back(peer);
            return MakePeerHandler(std::move(peer));
          });
  if (!listener.ok()) ADD_FAILURE() << listener.status().ToString();
  SLUICE_CHECK(listener.ok(), "a test listens where it can");
  return *listener;
}

PeerPtr ReactorTest::Connect(const Endpoint& endpoint, Script script, ConnectOptions options,
                             Loop* on) {
  PeerPtr peer = NewPeer(script);
  const ConnectionId id =
      (on != nullptr ? *on : loop()).Connect(endpoint, std::move(options), MakePeerHandler(peer));
  EXPECT_EQ(peer->opens + peer->closes, 0) << "Connect calls nothing back";
  peer->id = id;
  return peer;
}

ReactorTest::Pair ReactorTest::ConnectPair(Script client, Script server,
                                           const ConnectionLimits& limits) {
  ListenerOptions listener_options;
  listener_options.limits = limits;
  ConnectOptions connect_options;
  connect_options.limits = limits;
  const size_t before = accepted_.size();
  Pair pair;
  pair.listener = Listen(std::move(server), listener_options);
  pair.client = Connect(pair.listener->endpoint(), std::move(client), connect_options);
  const bool opened = TurnUntil([&] {
    return pair.client->opens == 1 && accepted_.size() == before + 1 &&
           accepted_.back()->opens == 1;
  });
  EXPECT_TRUE(opened) << "a connection on loopback opens";
  SLUICE_CHECK(opened, "a connection on loopback opens");
  pair.server = accepted_.back();
  return pair;
}

Connection& ReactorTest::Of(const PeerPtr& peer) {
  Connection* connection = loop().Find(peer->id);
  SLUICE_CHECK(connection != nullptr, "the test knows this connection to be there");
  return *connection;
}

}  // namespace sluice::test
