// One UDP socket of a load run. Each datagram carries its number, so that lost, late and repeated
// ones are told apart; an answer that does not come in time counts as lost, and its slot goes on.
#ifndef SLUICE_TOOLS_LOAD_DATAGRAM_CLIENT_H_
#define SLUICE_TOOLS_LOAD_DATAGRAM_CLIENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/udp.h"
#include "tools/load/client.h"

namespace sluice::load {

class Driver;

class DatagramClient : public DatagramHandler, public Client {
 public:
  // The number as text that upper-casing does not change: "0000001F".
  static constexpr size_t kNumberBytes = 8;

  // Binds a socket, which owns the client. `connection`: its number in the run.
  static absl::StatusOr<DatagramClient*> Start(Driver& driver, uint32_t connection);

  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override;
  void OnStop(DatagramSocket& socket) override;
  void OnClose(DatagramSocket& socket) override;

  void SendMore() override;
  void CheckTimeouts(TimePoint now) override;
  void Finish() override;

 private:
  // One request under way, or free. The numbers of slot i are i, i + stride, i + 2 stride, ...; a
  // stride that is a power of two keeps it so when they wrap.
  struct Slot {
    uint32_t number = 0;
    bool under_way = false;
    TimePoint sent_at;
  };

  DatagramClient(Driver& driver, uint32_t connection);

  void SendSlot(uint32_t slot);
  void Received(std::string_view bytes);
  void Answered(Slot& slot, std::string_view bytes);
  // nullptr where the number is none that was sent.
  Slot* FindSlot(std::string_view bytes, uint32_t& number);
  void FailMismatch();
  bool Matches(const Slot& slot, std::string_view bytes) const;
  void GiveUp(uint32_t slot);
  void CloseWhenIdle();
  uint64_t PayloadSeed(uint32_t number) const;

  Driver& driver_;
  const uint32_t connection_;
  DatagramSocket* socket_ = nullptr;  // until Close
  TimePoint started_;
  bool ready_ = false;
  std::vector<Slot> slots_;
  const uint32_t stride_;
  uint32_t under_way_ = 0;
  std::string scratch_;
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_DATAGRAM_CLIENT_H_
