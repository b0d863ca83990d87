#include "tests/http_server/server_fixture.h"

#include <utility>

#include "reactor/base/check.h"

namespace sluice::test {

std::string Get(std::string_view target, std::string_view fields) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

std::string Post(std::string_view target, std::string_view body, std::string_view fields) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}

HttpServerTest::HttpServerTest() {
  options.wall_clock = [] { return Duration(std::chrono::seconds(784'111'777)); };
}

void HttpServerTest::TearDown() {
  ReactorTest::TearDown();
  server_.reset();
}

Http1Server& HttpServerTest::server() {
  if (server_ == nullptr) {
    const absl::Status valid = ValidateHttp1ServerOptions(options);
    EXPECT_TRUE(valid.ok()) << valid.ToString();
    server_ = std::make_unique<Http1Server>(options);
    AddRoutes();
  }
  return *server_;
}

void HttpServerTest::AddRoutes() {
  server_->Get("/", [](Http1Exchange& e) { e.Reply("hello"); });
  server_->Get("/users/{id}", [](Http1Exchange& e) { e.Reply(e.Param("id")); });
  server_->Get("/later/{name}", [this](Http1Exchange& e) {
    events.push_back("asked " + std::string(e.Param("name")));
    later[std::string(e.Param("name"))] = e.Later();
  });
  server_->Post("/later/{name}",
                [this](Http1Exchange& e) { later[std::string(e.Param("name"))] = e.Later(); });
  server_->Get("/chunks", [](Http1Exchange& e) {
    e.Begin(200, "text/plain");
    e.Write("one,");
    e.Write("");
    e.Write("two");
    e.End();
  });
  server_->Get("/forgotten", [](Http1Exchange&) {});
  server_->Post("/echo", [](Http1Exchange& e) {
    e.ReadBody(
        64, [](Http1Exchange& exchange, std::string_view body) { exchange.Reply(200, "", body); });
  });
  server_->Post("/count", [](Http1Exchange& e) {
    e.StreamBody(
        [bytes = size_t{0}](Http1Exchange& exchange, std::string_view piece, bool last) mutable {
          bytes += piece.size();
          if (last) exchange.Reply(std::to_string(bytes));
        });
  });
  server_->Put("/unread", [](Http1Exchange& e) { e.Reply(201); });
}

Listener* HttpServerTest::listener() {
  if (listener_ != nullptr) return listener_;
  absl::StatusOr<Listener*> made =
      loop().Listen(Loopback(), listener_options, server().Factory(loop(), &counters));
  SLUICE_CHECK(made.ok(), "a test listens where it can");
  return listener_ = *made;
}

PeerPtr HttpServerTest::Send(std::string_view bytes, Script script) {
  Script say = script::Say(std::string(bytes));
  if (script) say = script::Both(std::move(say), std::move(script));
  // It reads, however much it has not sent yet: no deadlock with a server that does not.
  ConnectOptions connect;
  connect.limits.output_high_water_bytes = 64 << 20;
  return Connect(listener()->endpoint(), std::move(say), connect);
}

PeerPtr HttpServerTest::SendAndEnd(std::string_view bytes) {
  return Send("", [bytes = std::string(bytes)](Peer& peer) {
    peer.on_open = [bytes](Connection& connection) {
      connection.Send(bytes);
      connection.EndOutput();
    };
  });
}

void HttpServerTest::SendMore(const PeerPtr& client, std::string_view bytes) {
  if (Connection* connection = loop().Find(client->id)) connection->Send(bytes);
}

std::vector<Answer> HttpServerTest::Receive(const PeerPtr& client, size_t count,
                                            std::string_view methods) {
  const auto read = [&] { return ReadAnswers(client->received, methods, client->closed()); };
  const bool came = TurnUntil([&] {
    const std::vector<Answer> answers = read();
    const bool all = count > 0 && answers.size() >= count && answers.back().complete;
    return client->closed() || all;
  });
  EXPECT_TRUE(came) << "received so far: " << client->received;
  return read();
}

Answer HttpServerTest::Ask(std::string_view request) {
  const std::vector<Answer> answers = Receive(Send(request), 1);
  EXPECT_EQ(answers.size(), 1U);
  return answers.empty() ? Answer() : answers[0];
}

Http1Exchange* HttpServerTest::FindLater(const std::string& name) {
  const auto found = later.find(name);
  return found == later.end() ? nullptr : Http1Exchange::Find(loop(), found->second);
}

}  // namespace sluice::test
