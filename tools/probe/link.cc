#include "tools/probe/link.h"

#include "tools/probe/datagram_link.h"
#include "tools/probe/stream_link.h"

namespace sluice::probe {

std::unique_ptr<Link> MakeLink(Loop& loop, Journal& journal, const LinkOptions& options) {
  const bool stream = options.kind == LinkKind::kTcp || options.kind == LinkKind::kTcpListen;
  if (stream) return std::make_unique<StreamLink>(loop, journal, options);
  return std::make_unique<DatagramLink>(loop, journal, options);
}

}  // namespace sluice::probe
