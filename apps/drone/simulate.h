// `sluice-drone simulate`: its flags, and the server they make.
#ifndef SLUICE_APPS_DRONE_SIMULATE_H_
#define SLUICE_APPS_DRONE_SIMULATE_H_

namespace sluice::drone {

// main's exit code.
int Simulate();

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_SIMULATE_H_
