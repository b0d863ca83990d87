// Length-prefixed messages that arrive cut at every possible place, inside the prefix, too. The
// server sends each message back; a length that cannot be is refused.
#include "protocols/length_prefix.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reactor/framed.h"
#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/scenarios.h"
#include "tools/sim/scenarios/watch.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

// Of one client.
struct Stream {
  std::vector<std::string> messages;
  std::string bytes;         // the messages encoded, and what is malformed behind them
  std::vector<size_t> cuts;  // ascending, inside `bytes`: a segment ends there
  CodecError malformed = CodecError::kNone;
  size_t returned = 0;
  bool ended = false;  // by the server
};

using OnMessage = std::function<void(Connection&, std::string_view)>;
using FramedMessages = Framed<LengthPrefixCodec, OnMessage>;

// Sends a stream piece by piece, with time in between, so that the pieces arrive one by one.
class Sender : public FramedMessages {
 public:
  Sender(Trial& trial, const LengthPrefixCodec& codec, Stream& stream, Duration gap)
      : FramedMessages(codec, [this](Connection&, std::string_view message) { Check(message); }),
        trial_(trial),
        stream_(stream),
        gap_(gap) {}

  void OnOpen(Connection& connection) override {
    FramedMessages::OnOpen(connection);
    Loop& loop = connection.loop();
    next_piece_ = std::make_unique<Timer>(loop, [this, &loop, id = connection.id()] {
      if (Connection* open = loop.Find(id)) SendPiece(*open);
    });
    SendPiece(connection);
  }
  void OnEnd(Connection& connection) override {
    stream_.ended = true;
    connection.Close();
  }

 private:
  void SendPiece(Connection& connection) {
    const bool last = next_cut_ == stream_.cuts.size();
    const size_t end = last ? stream_.bytes.size() : stream_.cuts[next_cut_++];
    connection.Send(std::string_view(stream_.bytes).substr(sent_, end - sent_));
    sent_ = end;
    if (last) {
      connection.EndOutput();
    } else {
      next_piece_->ArmAfter(gap_);
    }
  }

  void Check(std::string_view message) {
    trial_.Expect(stream_.returned < stream_.messages.size(), "a message came that nobody sent");
    trial_.Expect(message == stream_.messages[stream_.returned],
                  "a message is not the one that is due");
    ++stream_.returned;
  }

  Trial& trial_;
  Stream& stream_;
  const Duration gap_;
  std::unique_ptr<Timer> next_piece_;
  size_t next_cut_ = 0;
  size_t sent_ = 0;
};

class Returner : public FramedMessages {
 public:
  Returner(Trial& trial, const LengthPrefixCodec& codec)
      : FramedMessages(codec, [this](Connection& connection,
                                     std::string_view message) { Return(connection, message); }),
        trial_(trial) {}

 private:
  void Return(Connection& connection, std::string_view message) {
    const CodecError error = codec().Encode(message, connection);
    trial_.Expect(error == CodecError::kNone, "a message that came could not be sent back");
  }

  Trial& trial_;
};

LengthPrefixOptions DrawOptions(Prng& draw) {
  LengthPrefixOptions options;
  options.varint = draw.Chance(1, 5);
  options.width_bytes = size_t{1} << draw.Between(0, 3);
  options.order = draw.Chance(1, 2) ? ByteOrder::kBig : ByteOrder::kLittle;
  options.length_includes_prefix = !options.varint && draw.Chance(1, 4);
  options.message_bytes_max = draw.Chance(1, 8) ? draw.Between(1, 2000) : draw.Between(1, 40);
  return options;
}

// The bytes of a prefix that no message may have.
std::string Malformed(Prng& draw, const LengthPrefixOptions& options, size_t message_bytes_max,
                      CodecError* error) {
  *error = CodecError::kMessageTooLong;
  const bool bad_length = draw.Chance(1, 2);
  if (options.varint && bad_length) {
    *error = CodecError::kBadLength;
    return std::string(kVarintBytesMax, '\xff') + "\x01";
  }
  uint64_t length = message_bytes_max + draw.Between(1, 200);
  if (options.varint) {
    char bytes[kVarintBytesMax];
    return {bytes, WriteVarint(length, bytes)};
  }
  const LengthField field{static_cast<uint8_t>(options.width_bytes), options.order};
  if (options.length_includes_prefix) length += options.width_bytes;
  if (options.length_includes_prefix && (bad_length || length > field.max())) {
    *error = CodecError::kBadLength;
    length = draw.Between(0, options.width_bytes - 1);
  }
  // A narrow field may have no such number.
  if (length > field.max()) {
    *error = CodecError::kNone;
    return {};
  }
  std::string bytes(options.width_bytes, '\0');
  field.Store(bytes.data(), length);
  return bytes;
}

