// Which process has a socket, by its inode.
#ifndef SLUICE_TOOLS_PROBE_SOCKET_OWNER_H_
#define SLUICE_TOOLS_PROBE_SOCKET_OWNER_H_

#include <cstdint>
#include <map>
#include <string>

namespace sluice::probe {

// "sluice-echo (1234, fd 5)" by inode, of every socket of the processes we may look at (proc(5),
// /proc/PID/fd); of one that several have, the first. A walk over all descriptors of the host:
// milliseconds.
std::map<uint32_t, std::string> SocketOwners();

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_SOCKET_OWNER_H_
