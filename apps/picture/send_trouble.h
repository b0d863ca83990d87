// Why a datagram does not leave, in words.
#ifndef SLUICE_APPS_PICTURE_SEND_TROUBLE_H_
#define SLUICE_APPS_PICTURE_SEND_TROUBLE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "reactor/base/endpoint.h"

namespace sluice::picture {

// The largest packet that reaches `to` uncut, as far as the kernel knows (IP_MTU, ip(7)); 0 when it
// does not.
size_t PathMtu(const Endpoint& to);
// Of IP and UDP, before a datagram's bytes.
size_t HeaderBytes(const Endpoint& to);

// A note on datagrams that leave in several fragments; empty when they do not.
std::string FragmentNote(const Endpoint& to, size_t datagram_bytes, size_t path_mtu);

// For an errno of sendto(2) after which going on makes no sense. OK for the others. `plain`: the
// datagram is a whole picture.
absl::Status SendTrouble(const Endpoint& to, size_t datagram_bytes, bool plain, int error);

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_SEND_TROUBLE_H_
