// Scripts of a flight: a line a step.
//
//   takeoff                # commands are sent as they stand; each waits for its answer
//   expect ok              # what the answer before has to be: as it stands, `error*` for a
//   battery?               # beginning, or < <= > >= and a number
//   expect >= 20
//   wait 2s
//   state                  # shows the state stream's newest line
//   land
//   end                    # goes no further; optional
//
// A command that the drone refuses or does not answer ends the script, unless an `expect` follows
// it.
#ifndef SLUICE_APPS_DRONE_SCRIPT_H_
#define SLUICE_APPS_DRONE_SCRIPT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/base/time.h"

namespace sluice::drone {

// Of a script file.
inline constexpr size_t kScriptBytesMax = 1 << 20;

struct Step {
  enum class Kind : uint8_t { kCommand, kWait, kExpect, kState, kEnd };
  Kind kind = Kind::kCommand;
  int line = 0;        // of the file, from 1
  std::string text{};  // the command, or what is expected
  Duration wait{0};
  bool judged = false;  // a command whose answer an `expect` judges
};

// InvalidArgument naming the line and what is wrong with it.
absl::StatusOr<std::vector<Step>> ParseScript(std::string_view text);

// Whether `answer` is what `expect` wants; `expected` as ParseScript let it pass.
bool IsExpected(std::string_view expected, std::string_view answer);

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_SCRIPT_H_
