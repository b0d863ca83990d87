// A number for a whole run: every packet with its bytes, every completion and every fault, with
// their times. Two builds, or two machines, that run a trial alike get the same.
#ifndef SLUICE_TOOLS_SIM_DIGEST_H_
#define SLUICE_TOOLS_SIM_DIGEST_H_

#include <cstdint>
#include <string_view>

#include "reactor/sim/sim_trace.h"

namespace sluice::simulate {

class Digest final : public sim::Tracer {
 public:
  bool wanted() const override { return true; }
  void OnPacket(const sim::TracedPacket& packet) override {
    Add(packet.time, packet.kind);
    Add(std::string_view(reinterpret_cast<const char*>(packet.from->address()),
                         packet.from->size()));
    Add(std::string_view(reinterpret_cast<const char*>(packet.to->address()), packet.to->size()));
    Add(packet.payload);
  }
  void OnCompletion(const sim::TracedCompletion& completion) override {
    Add(completion.time, completion.operation);
    Add(completion.backend);
    Add(completion.token);
    Add(static_cast<uint64_t>(static_cast<int64_t>(completion.result)));
  }
  void OnFault(TimePoint time, std::string_view name) override { Add(time, name); }

  uint64_t value() const { return hash_; }
  uint64_t entries() const { return entries_; }

 private:
  void Add(std::string_view bytes) {
    Add(bytes.size());
    for (const char byte : bytes) Mix(static_cast<unsigned char>(byte));
  }
  void Add(uint64_t number) {
    for (int i = 0; i < 8; ++i) Mix(static_cast<unsigned char>(number >> 8 * i));
  }
  void Add(TimePoint time, std::string_view what) {
    ++entries_;
    Add(static_cast<uint64_t>(time.time_since_epoch().count()));
    Add(what);
  }
  void Mix(unsigned char byte) { hash_ = (hash_ ^ byte) * 1099511628211u; }  // FNV-1a

  uint64_t hash_ = 14695981039346656037u;
  uint64_t entries_ = 0;
};

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_DIGEST_H_
