// What was asked for: one value a flag, checked.
#ifndef SLUICE_APPS_STICKY_SETTINGS_H_
#define SLUICE_APPS_STICKY_SETTINGS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/base/time.h"
#include "reactor/loop.h"

namespace sluice::sticky {

enum class Mode : uint8_t { kNaive, kInterval, kDelimiter, kLengthPrefix, kUdp };

std::string_view ModeName(Mode mode);
// InvalidArgument, naming the text and the names there are.
absl::StatusOr<Mode> ParseMode(std::string_view text);
// A codec finds the messages: not one may be anything but intact.
bool IsFramed(Mode mode);

struct Settings {
  std::vector<Mode> modes{};
  size_t message_bytes_min = 0;
  size_t message_bytes_max = 0;
  uint64_t messages_max = 0;
  Duration duration{0};
  uint64_t rate_per_second = 0;  // 0: as fast as they go
  Duration interval{0};          // between the sends of kInterval
  Duration pause{0};             // how long the receiver looks away; 0: never
  Duration pause_after{0};       // how long it reads between two pauses; 0: for one receive
  size_t receive_bytes = 0;      // recv(fd, buffer, THIS) of kNaive, kInterval and kUdp
  int receive_buffer_bytes = 0;  // SO_RCVBUF; 0: the kernel's choice
  bool no_delay = true;          // TCP_NODELAY
  std::string terminator{};      // of kDelimiter; has a byte that no message has
  uint64_t seed = 0;
  bool show = false;
  bool json = false;
  LoopOptions loop{};
};

// Reads the flags; bad usage ends the program with one line and exit code 2.
Settings SettingsFromFlags();

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_SETTINGS_H_
