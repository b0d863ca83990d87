// Why the kernel refused to send, in a sentence that says what to do.
#ifndef SLUICE_APPS_CAST_TROUBLE_H_
#define SLUICE_APPS_CAST_TROUBLE_H_

#include <string>

#include "absl/status/status.h"
#include "apps/cast/place.h"

namespace sluice::cast {

// `error`: errno of the refusal. `broadcast`: the socket had SO_BROADCAST.
absl::Status WhyNotSent(int error, const Place& place, bool broadcast);

// Asked for again it may do: an interface that is down now, a queue that is full.
bool MayPass(int error);

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_TROUBLE_H_
