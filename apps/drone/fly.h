// `sluice-drone fly`: its flags, and a flight by script or by hand.
#ifndef SLUICE_APPS_DRONE_FLY_H_
#define SLUICE_APPS_DRONE_FLY_H_

#include <string>

namespace sluice::drone {

// main's exit code. `drone` as the command line gave it: HOST:PORT.
int Fly(const std::string& drone);

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_FLY_H_
