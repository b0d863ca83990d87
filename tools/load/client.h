// One connection of a load run as its driver sees it: a stream or a datagram socket.
#ifndef SLUICE_TOOLS_LOAD_CLIENT_H_
#define SLUICE_TOOLS_LOAD_CLIENT_H_

#include <cstddef>

#include "reactor/base/time.h"

namespace sluice::load {

// Owned by the loop, as the handler of its connection. Tells its Driver of every step; calls
// Driver::Gone exactly once, as its last word. The loop's thread only.
class Client {
 public:
  virtual ~Client() = default;

  // Brings the requests under way up to what the driver's phase wants.
  virtual void SendMore() = 0;
  // Gives up what waited too long.
  virtual void CheckTimeouts(TimePoint now) = 0;
  // Closes once nothing is under way, which may be now.
  virtual void Finish() = 0;

  size_t index = 0;  // the driver's: where it keeps this client
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_CLIENT_H_
