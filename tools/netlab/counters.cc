#include "tools/netlab/counters.h"

#include <algorithm>
#include <charconv>

#include "tools/netlab/proc_file.h"

namespace sluice::netlab {
namespace {

constexpr CounterNote kWatched[] = {
    {"TcpExt.ListenOverflows", "the accept queue was full when a SYN or the last ACK came"},
    {"TcpExt.ListenDrops", "SYNs or ACKs a listener dropped, for whatever reason"},
    {"TcpExt.TCPReqQFullDrop", "SYNs dropped: the half-open queue was full, no SYN cookies"},
    {"TcpExt.TCPReqQFullDoCookies", "SYNs answered by a cookie: the half-open queue was full"},
    {"TcpExt.SyncookiesSent", "SYN-ACKs sent as cookies, without storing anything"},
    {"TcpExt.SyncookiesRecv", "last ACKs whose cookie was valid"},
    {"TcpExt.SyncookiesFailed", "ACKs to no connection whose cookie was not valid"},
    {"TcpExt.EmbryonicRsts", "half-open connections ended by a reset"},
    {"TcpExt.TCPSynRetrans", "SYNs and SYN-ACKs sent again: somebody waited a second or more"},
    {"TcpExt.TCPTimeouts", "retransmission timers that expired"},
    {"TcpExt.TCPDeferAcceptDrop", "bare ACKs ignored: TCP_DEFER_ACCEPT waits for data"},
    {"TcpExt.TCPFastOpenActive", "connects that carried data in the SYN, accepted by the peer"},
    {"TcpExt.TCPFastOpenActiveFail", "connects whose data in the SYN the peer did not take"},
    {"TcpExt.TCPFastOpenPassive", "SYNs with data accepted by a valid Fast Open cookie"},
    {"TcpExt.TCPFastOpenPassiveFail", "SYNs with data refused: the Fast Open cookie was not valid"},
    {"TcpExt.TCPFastOpenListenOverflow", "Fast Open SYNs beyond the listener's limit"},
    {"TcpExt.TCPFastOpenCookieReqd", "SYNs that asked for a Fast Open cookie"},
    {"TcpExt.TCPFastOpenBlackhole", "Fast Open switched off: a middlebox swallowed it"},
    {"TcpExt.TCPMigrateReqSuccess", "queued connections moved from a closing listener to another"},
    {"TcpExt.TCPMigrateReqFailure", "queued connections that could not be moved, and were lost"},
    {"TcpExt.TW", "connections that entered TIME_WAIT and left it by the timer"},
    {"TcpExt.TWRecycled", "TIME_WAIT ports used again early (tcp_tw_reuse)"},
    {"TcpExt.TCPTimeWaitOverflow", "connections denied TIME_WAIT: tcp_max_tw_buckets reached"},
    {"TcpExt.DelayedACKs", "ACKs held back by the delayed-ACK timer (up to 40 ms)"},
    {"Tcp.ActiveOpens", "connects begun here"},
    {"Tcp.PassiveOpens", "half-open or finished connections taken by a listener here"},
    {"Tcp.RetransSegs", "segments sent again, SYNs and SYN-ACKs among them"},
    {"Tcp.OutRsts", "resets sent"},
    {"Tcp.EstabResets", "established connections ended by a reset"},
    {"Udp.RcvbufErrors", "datagrams dropped: the socket's receive buffer was full"},
    {"Udp.InErrors", "datagrams dropped on receive, for whatever reason"},
};

std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string_view TakeWord(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

// The kernel prints unsigned longs, and -1 for Tcp.MaxConn.
bool ParseNumber(std::string_view word, int64_t& value) {
  const char* end = word.data() + word.size();
  auto result = std::from_chars(word.data(), end, value);
  if (result.ec == std::errc::result_out_of_range) {
    uint64_t wide = 0;
    result = std::from_chars(word.data(), end, wide);
    value = static_cast<int64_t>(wide);
  }
  return result.ec == std::errc() && result.ptr == end;
}

absl::Status ParsePair(std::string_view names, std::string_view values,
                       CounterSnapshot::Map& into) {
  std::string_view group = TakeWord(names);
  if (group.size() < 2 || group.back() != ':' || TakeWord(values) != group) {
    return absl::InvalidArgumentError("counters: expected two lines of one group, found \"" +
                                      std::string(group) + "\"");
  }
  group.remove_suffix(1);
  while (true) {
    const std::string_view name = TakeWord(names);
    const std::string_view word = TakeWord(values);
    if (name.empty() && word.empty()) return absl::OkStatus();
    int64_t value = 0;
    const std::string full_name = std::string(group) + "." + std::string(name);
    if (name.empty() || !ParseNumber(word, value)) {
      return absl::InvalidArgumentError("counters: " + full_name + " has the value \"" +
                                        std::string(word) + "\"");
    }
    into[full_name] = value;
  }
}

}  // namespace

absl::StatusOr<CounterSnapshot> CounterSnapshot::Parse(std::string_view text) {
  CounterSnapshot snapshot;
  while (!text.empty()) {
    const std::string_view names = TakeLine(text);
    const std::string_view values = TakeLine(text);
    if (absl::Status parsed = ParsePair(names, values, snapshot.values_); !parsed.ok()) {
      return parsed;
    }
  }
  return snapshot;
}

absl::StatusOr<CounterSnapshot> CounterSnapshot::Take() {
  std::string text;
  for (const char* path : {"/proc/thread-self/net/netstat", "/proc/thread-self/net/snmp"}) {
    auto part = ReadProcFile(path);
    if (!part.ok()) return part.status();
    text += *part;
  }
  return Parse(text);
}

int64_t CounterSnapshot::Get(std::string_view name) const {
  const auto at = values_.find(name);
  return at == values_.end() ? 0 : at->second;
}

CounterSnapshot CounterSnapshot::Since(const CounterSnapshot& earlier) const {
  CounterSnapshot difference;
  for (const auto& [name, value] : values_) {
    difference.values_[name] = static_cast<int64_t>(static_cast<uint64_t>(value) -
                                                    static_cast<uint64_t>(earlier.Get(name)));
  }
  return difference;
}

int64_t SynBacklogDrops(const CounterSnapshot& difference) {
  return std::max<int64_t>(0, difference.Get("TcpExt.ListenDrops") -
                                  difference.Get("TcpExt.ListenOverflows") -
                                  difference.Get("TcpExt.TCPReqQFullDrop"));
}

absl::Span<const CounterNote> WatchedCounters() {
  return kWatched;
}

}  // namespace sluice::netlab
