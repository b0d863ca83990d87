// Clients send many lines without waiting; the server answers each, numbered, in order. A line that
// is too long ends the connection as a protocol error, every answer before it received.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/line.h"
#include "reactor/framed.h"
#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/scenarios.h"
#include "tools/sim/scenarios/watch.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

// Of one client.
struct Talk {
  std::string text;                  // what it sends
  std::vector<std::string> answers;  // due in this order
  bool too_long = false;             // behind what they answer
  size_t answered = 0;
  bool ended = false;  // by the server
};

using OnLine = std::function<void(Connection&, std::string_view)>;

LineCodec CodecOf(size_t message_bytes_max) {
  return *LineCodec::Create({.message_bytes_max = message_bytes_max});
}

std::string AnswerTo(std::string_view line, size_t number) {
  // The number last: an answer that ended in '\r' could not be sent.
  return std::string(line) + "#" + std::to_string(number);
}

class LineServer : public Framed<LineCodec, OnLine> {
 public:
  LineServer(Trial& trial, const LineCodec& codec, const LineCodec& answers)
      : Framed(codec,
               [this](Connection& connection, std::string_view line) { Answer(connection, line); }),
        trial_(trial),
        answers_(answers) {}

 private:
  void Answer(Connection& connection, std::string_view line) {
    const CodecError error = answers_.Encode(AnswerTo(line, ++lines_), connection);
    trial_.Expect(error == CodecError::kNone, "an answer could not be encoded");
    Prng& draw = trial_.draw();
    if (!draw.Chance(1, 16)) return;
    rest_.Take(connection, Duration(draw.Between(1, 1'000'000)));
    if (draw.Chance(1, 2)) connection.ResumeReading();
  }

  Trial& trial_;
  const LineCodec answers_;
  size_t lines_ = 0;
  Rest rest_;
};

class LineClient : public Framed<LineCodec, OnLine> {
 public:
  LineClient(Trial& trial, const LineCodec& answers, Talk& talk)
      : Framed(answers,
               [this](Connection& connection, std::string_view line) { Check(connection, line); }),
        trial_(trial),
        talk_(talk),
        sender_(talk.text, trial.draw()) {}

  void OnOpen(Connection& connection) override {
    Framed::OnOpen(connection);
    sender_.SendSome(connection);
  }
  size_t OnData(Connection& connection, std::string_view bytes) override {
    const size_t consumed = Framed::OnData(connection, bytes);
    sender_.SendSome(connection);
    return consumed;
  }
  void OnEnd(Connection& connection) override {
    talk_.ended = true;
    connection.Close();
  }

 private:
  void Check(Connection& connection, std::string_view line) {
    trial_.Expect(talk_.answered < talk_.answers.size(), "an answer came that nobody waits for");
    trial_.Expect(line == talk_.answers[talk_.answered], "an answer is not the one that is due");
    ++talk_.answered;
    Prng& draw = trial_.draw();
    if (draw.Chance(1, 32)) rest_.Take(connection, Duration(draw.Between(1, 3'000'000)));
  }

  Trial& trial_;
  Talk& talk_;
  PieceSender sender_;
  Rest rest_;
};

std::string RandomLine(Prng& draw, size_t size) {
  std::string line = RandomBytes(draw, size);
  for (char& byte : line) {
    if (byte == '\n') byte = '\r';
  }
  return line;
}

void AppendLine(Prng& draw, std::string_view line, std::string* text) {
  text->append(line);
  // Of a line that ends in '\r' a '\n' alone would take it away.
  text->append(line.ends_with('\r') || draw.Chance(1, 2) ? "\r\n" : "\n");
}

size_t DrawLineBytes(Prng& draw, size_t message_bytes_max) {
  switch (draw.Between(0, 5)) {
    case 0:
      return 0;
    case 1:
      return message_bytes_max;
    default:
      return draw.Between(0, message_bytes_max);
  }
}

