#include "tools/sim/queue_grid/cell.h"

namespace sluice::queue_grid {

std::string_view PathName(Path path) {
  switch (path) {
    case Path::kLoopback:
      return "loopback";
    case Path::kInjected:
      return "injected";
    case Path::kFlooded:
      return "flooded";
    case Path::kDelayed:
      break;
  }
  return "delayed";
}

const std::array<CountName, kCounts>& CountNames() {
  static constexpr std::array<CountName, kCounts> kNames = {{
      {"established", "established", ""},
      {"syn_sent", "SYN_SENT", ""},
      {"failed", "failed", ""},
      {"queue", "queue", ""},
      {"limit", "limit", ""},
      {"half_open", "half-open", ""},
      {"ListenOverflows", "Overflows", "TcpExt.ListenOverflows"},
      {"ListenDrops", "Drops", "TcpExt.ListenDrops"},
      {"TCPReqQFullDrop", "QFullDrop", "TcpExt.TCPReqQFullDrop"},
      {"TCPReqQFullDoCookies", "QFullCookies", "TcpExt.TCPReqQFullDoCookies"},
      {"SyncookiesSent", "CookiesSent", "TcpExt.SyncookiesSent"},
      {"SyncookiesRecv", "CookiesRecv", "TcpExt.SyncookiesRecv"},
      {"EmbryonicRsts", "EmbRsts", "TcpExt.EmbryonicRsts"},
      {"TCPSynRetrans", "SynRetrans", "TcpExt.TCPSynRetrans"},
  }};
  return kNames;
}

size_t GridResult::compared() const {
  size_t both = 0;
  for (const CellResult& cell : cells) both += cell.kernel ? kCounts : 0;
  return both;
}

size_t GridResult::equal() const {
  size_t same = 0;
  for (const CellResult& cell : cells) {
    if (!cell.kernel) continue;
    for (size_t i = 0; i < kCounts; ++i) same += (*cell.kernel)[i] == cell.simulated[i];
  }
  return same;
}

}  // namespace sluice::queue_grid
