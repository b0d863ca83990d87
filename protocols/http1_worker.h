// What the connections of one server on one loop share: exchanges to be used again, the parser, the
// Date field, counters. The loop's thread only; lives as long as any of its connections.
#ifndef SLUICE_PROTOCOLS_HTTP1_WORKER_H_
#define SLUICE_PROTOCOLS_HTTP1_WORKER_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "protocols/http1_date.h"
#include "protocols/http1_exchange.h"
#include "protocols/http1_last_head.h"
#include "protocols/http1_message.h"
#include "protocols/http1_parser.h"
#include "protocols/http1_router.h"
#include "protocols/http1_server.h"

namespace sluice::http1 {

// A request while its route's handler runs.
struct Arrival {
  Http1Request request;
  Http1Router::Match match;
  bool body_began = false;  // bytes of it came with the head
};

class Worker {
 public:
  Worker(const Http1Server& server, Loop& loop, Http1Counters* counters);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Loop& loop() { return loop_; }
  const Http1ServerOptions& options() const { return options_; }
  const Http1Router& router() const { return router_; }
  // As Http1Router::Find: paths without params come again and again, and the last one first.
  void FindRoute(std::string_view path, Http1Router::Match* match) {
    if (last_literal_ != nullptr && last_literal_->pattern == path) [[likely]] {
      match->count = 0;
      match->resource = last_literal_;
      return;
    }
    router_.Find(path, match);
    if (match->count == 0) last_literal_ = match->resource;
  }
  Http1Counters& counters() { return counters_; }
  bool logs() const { return logs_; }
  // Valid until the next call.
  std::string_view date_line() { return date_.At(loop_.now()); }
  const char* ok_and_date_lines() { return date_.BehindOk(loop_.now()); }
  TimePoint date_valid_until() const { return date_.valid_until(); }
  LastHead& last_head() { return last_head_; }

  // Room for the answers that a session gives while it is shown bytes: they go to its connection
  // together. One session at a time.
  char* gathered() { return gathered_.data(); }
  static constexpr size_t kGatheredBytes = 16 << 10;

  Http1Exchange* TakeExchange() {
    Http1Exchange* exchange = exchanges_;
    if (exchange == nullptr) return new Http1Exchange;
    exchanges_ = exchange->next_;
    --idle_exchanges_;
    return exchange;
  }
  void GiveBack(Http1Exchange* exchange);

  // The parser of whoever is shown bytes and has none with a part of a head in it.
  Http1RequestParser& parser() { return *parser_; }
  // Another takes its place.
  std::unique_ptr<Http1RequestParser> TakeParser();
  void GiveBack(std::unique_ptr<Http1RequestParser> parser);

  Arrival& arrival() { return arrival_; }

  void Log(const LogRecord& record) const;

 private:
  static constexpr size_t kIdleExchangesMax = 4096;
  static constexpr size_t kIdleParsersMax = 64;

  Loop& loop_;
  const Http1ServerOptions& options_;
  const Http1Router& router_;
  const Http1Router::Resource* last_literal_ =
      nullptr;  // of those without params, the last one found
  Http1Counters own_counters_;
  Http1Counters& counters_;
  const bool logs_;
  DateLine date_;
  LastHead last_head_;
  Arrival arrival_;
  std::array<char, kGatheredBytes> gathered_;
  Http1Exchange* exchanges_ = nullptr;  // idle
  size_t idle_exchanges_ = 0;
  std::unique_ptr<Http1RequestParser> parser_;
  std::vector<std::unique_ptr<Http1RequestParser>> parsers_;  // idle
};

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_WORKER_H_
