// `sluice-picture receive`.
#ifndef SLUICE_APPS_PICTURE_RECEIVE_H_
#define SLUICE_APPS_PICTURE_RECEIVE_H_

#include "apps/picture/flags.h"
#include "reactor/loop.h"

namespace sluice::picture {

// Until a signal, or until what the command says. Returns main's exit code.
int Receive(const ReceiveCommand& command, const LoopOptions& loop_options);

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_RECEIVE_H_
