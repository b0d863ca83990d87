#include "apps/echo/echo_server.h"

#include <cstdio>
#include <utility>

#include "protocols/close_text.h"
#include "protocols/length_prefix.h"
#include "protocols/line.h"
#include "reactor/connection.h"
#include "reactor/framed.h"
#include "tools/report/format.h"
#include "tools/report/table.h"

namespace sluice::echo {
namespace {

void CountChunk(EchoCounters& counters, size_t bytes) {
  ++counters.stream_chunks;
  counters.stream_bytes += bytes;
}

// What every stream echo does at both ends of its life: counts, and says how it ended.
class Session {
 public:
  Session(const EchoOptions& options, EchoCounters& counters)
      : counters_(counters), log_closes_(options.log_closes) {}

  void Opened(Connection& connection) {
    ++counters_.connections;
    ++counters_.connections_open;
    if (!log_closes_) return;
    const Endpoint peer = connection.peer_endpoint();
    // The kernel forgets the address of a peer that reset before we asked.
    peer_ = peer == Endpoint() ? "(a client already gone)" : peer.ToString();
  }

  void Closed(const Connection& connection, CloseReason reason) {
    --counters_.connections_open;
    ++counters_.closes[static_cast<size_t>(reason.code)];
    if (!log_closes_) return;
    std::fprintf(stderr, "closed %s: %s; %llu bytes in, %llu out\n", peer_.c_str(),
                 CodecCloseText(reason).c_str(),
                 static_cast<unsigned long long>(connection.stats().bytes_received),
                 static_cast<unsigned long long>(connection.stats().bytes_sent));
  }

 private:
  EchoCounters& counters_;
  bool log_closes_;
  std::string peer_;
};

class RawEcho : public Handler {
 public:
  RawEcho(const EchoOptions& options, EchoCounters& counters)
      : counters_(counters), session_(options, counters) {
    if (options.upper) upper_.emplace(*options.upper);
  }

  void OnOpen(Connection& connection) override { session_.Opened(connection); }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    CountChunk(counters_, bytes.size());
    if (upper_) {
      upper_->Convert(bytes, connection.Reserve(bytes.size()));
      connection.Commit(bytes.size());
    } else {
      connection.Send(bytes);
    }
    return bytes.size();
  }

  void OnClose(Connection& connection, CloseReason reason) override {
    session_.Closed(connection, reason);
  }

 private:
  EchoCounters& counters_;
  Session session_;
  std::optional<UpperCaser> upper_;
};

// Sends a message back in the frame it came in.
template <class Codec>
struct Reply {
  void operator()(Connection& connection, std::string_view message) {
    CountChunk(*counters, message.size());
    if (!upper) return Send(connection, message);
    text.resize(message.size());
    // A message is a text of its own: a character cut at its end does not reach into the next.
    UpperCaser(*upper).Convert(message, text.data());
    Send(connection, text);
  }

  void Send(Connection& connection, std::string_view message) {
    const CodecError error = codec.Encode(message, connection);
    SLUICE_CHECK(error == CodecError::kNone, "what the codec decoded it can encode");
  }

  Codec codec;
  EchoCounters* counters;
  std::optional<TextEncoding> upper;
  std::string text;
};

template <class Codec>
class FramedEcho : public Framed<Codec, Reply<Codec>> {
 public:
  using Base = Framed<Codec, Reply<Codec>>;

  FramedEcho(const Codec& codec, const EchoOptions& options, EchoCounters& counters)
      : Base(codec, Reply<Codec>{codec, &counters, options.upper, {}}),
        session_(options, counters) {}

  void OnOpen(Connection& connection) override {
    Base::OnOpen(connection);
    session_.Opened(connection);
  }
  void OnClose(Connection& connection, CloseReason reason) override {
    session_.Closed(connection, reason);
  }

