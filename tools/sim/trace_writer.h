// The readable log of a run: a line for every packet, completion and fault.
//
//   0.001234567  10.0.0.2:32768 > 10.0.0.1:80  DATA 12  "hello, world"
//   0.001239567  loop 0  slot 3  receive 12
//   0.001241567  fault short_send
#ifndef SLUICE_TOOLS_SIM_TRACE_WRITER_H_
#define SLUICE_TOOLS_SIM_TRACE_WRITER_H_

#include <cstdio>
#include <string_view>
#include <vector>

#include "reactor/sim/sim_trace.h"

namespace sluice::simulate {

class TraceWriter final : public sim::Tracer {
 public:
  // Does not own `out`, which it flushes when a violation ends the process.
  explicit TraceWriter(std::FILE* out) : out_(out) {}

  bool wanted() const override { return true; }
  void OnPacket(const sim::TracedPacket& packet) override;
  void OnCompletion(const sim::TracedCompletion& completion) override;
  void OnFault(TimePoint time, std::string_view name) override;
  void OnViolation(std::string_view rule) override;

 private:
  void Time(TimePoint time);

  std::FILE* out_;
  TimePoint last_;
};

// Several tracers told the same. Owns none of them.
class TracerList final : public sim::Tracer {
 public:
  void Add(sim::Tracer& tracer) { tracers_.push_back(&tracer); }
  bool wanted() const override { return !tracers_.empty(); }
  void OnPacket(const sim::TracedPacket& packet) override {
    for (sim::Tracer* tracer : tracers_) tracer->OnPacket(packet);
  }
  void OnCompletion(const sim::TracedCompletion& completion) override {
    for (sim::Tracer* tracer : tracers_) tracer->OnCompletion(completion);
  }
  void OnFault(TimePoint time, std::string_view name) override {
    for (sim::Tracer* tracer : tracers_) tracer->OnFault(time, name);
  }
  void OnViolation(std::string_view rule) override {
    for (sim::Tracer* tracer : tracers_) tracer->OnViolation(rule);
  }

 private:
  std::vector<sim::Tracer*> tracers_;
};

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_TRACE_WRITER_H_
