#include "protocols/http1_worker.h"

#include <utility>

namespace sluice::http1 {

Worker::Worker(const Http1Server& server, Loop& loop, Http1Counters* counters)
    : loop_(loop),
      options_(server.options()),
      router_(server.router()),
      counters_(counters != nullptr ? *counters : own_counters_),
      logs_(static_cast<bool>(options_.access_log.write)),
      date_(options_.wall_clock),
      parser_(std::make_unique<Http1RequestParser>(options_.limits)) {}

Worker::~Worker() {
  while (Http1Exchange* exchange = exchanges_) {
    exchanges_ = exchange->next_;
    delete exchange;
  }
}

void Worker::GiveBack(Http1Exchange* exchange) {
  exchange->Reset();
  if (idle_exchanges_ == kIdleExchangesMax) {
    delete exchange;
    return;
  }
  exchange->next_ = exchanges_;
  exchanges_ = exchange;
  ++idle_exchanges_;
}

std::unique_ptr<Http1RequestParser> Worker::TakeParser() {
  std::unique_ptr<Http1RequestParser> next;
  if (parsers_.empty()) {
    next = std::make_unique<Http1RequestParser>(options_.limits);
  } else {
    next = std::move(parsers_.back());
    parsers_.pop_back();
  }
  return std::exchange(parser_, std::move(next));
}

void Worker::GiveBack(std::unique_ptr<Http1RequestParser> parser) {
  if (parsers_.size() == kIdleParsersMax) return;
  parser->Reset();
  parsers_.push_back(std::move(parser));
}

void Worker::Log(const LogRecord& record) const {
  options_.access_log.write(LogLine(record, options_.access_log.format, date_.unix_time()));
}

}  // namespace sluice::http1
