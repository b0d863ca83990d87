// What the command line asks for.
#ifndef SLUICE_APPS_CAST_SETTINGS_H_
#define SLUICE_APPS_CAST_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/cast/packet.h"
#include "apps/cast/place.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"

namespace sluice::cast {

// The most text one datagram takes over IPv4: 65,535 less the headers of IPv4 and UDP, and ours.
inline constexpr size_t kTextBytesMax = 65507 - kHeaderBytesMax;

struct SendSettings {
  std::vector<Place> places;
  int hops = 1;
  bool loopback = true;
  bool broadcast = false;
  bool plain = false;
  uint16_t from_port = 0;
  // What to send: this text so many times (0: for ever), or the lines of a file.
  std::optional<std::string> text{};
  uint64_t count = 1;
  std::string file;  // "-": standard input
  Duration interval{0};
};

struct ReceiveSettings {
  std::vector<Place> places;
  std::vector<Endpoint> sources;  // ports 0; empty: everybody
  uint64_t count = 0;             // 0: no end
  Duration time = Duration::max();
  bool json = false;
};

// Bad usage ends the program; what this host has not (an interface, a route) is an error.
absl::StatusOr<SendSettings> SendSettingsFromFlags(const std::vector<std::string>& texts);
absl::StatusOr<ReceiveSettings> ReceiveSettingsFromFlags(const std::vector<std::string>& texts);
// Of interfaces: whether --json was given.
bool JsonFromFlags(const std::vector<std::string>& texts);

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_SETTINGS_H_
