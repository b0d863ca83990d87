// Fuzz target: a client on the simulated network makes the same of a server's bytes however they
// arrive, and comes to an end.
//
// The first byte of the input chooses the request and limits; the rest is what the server sends
// before it ends its stream.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1_client.h"
#include "reactor/loop.h"
#include "reactor/sim/sim_world.h"
#include "tests/fuzz/http1_fuzz.h"

namespace sluice::http_test {
namespace {

Http1ClientOptions OptionsOf(unsigned char choice) {
  Http1ClientOptions options;
  if ((choice & 8) == 0) return options;
  options.answer_bytes_max = 20;
  options.interim_max = 1;
  options.limits.head_bytes_max = 200;
  options.limits.status_line_bytes_max = 40;
  options.limits.field_line_bytes_max = 60;
  options.limits.fields_max = 4;
  options.limits.body_bytes_max = 50;
  options.limits.chunk_line_bytes_max = 10;
  options.limits.trailer_bytes_max = 40;
  return options;
}

// Sends the pieces, one a turn, once it was asked something.
struct Server {
  bool asked = false;
  ConnectionId connection;
};

class ServerHandler : public Handler {
 public:
  explicit ServerHandler(Server& server) : server_(server) {}
  size_t OnData(Connection& connection, std::string_view bytes) override {
    if (server_.asked || bytes.find("\r\n\r\n") != std::string_view::npos) {
      server_.connection = connection.id();
      server_.asked = true;
      return bytes.size();
    }
    return 0;
  }

 private:
  Server& server_;
};

std::string Describe(const Http1Outcome& outcome) {
  std::string text = outcome.error.ToString() + "\n" + std::to_string(outcome.answer.status) + " " +
                     outcome.answer.reason + "\n";
  for (const Http1Header& field : outcome.answer.fields) {
    text += field.name + ": " + field.value + "\n";
  }
  text += outcome.answer.body + "\n";
  for (const Http1Header& trailer : outcome.answer.trailers) {
    text += trailer.name + ": " + trailer.value + "\n";
  }
  return text;
}

sim::WorldOptions WorldOfOne() {
  sim::WorldOptions options;
  options.all_must_be_closed = false;  // the listener is not
  return options;
}

std::string Fetch(unsigned char choice, const std::vector<std::string_view>& pieces) {
  sim::SimWorld world(WorldOfOne());
  Loop loop(world.MakeBackend(world.AddHost()));
  Server server;
  const auto listener = loop.Listen(*Endpoint::Parse("127.0.0.1:0"), {},
                                    [&server] { return std::make_unique<ServerHandler>(server); });
  Http1Client client(loop, OptionsOf(choice));
  static constexpr const char* kMethods[] = {"GET", "HEAD", "POST", "OPTIONS"};
  Http1FetchRequest request = {.endpoint = (*listener)->endpoint(), .method = kMethods[choice & 3]};
  if ((choice & 3) == 2) {
    request.body = "body";
    request.expect_continue = (choice & 16) != 0;
  }
  bool done = false;
  std::string seen;
  Http1FetchFunctions functions;
  if ((choice & 4) != 0) {
    functions.piece = [&](Http1FetchId id, std::string_view piece) {
      seen += piece;
      client.Pause(id);
      client.Resume(id);
    };
  }
  functions.done = [&](Http1Outcome outcome) {
    done = true;
    seen += "\n" + Describe(outcome);
  };
  client.Fetch(std::move(request), std::move(functions));
  const auto turn = [&] { loop.Turn(loop.now() + std::chrono::milliseconds(1)); };
  constexpr int kTurnsMax = 1000;
  for (int i = 0; i < kTurnsMax && !server.asked; ++i) turn();
  for (const std::string_view piece : pieces) {
    if (Connection* connection = loop.Find(server.connection)) connection->Send(piece);
    turn();
  }
  if (Connection* connection = loop.Find(server.connection)) connection->EndOutput();
  for (int i = 0; i < kTurnsMax && !done; ++i) turn();
  if (!done) {
    std::fprintf(stderr, "the fetch does not end\n");
    std::abort();
  }
  const Http1ClientStats stats = client.stats();
  if (stats.under_way + stats.waiting > 0) std::abort();
  return seen;
}

void Check(std::string_view input) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  const std::string whole = Fetch(choice, {input});
  Prng prng(SeedOf(input));
  const size_t piece_bytes_max = prng.Chance(1, 2) ? 3 : std::max<size_t>(1, input.size());
  ExpectSame("in pieces", Fetch(choice, codec_test::RandomSplit(input, piece_bytes_max, prng)),
             whole);
}

}  // namespace
}  // namespace sluice::http_test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::http_test::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
