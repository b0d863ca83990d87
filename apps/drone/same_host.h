// Whether two endpoints differ in nothing but the port.
#ifndef SLUICE_APPS_DRONE_SAME_HOST_H_
#define SLUICE_APPS_DRONE_SAME_HOST_H_

#include "reactor/base/endpoint.h"

namespace sluice::drone {

inline bool SameHost(Endpoint a, Endpoint b) {
  a.set_port(0);
  b.set_port(0);
  return a == b;
}

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_SAME_HOST_H_