Talk DrawTalk(Prng& draw, size_t message_bytes_max) {
  Talk talk;
  const size_t lines = draw.Between(0, 40);
  for (size_t i = 1; i <= lines; ++i) {
    const std::string line = RandomLine(draw, DrawLineBytes(draw, message_bytes_max));
    AppendLine(draw, line, &talk.text);
    talk.answers.push_back(AnswerTo(line, i));
  }
  talk.too_long = draw.Chance(1, 4);
  if (talk.too_long) {
    const size_t excess = draw.Chance(1, 2) ? 1 : draw.Between(1, message_bytes_max);
    const std::string line = RandomLine(draw, message_bytes_max + excess);
    // "...\r" alone might yet be a line at the limit.
    AppendLine(draw, line.substr(0, line.size() - 1) + "x", &talk.text);
    for (uint64_t more = draw.Between(0, 5); more > 0; --more) {
      AppendLine(draw, RandomLine(draw, draw.Between(0, message_bytes_max)), &talk.text);
    }
  } else if (draw.Chance(1, 4)) {
    // A line that is never finished is never answered.
    talk.text += RandomLine(draw, draw.Between(1, message_bytes_max));
  }
  return talk;
}

void CheckTalks(Trial& trial, const sim::SimHost& server, const std::vector<Talk>& talks,
                const Watch& servers) {
  size_t broken_off = 0;
  size_t too_long = 0;
  size_t refused = 0;
  for (const Talk& talk : talks) {
    const bool complete = talk.ended && talk.answered == talk.answers.size();
    trial.Tally("lines answered", talk.answered);
    trial.Tally(complete ? "clients got every answer" : "clients broken off");
    trial.Expect(!talk.ended || complete, "the server ended before every line was answered");
    if (!complete) ++broken_off;
    if (talk.too_long) ++too_long;
    if (talk.too_long && complete) ++refused;
  }
  const size_t protocol_errors = servers.CountClosedWith(CloseCode::kProtocolError);
  trial.Tally("lines refused as too long", protocol_errors);
  trial.Expect(protocol_errors <= too_long, "a line was refused that is short enough");
  trial.Expect(protocol_errors >= refused, "a line that is too long was not refused");
  for (const End& end : servers.ends()) {
    if (end.reason.code != CloseCode::kProtocolError) continue;
    trial.Expect(end.reason.error == static_cast<int>(CodecError::kMessageTooLong),
                 "a line was refused with another error than its length");
  }
  ExpectExcused(trial, server, broken_off, talks.size(), servers.opened());
}

}  // namespace

void PipelinedLines(Trial& trial) {
  Prng& draw = trial.draw();
  const size_t message_bytes_max = draw.Chance(1, 8) ? draw.Between(1, 2000) : draw.Between(1, 64);
  const LineCodec codec = CodecOf(message_bytes_max);
  const LineCodec answers = CodecOf(message_bytes_max + 24);
  std::vector<Talk> talks(draw.Between(1, 5));
  for (Talk& talk : talks) talk = DrawTalk(draw, message_bytes_max);
  Watch servers(trial);
  Watch clients(trial);
  sim::SimRun& run = trial.Start();
  sim::SimHost& server_host = trial.world().AddHost();
  Loop& server = run.AddLoop(server_host, SmallBuffers());
  Loop& client = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  ListenerOptions listen;
  listen.backlog = static_cast<int>(draw.Between(0, 8));
  listen.limits = TightLimits();
  listen.limits.turn_bytes = static_cast<uint32_t>(draw.Between(1, 2048));
  listen.limits.linger_timeout = 60s;  // however slowly a client reads the last answers
  if (draw.Chance(1, 2))
    listen.limits.input_bytes_max = 16;  // the codec's limit is to be met first
  auto listener = server.Listen(*Endpoint::Parse("10.0.0.1:80"), listen, [&] {
    return servers.Over(std::make_unique<LineServer>(trial, codec, answers));
  });
  trial.Expect(listener.ok(), "the server could not listen");
  for (Talk& talk : talks) {
    client.Connect((*listener)->endpoint(), PatientConnect(),
                   clients.Over(std::make_unique<LineClient>(trial, answers, talk)));
  }
  RunUntilAllGone(trial, 2h, {&server, &client}, {&servers, &clients});
  CheckTalks(trial, server_host, talks, servers);
}

}  // namespace sluice::simulate
