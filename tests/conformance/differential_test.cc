// The same random program on every backend: what each connection saw and how it ended must be the
// same (FACTS 6.12). Timing may differ, so the program is made of what does not depend on it.
#include <algorithm>
#include <sstream>

#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

enum class Ending { kClientEnds, kClientCloses, kServerCloses, kClientAborts, kServerAborts };

// One conversation: the client sends a question in pieces, the server answers with its own bytes.
struct Conversation {
  std::vector<std::string> pieces;
  std::string answer;
  Ending ending = Ending::kClientEnds;
  size_t question_bytes = 0;
  size_t answer_after = 0;  // question bytes until the server answers
  size_t pause_every = 0;   // either end stops reading for a moment after so many chunks
  size_t consume_max = 0;   // how much a handler takes at once
};

Conversation RandomConversation(uint64_t seed) {
  Prng prng(seed);
  Conversation plan;
  for (uint64_t pieces = prng.Between(1, 8); pieces > 0; --pieces) {
    const size_t size = prng.Chance(1, 6) ? prng.Between(10000, 200000) : prng.Between(1, 2000);
    plan.pieces.push_back(Payload(prng.Next(), size));
    plan.question_bytes += size;
  }
  plan.answer =
      Payload(prng.Next(), prng.Chance(1, 6) ? prng.Between(1, 300000) : prng.Between(1, 3000));
  plan.ending = static_cast<Ending>(prng.Between(0, 4));
  // A client that leaves when it has its answer must have asked its question by then.
  const bool client_leaves =
      plan.ending == Ending::kClientCloses || plan.ending == Ending::kClientAborts;
  plan.answer_after = client_leaves ? plan.question_bytes : prng.Between(1, plan.question_bytes);
  plan.pause_every = prng.Between(1, 5);
  plan.consume_max = prng.Chance(1, 2) ? SIZE_MAX : prng.Between(3000, 100000);
  return plan;
}

std::string Describe(uint64_t bytes, uint64_t hash, CloseCode code) {
  std::ostringstream text;
  text << bytes << " bytes, hash " << hash << ", " << CloseCodeName(code);
  return text.str();
}

class DifferentialTest : public ReactorTest {
 protected:
  struct Ends {
    std::string client;
    std::string server;
  };

  // Reads a little, stops, goes on a little later; loses nothing of what it left.
  static void MakeReader(Peer& peer, const Conversation& plan,
                         std::function<void(Connection&, uint64_t total)> on_progress) {
    peer.on_data = [&peer, &plan, on_progress](Connection& connection, std::string_view bytes) {
      const size_t taken = std::min(bytes.size(), plan.consume_max);
      if (peer.data_calls % plan.pause_every == 0 || taken < bytes.size()) {
        connection.PauseReading();
        connection.loop().Post([&loop = connection.loop(), id = connection.id()] {
          if (Connection* paused = loop.Find(id)) paused->ResumeReading();
        });
      }
      on_progress(connection, peer.received_bytes + taken);
      return taken;
    };
  }

  static void ScriptServer(Peer& peer, const Conversation& plan) {
    auto answered = std::make_shared<bool>(false);
    MakeReader(peer, plan, [&plan, answered](Connection& connection, uint64_t total) {
      if (!*answered && total >= plan.answer_after) {
        *answered = true;
        connection.Send(plan.answer);
      }
      if (total != plan.question_bytes) return;
      if (plan.ending == Ending::kServerCloses) connection.Close();
      if (plan.ending == Ending::kServerAborts) connection.Abort();
    });
  }

  static void ScriptClient(Peer& peer, const Conversation& plan) {
    peer.on_open = [&plan](Connection& connection) {
      SendPiece(connection.loop(), connection.id(), plan, 0);
    };
    MakeReader(peer, plan, [&plan](Connection& connection, uint64_t total) {
      if (total != plan.answer.size()) return;
      if (plan.ending == Ending::kClientCloses) connection.Close();
      if (plan.ending == Ending::kClientAborts) connection.Abort();
    });
  }

  static void SendPiece(Loop& on, ConnectionId id, const Conversation& plan, size_t piece) {
    Connection* connection = on.Find(id);
    if (connection == nullptr || !connection->is_open()) return;
    connection->Send(plan.pieces[piece]);
    if (piece + 1 < plan.pieces.size()) {
      on.Post([&on, id, &plan, piece] { SendPiece(on, id, plan, piece + 1); });
    } else if (plan.ending == Ending::kClientEnds) {
      connection->EndOutput();
    }
  }

