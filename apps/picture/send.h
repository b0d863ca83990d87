// `sluice-picture send`.
#ifndef SLUICE_APPS_PICTURE_SEND_H_
#define SLUICE_APPS_PICTURE_SEND_H_

#include <string>
#include <vector>

#include "apps/picture/flags.h"
#include "reactor/loop.h"

namespace sluice::picture {

// Returns main's exit code.
int Send(const SendCommand& command, std::vector<std::string> paths,
         const LoopOptions& loop_options);

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_SEND_H_
