// What a simulated run tells of itself: every packet, completion and injected fault, in order.
#ifndef SLUICE_REACTOR_SIM_SIM_TRACE_H_
#define SLUICE_REACTOR_SIM_SIM_TRACE_H_

#include <cstdint>
#include <string_view>

#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"

namespace sluice::sim {

struct TracedPacket {  // as it leaves; it may still be lost
  TimePoint time;
  std::string_view kind;  // SYN, SYN-ACK, ACK, DATA, FIN, RST, UDP
  const Endpoint* from;
  const Endpoint* to;
  std::string_view payload;  // valid during the call
};

struct TracedCompletion {
  TimePoint time;
  uint32_t backend;  // numbered in the order they were made, from 0
  uint64_t token;
  std::string_view operation;
  int32_t result;
};

class Tracer {
 public:
  virtual ~Tracer() = default;
  virtual bool wanted() const { return false; }
  virtual void OnPacket(const TracedPacket&) {}
  virtual void OnCompletion(const TracedCompletion&) {}
  virtual void OnFault(TimePoint /*time*/, std::string_view /*name*/) {}
  // The last word: the process ends when it returns.
  virtual void OnViolation(std::string_view /*rule*/) {}
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_TRACE_H_
