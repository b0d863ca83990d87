// Clients send HTTP/1.1 requests without waiting, cut anywhere; answers come in order, whichever is
// ready first, and each is the one that is due. What is malformed is refused behind the answers
// before it.
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1_server.h"
#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/scenarios.h"
#include "tools/sim/scenarios/watch.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n";

std::string Sized(std::string_view body) {
  return std::string(kHead) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string Hex(size_t number) {
  char text[20];
  std::snprintf(text, sizeof(text), "%zx", number);
  return text;
}

std::string InChunks(std::string_view piece) {
  return std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n" + Hex(piece.size()) + "\r\n" +
         std::string(piece) + "\r\n0\r\n\r\n";
}

std::string Get(std::string_view path, size_t number) {
  return "GET " + std::string(path) + std::to_string(number) + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

std::string Post(Prng& draw, std::string_view path, std::string_view body) {
  const std::string head = "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n";
  if (draw.Chance(1, 2)) {
    return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
  std::string text = head + "Transfer-Encoding: chunked\r\n\r\n";
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, draw.Between(1, body.size()));
    text += Hex(chunk.size()) + "\r\n" + std::string(chunk) + "\r\n";
    body.remove_prefix(chunk.size());
  }
  return text + "0\r\n\r\n";
}

// Of one client: what it sends, and what is due for all of it.
struct Talk {
  Conversation conversation;
  std::string due;
};

void DrawRequest(Prng& draw, size_t number, Talk* talk) {
  std::string& sent = talk->conversation.sent;
  const std::string name = std::to_string(number);
  const std::string body = RandomBytes(draw, draw.Between(0, 3000));
  switch (draw.Between(0, 4)) {
    case 0:
      sent += Get("/now/", number);
      talk->due += Sized(name);
      return;
    case 1:
      sent += Get("/later/", number);
      talk->due += Sized(name);
      return;
    case 2:
      sent += Get("/chunks/", number);
      talk->due += InChunks(name);
      return;
    case 3:
      sent += Post(draw, "/gathered", body);
      talk->due += Sized(body);
      return;
    default:
      sent += Post(draw, "/streamed", body);
      talk->due += Sized(std::to_string(body.size()));
  }
}

void DrawTalk(Prng& draw, Talk* talk) {
  for (size_t left = draw.Between(0, 40), number = 1; left > 0; --left, ++number) {
    DrawRequest(draw, number, talk);
  }
  if (!draw.Chance(1, 4)) return;
  talk->conversation.sent += "GET / HTTP/1.1\r\nHost : h\r\n\r\n" + Get("/now/", 0);
  constexpr std::string_view kWhy = "400 space between field name and colon\n";
  talk->due +=
      "HTTP/1.1 400 Bad Request\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " +
      std::to_string(kWhy.size()) + "\r\n\r\n" + std::string(kWhy);
}

// A timer that goes with the exchange.
void After(Http1Exchange& exchange, Duration delay, Http1Exchange::Function then) {
  Loop& loop = exchange.loop();
  auto timer = std::make_shared<Timer>(
      loop, [&loop, id = exchange.Later(), then = std::move(then)]() mutable {
        if (Http1Exchange* found = Http1Exchange::Find(loop, id)) then(*found);
      });
  timer->ArmAfter(delay);
  exchange.OnGone([timer](Http1Exchange&) {});
}

void AddRoutes(Prng& draw, Http1Server* server) {
  server->Get("/now/{name}", [](Http1Exchange& e) { e.Reply(e.Param("name")); });
  server->Get("/later/{name}", [&draw](Http1Exchange& e) {
    After(e, Duration(draw.Between(1, 3'000'000)),
          [name = std::string(e.Param("name"))](Http1Exchange& late) { late.Reply(name); });
  });
  server->Get("/chunks/{name}", [](Http1Exchange& e) {
    e.Begin(200, "text/plain; charset=utf-8");
    e.Write(e.Param("name"));
    e.End();
  });
  server->Post("/gathered", [](Http1Exchange& e) {
    e.ReadBody(4000, [](Http1Exchange& exchange, std::string_view body) { exchange.Reply(body); });
  });
  server->Post("/streamed", [&draw](Http1Exchange& e) {
    e.StreamBody([&draw, bytes = size_t{0}](Http1Exchange& exchange, std::string_view piece,
                                            bool last) mutable {
      bytes += piece.size();
      if (last) {
        exchange.Reply(std::to_string(bytes));
      } else if (draw.Chance(1, 4)) {
        exchange.PauseBody();
        After(exchange, Duration(draw.Between(1, 3'000'000)),
              [](Http1Exchange& paused) { paused.ResumeBody(); });
      }
    });
  });
}

Http1ServerOptions ServerOptions(Prng& draw) {
  Http1ServerOptions options;
  options.wall_clock = [] { return Duration(784'111'777s); };
  options.pending_max = draw.Between(1, 8);
  options.head_timeout = options.body_timeout = options.idle_timeout =
      0s;  // faults take their time
  return options;
}

// Whether an answer says that it is the last depends on when the client's end arrived.
std::string WithoutClose(std::string text) {
  constexpr std::string_view kClose = "Connection: close\r\n";
  for (size_t at; (at = text.find(kClose)) != std::string::npos;) text.erase(at, kClose.size());
  return text;
}

void CheckTalks(Trial& trial, const std::vector<Talk>& talks) {
  for (const Talk& talk : talks) {
    const std::string received = WithoutClose(talk.conversation.received);
    const bool complete = talk.conversation.reason.code == CloseCode::kPeerEnded;
    trial.Tally(complete ? "clients got every answer" : "clients broken off");
    // What was broken off may end within the field that is left out.
    if (complete) {
      trial.Expect(received == talk.due, "the answers are not those that are due");
    } else {
      const size_t whole = received.rfind("\r\nConn") == std::string::npos
                               ? received.size()
                               : received.rfind("\r\nConn") + 2;
      trial.Expect(talk.due.starts_with(received.substr(0, whole)),
                   "an answer is not the one that is due");
    }
  }
}

}  // namespace

void Http(Trial& trial) {
  Prng& draw = trial.draw();
  std::vector<Talk> talks(draw.Between(1, 5));
  for (Talk& talk : talks) DrawTalk(draw, &talk);
  Http1Server http(ServerOptions(draw));
  AddRoutes(draw, &http);
  Http1Counters counters;
  Watch servers(trial);
  Watch clients(trial);
  sim::SimRun& run = trial.Start();
  Loop& server = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  Loop& client = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  ListenerOptions listen;
  listen.limits = TightLimits();
  listen.limits.linger_timeout = 60s;  // however slowly a client reads the last answers
  HandlerFactory factory = http.Factory(server, &counters);
  auto listener = server.Listen(*Endpoint::Parse("10.0.0.1:80"), listen,
                                [&] { return servers.Over(factory()); });
  trial.Expect(listener.ok(), "the server could not listen");
  for (Talk& talk : talks) {
    client.Connect((*listener)->endpoint(), PatientConnect(),
                   clients.Over(std::make_unique<ConversationClient>(talk.conversation, draw)));
  }
  RunUntilAllGone(trial, 2h, {&server, &client}, {&servers, &clients});
  trial.Tally("requests", counters.requests);
  trial.Tally("requests refused", counters.refusals);
  CheckTalks(trial, talks);
}

}  // namespace sluice::simulate
