// TCP_INFO field by field (linux/tcp.h), which the C library's own struct does not reach.
#ifndef SLUICE_TOOLS_PROBE_TCP_INFO_H_
#define SLUICE_TOOLS_PROBE_TCP_INFO_H_

#include <string_view>
#include <vector>

#include "tools/probe/sockopt_value.h"

namespace sluice::probe {

// As many fields as the kernel gave. A listener's queue is in two of them, and is called so.
std::vector<Field> TcpInfoFields(std::string_view bytes);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_TCP_INFO_H_