 private:
  Session session_;
};

template <class Codec>
HandlerFactory MakeFramedEcho(const Codec& codec, const EchoOptions& options,
                              EchoCounters& counters) {
  return [codec, options, &counters]() -> std::unique_ptr<Handler> {
    return std::make_unique<FramedEcho<Codec>>(codec, options, counters);
  };
}

// The carriage return stays in the message: what came goes back byte for byte.
absl::StatusOr<LineCodec> MakeLineCodec(const EchoOptions& options) {
  return LineCodec::Create(
      {.drop_carriage_return = false, .message_bytes_max = options.message_bytes_max});
}

absl::StatusOr<LengthPrefixCodec> MakeLengthCodec(const EchoOptions& options) {
  return LengthPrefixCodec::Create({.message_bytes_max = options.message_bytes_max});
}

class DatagramEcho : public DatagramHandler {
 public:
  DatagramEcho(const EchoOptions& options, EchoCounters& counters)
      : upper_(options.upper), counters_(counters) {}

  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override {
    for (const Datagram& datagram : batch) {
      ++counters_.datagrams;
      counters_.datagram_bytes += datagram.bytes.size();
      if (!Answer(socket, datagram)) ++counters_.datagrams_dropped;
    }
  }

 private:
  bool Answer(DatagramSocket& socket, const Datagram& datagram) {
    if (datagram.peer->is_ip() && datagram.peer->port() == socket.endpoint().port()) return false;
    if (!upper_) return socket.Send(*datagram.peer, datagram.bytes);
    text_.resize(datagram.bytes.size());
    UpperCaser(*upper_).Convert(datagram.bytes, text_.data());
    return socket.Send(*datagram.peer, text_);
  }

  std::optional<TextEncoding> upper_;
  EchoCounters& counters_;
  std::string text_;
};

}  // namespace

absl::StatusOr<Framing> ParseFraming(std::string_view text) {
  if (text == "none") return Framing::kNone;
  if (text == "line") return Framing::kLine;
  if (text == "length") return Framing::kLength;
  return absl::InvalidArgumentError("unknown framing \"" + std::string(text) +
                                    "\": there are none, line and length");
}

absl::Status CheckOptions(const EchoOptions& options) {
  if (options.framing == Framing::kLine) return MakeLineCodec(options).status();
  if (options.framing == Framing::kLength) return MakeLengthCodec(options).status();
  return absl::OkStatus();
}

HandlerFactory MakeStreamEcho(const EchoOptions& options, EchoCounters& counters) {
  switch (options.framing) {
    case Framing::kLine:
      return MakeFramedEcho(*MakeLineCodec(options), options, counters);
    case Framing::kLength:
      return MakeFramedEcho(*MakeLengthCodec(options), options, counters);
    case Framing::kNone:
      break;
  }
  return [options, &counters]() -> std::unique_ptr<Handler> {
    return std::make_unique<RawEcho>(options, counters);
  };
}

std::unique_ptr<DatagramHandler> MakeDatagramEcho(const EchoOptions& options,
                                                  EchoCounters& counters) {
  return std::make_unique<DatagramEcho>(options, counters);
}

void EchoCounters::Add(const EchoCounters& other) {
  connections += other.connections;
  connections_open += other.connections_open;
  stream_chunks += other.stream_chunks;
  stream_bytes += other.stream_bytes;
  datagrams += other.datagrams;
  datagram_bytes += other.datagram_bytes;
  datagrams_dropped += other.datagrams_dropped;
  for (size_t code = 0; code < closes.size(); ++code) closes[code] += other.closes[code];
}

std::string DescribeCounters(const EchoCounters& counters) {
  using report::FormatExact;
  report::Table table({{"echoed"}, {"", report::Table::Align::kRight}});
  table.AddRow({"connections", FormatExact(counters.connections)});
  for (size_t code = 0; code < counters.closes.size(); ++code) {
    if (counters.closes[code] == 0) continue;
    table.AddRow({"  closed: " + std::string(CloseCodeName(static_cast<CloseCode>(code))),
                  FormatExact(counters.closes[code])});
  }
  table.AddRow({"messages or chunks", FormatExact(counters.stream_chunks)});
  table.AddRow({"bytes", FormatExact(counters.stream_bytes)});
  table.AddRow({"datagrams", FormatExact(counters.datagrams)});
  table.AddRow({"  not answered", FormatExact(counters.datagrams_dropped)});
  table.AddRow({"datagram bytes", FormatExact(counters.datagram_bytes)});
  return table.ToString();
}

}  // namespace sluice::echo
