// ConnectionLimits::input_bytes_max: what a handler may leave unconsumed.
#include "reactor/framed.h"
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

class InputLimitTest : public ReactorTest {
 protected:
  static ConnectionLimits Limited(uint32_t input_bytes_max) {
    ConnectionLimits limits;
    limits.input_bytes_max = input_bytes_max;
    return limits;
  }
};
SLUICE_ON_EVERY_BACKEND(InputLimitTest);

TEST_P(InputLimitTest, ExactlyTheLimitMayBeLeft) {
  Pair pair = ConnectPair(
      script::Say(std::string(1000, 'x')),
      [](Peer& peer) {
        peer.on_data = [](Connection&, std::string_view bytes) -> size_t {
          return bytes.size() <= 1000 ? 0 : bytes.size();
        };
      },
      Limited(1000));
  ASSERT_TRUE(TurnUntil([&] { return pair.server->data_calls > 0; }));
  Settle();
  EXPECT_TRUE(pair.server->open());
  // The next byte makes 1,001, which the handler takes: the limit is on what is left.
  Of(pair.client).Send("y");
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == 1001; }));
  EXPECT_TRUE(pair.server->open());
}

TEST_P(InputLimitTest, LeavingMoreCloses) {
  Pair pair = ConnectPair(
      script::Say(std::string(1001, 'x')),
      [](Peer& peer) { peer.on_data = [](Connection&, std::string_view) { return size_t{0}; }; },
      Limited(1000));
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed() && pair.client->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kInputOverflow);
}

TEST_P(InputLimitTest, ADripThatIsNeverConsumedCloses) {
  Pair pair = ConnectPair(
      {},
      [](Peer& peer) { peer.on_data = [](Connection&, std::string_view) { return size_t{0}; }; },
      Limited(100));
  for (int i = 0; i < 101; ++i) {
    ASSERT_TRUE(pair.server->open()) << i;
    Of(pair.client).Send("x");
    ASSERT_TRUE(TurnUntil([&] { return pair.server->data_calls == i + 1; }));
  }
  ASSERT_TRUE(TurnUntil([&] { return pair.server->closed(); }));
  EXPECT_EQ(pair.server->reason.code, CloseCode::kInputOverflow);
}

TEST_P(InputLimitTest, ConsumedInputIsNotLimited) {
  Pair pair = ConnectPair(script::Say(Payload(1, 4 << 20)), {}, Limited(1000));
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == 4 << 20; }));
}

TEST_P(InputLimitTest, APausedConnectionIsNotClosedForWhatItCouldNotShow) {
  Pair pair = ConnectPair(
      script::Say(Payload(1, 1 << 20)),
      [](Peer& peer) { peer.on_open = [](Connection& connection) { connection.PauseReading(); }; },
      Limited(1000));
  Settle(50);
  EXPECT_TRUE(pair.server->open());
  Of(pair.server).ResumeReading();
  ASSERT_TRUE(TurnUntil([&] { return pair.server->received_bytes == 1 << 20; }));
}

// The shortest codec there is: a byte that says how many follow.
struct ByteCountCodec {
  using Message = std::string_view;
  Decoded<Message> Decode(std::string_view bytes) {
    if (bytes.empty()) return Decoded<Message>::NeedMore();
    const size_t size = static_cast<unsigned char>(bytes[0]);
    if (size == 0) return Decoded<Message>::Error(CodecError::kBadLength);
    if (bytes.size() < 1 + size) return Decoded<Message>::NeedMore();
    return Decoded<Message>::Complete(bytes.substr(1, size), 1 + size);
  }
  size_t message_bytes_max() const { return 255; }
  size_t frame_bytes_max() const { return 256; }
};

TEST_P(InputLimitTest, FramedRaisesALimitBelowItsFrames) {
  ListenerOptions options;
  options.limits = Limited(10);
  std::vector<std::string> messages;
  absl::StatusOr<Listener*> listener =
      loop().Listen(Loopback(), options,
                    FramedFactory(ByteCountCodec(), [&](Connection&, std::string_view message) {
                      messages.emplace_back(message);
                    }));
  ASSERT_TRUE(listener.ok());
  PeerPtr client = Connect((*listener)->endpoint());
  ASSERT_TRUE(TurnUntil([&] { return client->open(); }));
  const std::string message = Payload(1, 200);
  Of(client).Send(std::string(1, static_cast<char>(200)) + message.substr(0, 150));
  Settle();
  Of(client).Send(message.substr(150));
  ASSERT_TRUE(TurnUntil([&] { return messages.size() == 1; }));
  EXPECT_EQ(messages[0], message);
}

