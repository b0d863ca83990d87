// A server sends much to clients that read fast, rest, sip, or stop for good. Output is held
// between its marks, the producer that OnDrain drives gets on, and who stops reading is dropped.
#include <algorithm>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "tools/sim/scenarios/conversation.h"
#include "tools/sim/scenarios/pattern.h"
#include "tools/sim/scenarios/scenarios.h"
#include "tools/sim/scenarios/watch.h"

namespace sluice::simulate {
namespace {

using namespace std::chrono_literals;

constexpr size_t kPieceBytesMax = 2000;

enum class Appetite { kFast, kRests, kSips, kStops };

// Of one client.
struct Meal {
  Appetite appetite = Appetite::kFast;
  size_t sip = 1;        // bytes at a time
  uint64_t stop_at = 0;  // the byte behind which it stops for good
  std::string sent;      // by the client, in between
  PatternSink received;
  bool ended = false;  // by the server
};

// Of one connection, at the server.
struct Supply {
  Supply(uint8_t number, uint64_t bytes, bool is_flood)
      : source(number), total(bytes), flood(is_flood) {}
  PatternSource source;
  uint64_t total;
  bool flood;  // sends without a look at what is unsent
};

class Producer : public Handler {
 public:
  Producer(Trial& trial, Supply& supply) : trial_(trial), supply_(supply) {}

  void OnOpen(Connection& connection) override {
    last_progress_ = connection.loop().now();
    if (supply_.flood) {
      Flood(connection);
    } else {
      Produce(connection);
    }
  }

  size_t OnData(Connection&, std::string_view bytes) override {
    trial_.Expect(!above_, "input came although output is above its mark");
    return bytes.size();
  }

  void OnDrain(Connection& connection) override {
    trial_.Expect(above_, "OnDrain came although output was never above its mark");
    above_ = false;
    trial_.Tally("drains");
    last_progress_ = connection.loop().now();
    Produce(connection);
  }

  // The client ends its output early; ours goes on.
  void OnEnd(Connection&) override {}

  void OnClose(Connection& connection, CloseReason reason) override {
    trial_.Expect((reason.code == CloseCode::kOutputOverflow) == supply_.flood,
                  "a flood, and nothing else, overflows its output");
    if (reason.code == CloseCode::kOutputStalled) {
      const Duration waited = connection.loop().now() - last_progress_;
      trial_.Expect(waited >= connection.limits().stall_timeout, "output stalled too early");
    }
    const bool forgotten = reason.code == CloseCode::kIdleTimeout && connection.unsent_bytes() > 0;
    trial_.Expect(!forgotten, "output that stalled was not noticed");
  }

 private:
  void Produce(Connection& connection) {
    const ConnectionLimits& limits = connection.limits();
    while (supply_.source.given() < supply_.total &&
           connection.unsent_bytes() <= limits.output_high_water_bytes) {
      SendPiece(connection);
    }
    above_ = connection.unsent_bytes() > limits.output_high_water_bytes;
    trial_.Expect(!above_ || !connection.is_reading(), "output above its mark does not hold input");
    if (supply_.source.given() == supply_.total) connection.EndOutput();
  }

  void SendPiece(Connection& connection, size_t bytes_max = kPieceBytesMax) {
    const uint64_t left = supply_.total - supply_.source.given();
    const size_t most = std::min<uint64_t>(left, bytes_max);
    connection.Send(supply_.source.Next(trial_.draw().Between(1, most)));
  }

  void Flood(Connection& connection) {
    const size_t output_bytes_max = connection.limits().output_bytes_max;
    while (connection.is_open()) {
      const size_t unsent = connection.unsent_bytes();
      const uint64_t given = supply_.source.given();
      SendPiece(connection, unsent + kPieceBytesMax > output_bytes_max ? 1 : kPieceBytesMax);
      const uint64_t asked_for = unsent + supply_.source.given() - given;
      trial_.Expect(connection.is_open() == (asked_for <= output_bytes_max),
                    "output overflows at another size than output_bytes_max");
    }
  }

  Trial& trial_;
  Supply& supply_;
  bool above_ = false;  // its mark, and OnDrain is due
  TimePoint last_progress_;
};

class Reader : public Handler {
 public:
  Reader(Trial& trial, Meal& meal) : trial_(trial), meal_(meal), sender_(meal.sent, trial.draw()) {}

  void OnOpen(Connection& connection) override { sender_.SendSome(connection); }

  size_t OnData(Connection& connection, std::string_view bytes) override {
    const size_t consumed = Consume(connection, bytes.size());
    trial_.Expect(meal_.received.Take(bytes.substr(0, consumed)), "bytes changed on their way");
    sender_.SendSome(connection);
    return consumed;
  }

  void OnDrain(Connection& connection) override { sender_.SendSome(connection); }

  void OnEnd(Connection& connection) override {
    meal_.ended = true;
    connection.Close();
  }

 private:
  // How much of what is there it takes now.
  size_t Consume(Connection& connection, size_t there) {
    Prng& draw = trial_.draw();
    switch (meal_.appetite) {
      case Appetite::kFast:
        return there;
      case Appetite::kRests:
        if (draw.Chance(1, 4)) rest_.Take(connection, Duration(draw.Between(1, 20'000'000)));
        return there;
      case Appetite::kSips:
        return Sip(connection, there);
      case Appetite::kStops:
        break;
    }
    const uint64_t more = meal_.stop_at - meal_.received.taken();
    if (more <= there) connection.PauseReading();
    return std::min<uint64_t>(more, there);
  }

