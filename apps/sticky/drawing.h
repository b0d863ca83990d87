// Draws receives with the message boundaries in them, so that one sees the glue:
//
//   receive 1      1,024 B  [#1 .....|#2 ..|#3 ...~]
//   receive 2      1,024 B  [~#3 .|#4 ........]
//
// A box is what the program takes for one message, | a boundary inside it that it does not see, and
// ~ where a message is cut.
#ifndef SLUICE_APPS_STICKY_DRAWING_H_
#define SLUICE_APPS_STICKY_DRAWING_H_

#include <cstddef>
#include <string>
#include <vector>

#include "apps/sticky/sketch.h"

namespace sluice::sticky {

struct DrawingOptions {
  size_t message_bytes_max = 0;  // sets the scale
  bool color = false;
};

// Lines of 80 columns at most, each ending in "\n". Nothing when there is nothing to draw.
std::string DrawReceives(const std::vector<SketchReceive>& receives, const DrawingOptions& options);

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_DRAWING_H_