  std::vector<Ends> Run(Loop& on, const std::vector<Conversation>& plans) {
    // Neither end may stop reading for what it has to send: both at once would wait for ever.
    ConnectionLimits limits;
    limits.output_high_water_bytes = 8 << 20;
    ListenerOptions listener_options;
    listener_options.limits = limits;
    ConnectOptions connect_options;
    connect_options.limits = limits;
    std::vector<std::pair<PeerPtr, PeerPtr>> pairs;
    for (const Conversation& plan : plans) {
      accepted_.clear();
      Listener* listener =
          Listen([&](Peer& peer) { ScriptServer(peer, plan); }, listener_options, Loopback(), &on);
      PeerPtr client = Connect(
          listener->endpoint(), [&](Peer& peer) { ScriptClient(peer, plan); }, connect_options,
          &on);
      EXPECT_TRUE(test::TurnUntil(on, [&] { return accepted_.size() == 1; }));
      pairs.emplace_back(client, accepted_.at(0));
      listener->Close();
    }
    EXPECT_TRUE(test::TurnUntil(on, [&] { return on.stats().connections == 0; }))
        << "a conversation hangs";
    std::vector<Ends> ends;
    for (size_t i = 0; i < plans.size(); ++i) {
      const auto& [client, server] = pairs[i];
      const bool overtaken = plans[i].ending == Ending::kServerAborts;
      // What an abort dropped depends on how fast the kernel was.
      ends.push_back(
          {overtaken ? std::string(CloseCodeName(client->reason.code))
                     : Describe(client->received_bytes, client->received_hash.value(),
                                client->reason.code),
           Describe(server->received_bytes, server->received_hash.value(), server->reason.code)});
    }
    return ends;
  }

  // What the program means, whatever runs it.
  static Ends Meant(const Conversation& plan) {
    CloseCode client = CloseCode::kPeerEnded;
    CloseCode server = CloseCode::kPeerEnded;
    switch (plan.ending) {
      case Ending::kClientEnds:
        break;
      case Ending::kClientCloses:
        client = CloseCode::kLocal;
        break;
      case Ending::kServerCloses:
        server = CloseCode::kLocal;
        break;
      case Ending::kClientAborts:
        client = CloseCode::kAborted;
        server = CloseCode::kPeerReset;
        break;
      case Ending::kServerAborts:
        client = CloseCode::kPeerReset;
        server = CloseCode::kAborted;
        break;
    }
    StreamHash question;
    for (const std::string& piece : plan.pieces) question.Add(piece);
    return {plan.ending == Ending::kServerAborts
                ? std::string(CloseCodeName(client))
                : Describe(plan.answer.size(), HashOf(plan.answer), client),
            Describe(plan.question_bytes, question.value(), server)};
  }
};
SLUICE_ON_EVERY_CONFIGURATION(DifferentialTest);

TEST_P(DifferentialTest, ARandomProgramEndsAsOnTheReferenceAndAsItMeans) {
  std::vector<Conversation> plans;
  for (uint64_t seed = 0; seed < 200; ++seed) plans.push_back(RandomConversation(seed));
  const std::vector<Ends> here = Run(loop(), plans);

  BackendOptions other_sizes;
  other_sizes.receive_buffers = 2;
  other_sizes.receive_buffer_bytes = 4096;
  absl::StatusOr<BackendChoice> choice = EveryBackend().front().make(other_sizes);
  ASSERT_TRUE(choice.ok()) << choice.status().ToString();
  Loop reference(std::move(*choice));
  const std::vector<Ends> there = Run(reference, plans);

  for (size_t i = 0; i < plans.size(); ++i) {
    SCOPED_TRACE("seed " + std::to_string(i) + ", ending " +
                 std::to_string(static_cast<int>(plans[i].ending)));
    EXPECT_EQ(here[i].client, there[i].client);
    EXPECT_EQ(here[i].server, there[i].server);
    EXPECT_EQ(here[i].client, Meant(plans[i]).client);
    EXPECT_EQ(here[i].server, Meant(plans[i]).server);
  }
}

}  // namespace
}  // namespace sluice::test
