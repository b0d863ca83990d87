// A UDP socket behind which drones fly: who may control one, what it answers, its state stream.
//
// The first to say `command` gets a drone and keeps it until it was silent for twice the silence
// after which a drone lands, or until, on the ground, another program of its host asks. Others get
// the bare word `error`. Nobody who has not said `command`
// gets more bytes than it sent, and answers get no answer: addresses are easily forged.
#ifndef SLUICE_APPS_DRONE_SIMULATOR_H_
#define SLUICE_APPS_DRONE_SIMULATOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "apps/drone/bad_link.h"
#include "apps/drone/drone_model.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice::drone {

struct SimulatorOptions {
  // 1: one drone, which goes from one controller to the next. More: a new one for each, as long as
  // there are no more controllers at once.
  size_t drones_max = 1;
  double battery = 100;  // of a new drone, per cent
  int speedup = 1;       // so many seconds of the drone's pass in one; the silence stays as it is
  Duration silence = std::chrono::seconds(15);
  uint16_t state_port = 8890;  // of whoever sent `command`; 0: no state
  // Also to other hosts. To loopback addresses alone nobody outside can have it sent.
  bool remote_state = false;
  bool log = false;  // what comes and goes, on standard error
  BadLinkOptions link{};
};

class Simulator : public DatagramHandler {
 public:
  static constexpr Duration kStateEvery = std::chrono::milliseconds(100);

  Simulator(Loop& loop, const SimulatorOptions& options);
  ~Simulator() override;

  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override;
  void OnStop(DatagramSocket& socket) override;

  size_t controllers() const { return pilots_.size(); }
  // Of whoever controls one from there, as of the last thing that happened to it; nullptr: nobody.
  const Drone* FindDrone(const Endpoint& controller) const;

 private:
  struct Pilot {
    Pilot(Simulator& simulator, const Endpoint& controller, const Drone& flown);
    Endpoint peer;
    Drone drone;
    TimePoint heard;
    bool streams = false;  // the state goes to its address
    Timer timer;           // the drone's next event, or the end of its patience
  };

  void Receive(const Endpoint& peer, std::string_view bytes);
  void Stranger(const Endpoint& peer, std::string_view bytes);
  void MakeRoom(const Endpoint& peer);
  void Adopt(const Endpoint& peer);
  void Obey(Pilot& pilot, std::string_view bytes);
  void PassTime(Pilot& pilot);
  void Forget(Pilot& pilot);
  void StartStream(Pilot& pilot);
  void SendState();
  bool MayStream(const Endpoint& peer) const;
  Endpoint StateAddress(const Endpoint& peer) const;
  void Answer(const Endpoint& peer, std::string_view bytes);
  void Log(const Endpoint& peer, std::string_view what, std::string_view bytes) const;

  // The drones' time, which passes faster.
  TimePoint DroneTime() const;
  TimePoint RealTime(TimePoint drone_time) const;
  TimePoint ForgetAt(const Pilot& pilot) const { return pilot.heard + 2 * options_.silence; }

  Loop& loop_;
  const SimulatorOptions options_;
  const TimePoint start_;
  BadLink link_;
  DatagramSocket* socket_ = nullptr;
  absl::flat_hash_map<Endpoint, std::unique_ptr<Pilot>> pilots_;
  absl::flat_hash_set<Endpoint> streams_;  // addresses the state goes to, a controller each
  std::optional<Drone> parked_;            // the one drone, while nobody controls it
  Timer state_timer_;
};

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_SIMULATOR_H_
