// Fuzz target: a server on the simulated network answers a connection's bytes the same however they
// arrive, with well-formed answers, and comes to an end.
//
// The first byte of the input chooses limits; the rest is what the client sends.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1_parser.h"
#include "protocols/http1_server.h"
#include "reactor/loop.h"
#include "reactor/sim/sim_world.h"
#include "tests/fuzz/http1_fuzz.h"
#include "tests/fuzz/raw_client.h"

namespace sluice::http_test {
namespace {

Http1ServerOptions OptionsOf(unsigned char choice) {
  Http1ServerOptions options;
  options.wall_clock = [] { return Duration(std::chrono::seconds(784'111'777)); };
  options.trace_allowed = (choice & 1) != 0;
  if ((choice & 2) != 0) options.pending_max = 2;
  if ((choice & 4) == 0) return options;
  options.limits.head_bytes_max = 200;
  options.limits.target_bytes_max = 40;
  options.limits.field_line_bytes_max = 60;
  options.limits.fields_max = 4;
  options.limits.body_bytes_max = 50;
  options.limits.chunk_line_bytes_max = 10;
  options.limits.trailer_bytes_max = 40;
  options.drop_bytes_max = 30;
  return options;
}

class Raw : public Handler {
  size_t OnData(Connection& connection, std::string_view bytes) override {
    connection.Send(bytes);
    return bytes.size();
  }
};

sim::WorldOptions WorldOfOne() {
  sim::WorldOptions options;
  options.all_must_be_closed = false;  // the listener is not
  return options;
}

// One server, one connection.
class Trial {
 public:
  explicit Trial(unsigned char choice)
      : world_(WorldOfOne()),
        loop_(world_.MakeBackend(world_.AddHost())),
        server_(OptionsOf(choice)) {
    AddRoutes();
  }

  // What comes back for `pieces`, one a turn.
  std::string Serve(const std::vector<std::string_view>& pieces) {
    const auto listener = loop_.Listen(*Endpoint::Parse("127.0.0.1:0"), {}, server_.Factory(loop_));
    const ConnectionId client =
        loop_.Connect((*listener)->endpoint(), {}, std::make_unique<RawClient>(seen_));
    for (const std::string_view piece : pieces) {
      Turn();
      if (Connection* connection = loop_.Find(client)) connection->Send(piece);
    }
    if (Connection* connection = loop_.Find(client)) connection->EndOutput();
    constexpr int kTurnsMax = 20'000;
    for (int turn = 0; turn < kTurnsMax && !seen_.closed; ++turn) Turn();
    if (!seen_.closed) {
      std::fprintf(stderr, "the connection does not end; received:\n%s", seen_.received.c_str());
      std::abort();
    }
    return WithoutInterim(seen_.received);
  }

 private:
  void AddRoutes() {
    server_.Get("/", [](Http1Exchange& e) { e.Reply("hello"); });
    server_.Get("/p/{name}", [](Http1Exchange& e) {
      std::string name;
      if (!Http1Unescape(e.Param("name"), &name)) std::abort();
      e.AddHeader("X-Name", name);  // a 500 where it has a line end
      e.Reply(name);
    });
    server_.Get("/c", [](Http1Exchange& e) {
      e.Begin(200, "text/plain");
      e.Write("one");
      e.Write(e.request().target);
      e.End();
    });
    server_.Get("/l", [this](Http1Exchange& e) { waiting_.push_back(e.Later()); });
    server_.Post("/l", [this](Http1Exchange& e) { waiting_.push_back(e.Later()); });
    server_.Post("/e", [](Http1Exchange& e) {
      e.ReadBody(40, [](Http1Exchange& exchange, std::string_view body) { exchange.Reply(body); });
    });
    server_.Post("/s", [](Http1Exchange& e) {
      e.StreamBody(
          [count = size_t{0}](Http1Exchange& exchange, std::string_view piece, bool last) mutable {
            count += piece.size();
            if (last) exchange.Reply(std::to_string(count));
          });
    });
    server_.Get("/u", [](Http1Exchange& e) { e.Upgrade("raw", std::make_unique<Raw>()); });
    server_.Get("/forgotten", [](Http1Exchange&) {});
  }

  // Of those that are to be answered later the newest is answered first.
  void Turn() {
    loop_.Turn(loop_.now() + std::chrono::milliseconds(1));
    if (waiting_.empty()) return;
    Http1Exchange* exchange = Http1Exchange::Find(loop_, waiting_.back());
    waiting_.pop_back();
    if (exchange != nullptr) exchange->Reply("late");
  }

  // Whether a client is told to go on depends on how much it sent by then.
  static std::string WithoutInterim(std::string bytes) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    for (size_t at; (at = bytes.find(kContinue)) != std::string::npos;) {
      bytes.erase(at, kContinue.size());
    }
    return bytes;
  }

  RawClient::Seen seen_;
  sim::SimWorld world_;
  Loop loop_;
  Http1Server server_;
  std::vector<Http1ExchangeId> waiting_;
};

void ExpectAnswer(std::string_view answers) {
  if (answers.empty()) return;
  const Http1Limits limits;
  Http1ResponseParser parser(limits);
  Http1Response response;
  const Http1Parsed parsed = parser.Parse(answers, Http1Method::kHead, &response);
  if (parsed.result == DecodeResult::kMessage && response.status < 600) return;
  std::fprintf(stderr, "not an answer:\n%s", std::string(answers).c_str());
  std::abort();
}

void Check(std::string_view input) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  const std::string whole = Trial(choice).Serve({input});
  ExpectAnswer(whole);
  Prng prng(SeedOf(input));
  std::vector<std::string_view> pieces;
  for (std::string_view rest = input; !rest.empty();) {
    const size_t size = prng.Between(1, prng.Chance(1, 2) ? 3 : rest.size());
    pieces.push_back(rest.substr(0, size));
    rest.remove_prefix(pieces.back().size());
  }
  ExpectSame("in pieces", Trial(choice).Serve(pieces), whole);
}

}  // namespace
}  // namespace sluice::http_test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::http_test::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