TEST_P(InputLimitTest, FramedAnswersWhatCameBeforeAMalformedMessage) {
  absl::StatusOr<Listener*> listener = loop().Listen(
      Loopback(), {},
      FramedFactory(ByteCountCodec(), [](Connection& connection, std::string_view message) {
        connection.Send(message);
      }));
  ASSERT_TRUE(listener.ok());
  PeerPtr client =
      Connect((*listener)->endpoint(), script::Say(std::string("\3one\3two\0\5never", 15)));
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(client->received, "onetwo");
  EXPECT_EQ(client->reason.code, CloseCode::kPeerEnded);
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
  EXPECT_EQ(loop().stats().closes[static_cast<size_t>(CloseCode::kProtocolError)], 1u);
}

TEST_P(InputLimitTest, FramedSaysWhyItClosesOnAMalformedMessage) {
  struct Echo {
    void operator()(Connection& connection, std::string_view message) { connection.Send(message); }
  };
  class Explains : public Framed<ByteCountCodec, Echo> {
   public:
    Explains() : Framed(ByteCountCodec(), Echo()) {}
    void OnMalformed(Connection& connection, CodecError error) override {
      connection.Send(CodecErrorName(error));
    }
  };
  absl::StatusOr<Listener*> listener =
      loop().Listen(Loopback(), {}, [] { return std::make_unique<Explains>(); });
  ASSERT_TRUE(listener.ok());
  PeerPtr client = Connect((*listener)->endpoint(), script::Say(std::string("\3one\0\5never", 11)));
  ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
  EXPECT_EQ(client->received, "onebad length");
  ASSERT_TRUE(TurnUntil([&] { return loop().stats().connections == 0; }));
  EXPECT_EQ(loop().stats().closes[static_cast<size_t>(CloseCode::kProtocolError)], 1u);
}

TEST_P(InputLimitTest, FramedShowsWhatAnEndLeavesUnfinished) {
  using Messages = std::vector<std::string>;
  struct Keep {
    void operator()(Connection&, std::string_view message) { messages->emplace_back(message); }
    Messages* messages;
  };
  class KeepsTheRest : public Framed<ByteCountCodec, Keep> {
   public:
    explicit KeepsTheRest(Messages& rests, Messages& messages)
        : Framed(ByteCountCodec(), Keep{&messages}), rests_(rests) {}
    void OnUnfinished(Connection& connection, std::string_view bytes) override {
      rests_.emplace_back(bytes);
      connection.Send("you were saying?");
    }

   private:
    Messages& rests_;
  };
  Messages messages, rests;
  absl::StatusOr<Listener*> listener = loop().Listen(
      Loopback(), {}, [&] { return std::make_unique<KeepsTheRest>(rests, messages); });
  ASSERT_TRUE(listener.ok());
  for (const std::string said : {"\3one\3two", "\3one\3two\4thr", "\5"}) {
    PeerPtr client = Connect((*listener)->endpoint(), [&](Peer& peer) {
      peer.on_open = [&](Connection& connection) {
        connection.Send(said);
        connection.EndOutput();
      };
    });
    ASSERT_TRUE(TurnUntil([&] { return client->closed(); }));
    EXPECT_EQ(client->reason.code, CloseCode::kPeerEnded);
    EXPECT_EQ(client->received, said == "\3one\3two" ? "" : "you were saying?");
  }
  EXPECT_EQ(messages, (Messages{"one", "two", "one", "two"}));
  EXPECT_EQ(rests, (Messages{"\4thr", "\5"}));
}

TEST_P(InputLimitTest, FramedShowsTheMessagesBehindAPauseAfterResume) {
  std::vector<std::string> messages;
  ConnectionId server;
  absl::StatusOr<Listener*> listener = loop().Listen(
      Loopback(), {},
      FramedFactory(ByteCountCodec(), [&](Connection& connection, std::string_view message) {
        messages.emplace_back(message);
        server = connection.id();
        connection.PauseReading();
      }));
  ASSERT_TRUE(listener.ok());
  Connect((*listener)->endpoint(), script::Say("\1a\1b\1c"));
  for (size_t count = 1; count <= 3; ++count) {
    ASSERT_TRUE(TurnUntil([&] { return messages.size() == count; }));
    Settle(5);
    EXPECT_EQ(messages.size(), count);
    loop().Find(server)->ResumeReading();
  }
  EXPECT_EQ(messages, (std::vector<std::string>{"a", "b", "c"}));
}

}  // namespace
}  // namespace sluice::test