Stream DrawStream(Prng& draw, const LengthPrefixOptions& options, const LengthPrefixCodec& codec) {
  Stream stream;
  StringSink sink(stream.bytes);
  for (uint64_t more = draw.Between(0, 6); more > 0; --more) {
    const size_t size = draw.Chance(1, 6) ? codec.message_bytes_max() * draw.Between(0, 1)
                                          : draw.Between(0, codec.message_bytes_max());
    stream.messages.push_back(RandomBytes(draw, size));
    (void)codec.Encode(stream.messages.back(), sink);  // none is too long
  }
  if (draw.Chance(1, 4)) {
    stream.bytes += Malformed(draw, options, codec.message_bytes_max(), &stream.malformed);
    // What follows it is never looked at.
    if (stream.malformed != CodecError::kNone) {
      stream.bytes += RandomBytes(draw, draw.Between(0, 20));
    }
  }
  // Everywhere, at one place, or at some; a long stream at no more than 64 places.
  const size_t size = stream.bytes.size();
  const uint64_t one_in = draw.Chance(1, 3) ? 1 : draw.Between(1, size + 1);
  for (size_t cut = 1; cut < size && stream.cuts.size() < 64; ++cut) {
    if (draw.Chance(1, one_in)) stream.cuts.push_back(cut);
  }
  return stream;
}

void CheckStreams(Trial& trial, const sim::SimHost& server, const std::vector<Stream>& streams,
                  const Watch& servers) {
  size_t broken_off = 0;
  size_t malformed[5] = {};
  size_t refused[5] = {};
  for (const Stream& stream : streams) {
    const bool complete = stream.ended && stream.returned == stream.messages.size();
    trial.Expect(!stream.ended || complete, "the server ended before every message was returned");
    trial.Tally("messages returned", stream.returned);
    trial.Tally(complete ? "streams complete" : "streams broken off");
    trial.Tally("cuts between segments", stream.cuts.size());
    if (!complete) ++broken_off;
    const auto error = static_cast<size_t>(stream.malformed);
    ++malformed[error];
    if (complete) ++refused[error];
  }
  for (const End& end : servers.ends()) {
    if (end.reason.code != CloseCode::kProtocolError) continue;
    const auto error = static_cast<size_t>(end.reason.error);
    trial.Expect(error > 0 && malformed[error] > 0, "a message was refused that is well-formed");
    --malformed[error];
    if (refused[error] > 0) --refused[error];
    trial.Tally("malformed lengths refused");
  }
  trial.Expect(refused[static_cast<size_t>(CodecError::kMessageTooLong)] == 0 &&
                   refused[static_cast<size_t>(CodecError::kBadLength)] == 0,
               "a malformed length was not refused");
  ExpectExcused(trial, server, broken_off, streams.size(), servers.opened());
}

}  // namespace

void LengthPrefix(Trial& trial) {
  Prng& draw = trial.draw();
  const LengthPrefixOptions options = DrawOptions(draw);
  const LengthPrefixCodec codec = *LengthPrefixCodec::Create(options);
  std::vector<Stream> streams(draw.Between(1, 4));
  for (Stream& stream : streams) stream = DrawStream(draw, options, codec);
  Watch servers(trial);
  Watch clients(trial);
  sim::SimRun& run = trial.Start();
  sim::SimHost& server_host = trial.world().AddHost();
  Loop& server = run.AddLoop(server_host, SmallBuffers());
  Loop& client = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  ListenerOptions listen;
  listen.limits = TightLimits();
  listen.limits.turn_bytes = static_cast<uint32_t>(draw.Between(1, 2048));
  listen.limits.linger_timeout = 60s;
  auto listener = server.Listen(*Endpoint::Parse("10.0.0.1:80"), listen, [&] {
    return servers.Over(std::make_unique<Returner>(trial, codec));
  });
  trial.Expect(listener.ok(), "the server could not listen");
  for (Stream& stream : streams) {
    // Longer than the jitter of the link, for most, so that no segment catches up with another.
    const Duration gap(draw.Between(1, 5'000'000));
    client.Connect((*listener)->endpoint(), PatientConnect(),
                   clients.Over(std::make_unique<Sender>(trial, codec, stream, gap)));
  }
  RunUntilAllGone(trial, 2h, {&server, &client}, {&servers, &clients});
  CheckStreams(trial, server_host, streams, servers);
}

}  // namespace sluice::simulate