  size_t Sip(Connection& connection, size_t there) {
    const uint64_t unconsumed = connection.stats().bytes_received - meal_.received.taken();
    trial_.Expect(unconsumed <= kUnconsumedMax, "a slow reader takes in more than it consumes");
    Prng& draw = trial_.draw();
    rest_.Take(connection, Duration(draw.Between(1, 100'000)));
    if (draw.Chance(1, 2)) connection.ResumeReading();
    return std::min(meal_.sip, there);
  }

  // All receive memory of the loop, a few times over: as much may be under way when it pauses.
  static constexpr uint64_t kUnconsumedMax = 16 * 512;

  Trial& trial_;
  Meal& meal_;
  PieceSender sender_;
  Rest rest_;
};

uint64_t DrawBytes(Prng& draw) {
  return draw.Chance(1, 8) ? draw.Between(1, 100 << 10) : draw.Between(1, 8000);
}

void CheckMeals(Trial& trial, const sim::SimHost& server, const std::vector<Meal>& meals,
                const std::deque<Supply>& supplies, const Watch& servers) {
  size_t broken_off = 0;
  size_t stops = 0;
  for (const Meal& meal : meals) {
    trial.Tally("bytes read", meal.received.taken());
    if (meal.ended) {
      const Supply& supply = supplies[meal.received.stream()];
      trial.Expect(meal.received.taken() == supply.total, "the stream ended before its last byte");
      trial.Tally("readers finished");
    } else if (meal.appetite == Appetite::kStops) {
      ++stops;
      trial.Tally("readers stopped for good");
    } else {
      ++broken_off;
      trial.Tally("readers broken off");
    }
  }
  const size_t stalled = servers.CountClosedWith(CloseCode::kOutputStalled);
  trial.Tally("senders stalled", stalled);
  trial.Expect(stalled <= stops, "a client that reads was taken for one that does not");
  const size_t floods = servers.CountClosedWith(CloseCode::kOutputOverflow);
  trial.Tally("senders overflowed", floods);
  ExpectExcused(trial, server, broken_off - std::min(broken_off, floods), meals.size(),
                servers.opened());
}

ConnectionLimits DrawLimits(Prng& draw) {
  ConnectionLimits limits = TightLimits();
  limits.output_high_water_bytes = static_cast<uint32_t>(draw.Between(0, 8192));
  limits.output_low_water_bytes =
      static_cast<uint32_t>(draw.Between(0, limits.output_high_water_bytes));
  limits.output_bytes_max =
      limits.output_high_water_bytes + static_cast<uint32_t>(draw.Between(kPieceBytesMax, 8192));
  // Longer than a reader takes for what a batch brings, a byte a turn and every turn late.
  limits.stall_timeout = Duration(10min) + Duration(draw.Between(0, 600'000'000'000));
  limits.idle_timeout = 1h;
  return limits;
}

std::vector<Meal> DrawMeals(Prng& draw) {
  std::vector<Meal> meals(draw.Between(1, 5));
  for (Meal& meal : meals) {
    meal.appetite = static_cast<Appetite>(draw.Between(0, 3));
    meal.sip = draw.Between(1, 200);
    meal.stop_at = draw.Between(1, 8000);
    meal.sent = RandomBytes(draw, draw.Chance(1, 2) ? 0 : draw.Between(1, 3000));
  }
  return meals;
}

}  // namespace

void SlowReaders(Trial& trial) {
  Prng& draw = trial.draw();
  const ConnectionLimits limits = DrawLimits(draw);
  std::vector<Meal> meals = DrawMeals(draw);
  std::deque<Supply> supplies;
  Watch servers(trial);
  Watch clients(trial);
  sim::SimRun& run = trial.Start();
  sim::SimHost& server_host = trial.world().AddHost();
  Loop& server = run.AddLoop(server_host, SmallBuffers());
  Loop& client = run.AddLoop(trial.world().AddHost(), SmallBuffers());
  ListenerOptions listen;
  listen.limits = limits;
  auto listener = server.Listen(*Endpoint::Parse("10.0.0.1:80"), listen, [&] {
    const bool flood = draw.Chance(1, 32);
    const uint64_t bytes = flood ? limits.output_bytes_max + kPieceBytesMax : DrawBytes(draw);
    supplies.emplace_back(static_cast<uint8_t>(supplies.size()), bytes, flood);
    return servers.Over(std::make_unique<Producer>(trial, supplies.back()));
  });
  trial.Expect(listener.ok(), "the server could not listen");
  ConnectOptions connect = PatientConnect();
  connect.limits.idle_timeout = 1h;
  for (Meal& meal : meals) {
    client.Connect((*listener)->endpoint(), connect,
                   clients.Over(std::make_unique<Reader>(trial, meal)));
  }
  RunUntilAllGone(trial, 24h, {&server, &client}, {&servers, &clients});
  CheckMeals(trial, server_host, meals, supplies, servers);
}

}  // namespace sluice::simulate
