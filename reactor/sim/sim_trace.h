// What a simulated run tells of itself: every packet and every completion, in order.
#ifndef SLUICE_REACTOR_SIM_SIM_TRACE_H_
#define SLUICE_REACTOR_SIM_SIM_TRACE_H_

#include <cstdint>
#include <string_view>

#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"

namespace sluice::sim {

struct TracedPacket {
  TimePoint time;
  std::string_view kind;  // SYN, SYN-ACK, ACK, DATA, FIN, RST, UDP
  const Endpoint* from;
  const Endpoint* to;
  size_t bytes;
  bool lost;
};

struct TracedCompletion {
  TimePoint time;
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
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_TRACE_H_
