// sluice-cast interfaces.
#ifndef SLUICE_APPS_CAST_LISTING_H_
#define SLUICE_APPS_CAST_LISTING_H_

#include <string>
#include <vector>

#include "reactor/backend/interfaces.h"

namespace sluice::cast {

std::string ListingText(const std::vector<NetworkInterface>& interfaces);
// One object a line.
std::string ListingJson(const std::vector<NetworkInterface>& interfaces);

// Prints the interfaces of this host; returns main's exit code.
int ListTheInterfaces(bool json);

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_LISTING_H_
