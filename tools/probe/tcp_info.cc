#include "tools/probe/tcp_info.h"

#include <linux/tcp.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "tools/report/format.h"

namespace sluice::probe {
namespace {

enum class Unit { kCount, kBytes, kMicroseconds, kMilliseconds, kRate };

struct FieldRow {
  std::string_view name;
  size_t offset;
  size_t size;
  Unit unit;
  std::string_view meaning;
};

#define SLUICE_FIELD(name, unit, meaning) \
  { #name, offsetof(tcp_info, tcpi_##name), sizeof(tcp_info::tcpi_##name), Unit::unit, meaning }

constexpr FieldRow kRows[] = {
    SLUICE_FIELD(retransmits, kCount, "repeats of what is unacknowledged"),
    SLUICE_FIELD(probes, kCount, "probes of a window, keep-alives"),
    SLUICE_FIELD(backoff, kCount, "doublings of the time to a repeat"),
    SLUICE_FIELD(rto, kMicroseconds, "until a repeat"),
    SLUICE_FIELD(ato, kMicroseconds, "until a delayed acknowledgement"),
    SLUICE_FIELD(snd_mss, kBytes, "segment sent"),
    SLUICE_FIELD(rcv_mss, kBytes, "segment received, estimated"),
    SLUICE_FIELD(unacked, kCount, "segments sent, unacknowledged"),
    SLUICE_FIELD(sacked, kCount, "of these, beyond a gap"),
    SLUICE_FIELD(lost, kCount, "of these, taken for lost"),
    SLUICE_FIELD(retrans, kCount, "of these, repeated"),
    SLUICE_FIELD(last_data_sent, kMilliseconds, "since data was sent"),
    SLUICE_FIELD(last_data_recv, kMilliseconds, "since data came"),
    SLUICE_FIELD(last_ack_recv, kMilliseconds, "since an acknowledgement came"),
    SLUICE_FIELD(pmtu, kBytes, "largest packet of the path"),
    SLUICE_FIELD(rcv_ssthresh, kBytes, "limit of the window offered"),
    SLUICE_FIELD(rtt, kMicroseconds, "round trip, smoothed"),
    SLUICE_FIELD(rttvar, kMicroseconds, "its variation"),
    SLUICE_FIELD(snd_ssthresh, kCount, "segments where slow start ends"),
    SLUICE_FIELD(snd_cwnd, kCount, "congestion window, segments"),
    SLUICE_FIELD(advmss, kBytes, "segment we asked for"),
    SLUICE_FIELD(reordering, kCount, "segments reordered at most"),
    SLUICE_FIELD(rcv_rtt, kMicroseconds, "round trip, by the receiver"),
    SLUICE_FIELD(rcv_space, kBytes, "read in one round trip"),
    SLUICE_FIELD(total_retrans, kCount, "segments repeated"),
    SLUICE_FIELD(pacing_rate, kRate, "how fast it sends"),
    SLUICE_FIELD(max_pacing_rate, kRate, "SO_MAX_PACING_RATE"),
    SLUICE_FIELD(bytes_acked, kBytes, "acknowledged"),
    SLUICE_FIELD(bytes_received, kBytes, "received"),
    SLUICE_FIELD(segs_out, kCount, "segments sent"),
    SLUICE_FIELD(segs_in, kCount, "segments received"),
    SLUICE_FIELD(notsent_bytes, kBytes, "waiting, not sent even once"),
    SLUICE_FIELD(min_rtt, kMicroseconds, "shortest round trip"),
    SLUICE_FIELD(data_segs_in, kCount, "segments received, with data"),
    SLUICE_FIELD(data_segs_out, kCount, "segments sent, with data"),
    SLUICE_FIELD(delivery_rate, kRate, "how fast it arrives"),
    SLUICE_FIELD(busy_time, kMicroseconds, "with something to send"),
    SLUICE_FIELD(rwnd_limited, kMicroseconds, "of it waiting for the peer's window"),
    SLUICE_FIELD(sndbuf_limited, kMicroseconds, "of it with a full send buffer"),
    SLUICE_FIELD(delivered, kCount, "segments that arrived"),
    SLUICE_FIELD(delivered_ce, kCount, "of them marked: congestion"),
    SLUICE_FIELD(bytes_sent, kBytes, "sent, repeats counted"),
    SLUICE_FIELD(bytes_retrans, kBytes, "repeated"),
    SLUICE_FIELD(dsack_dups, kCount, "repeats that were needless"),
    SLUICE_FIELD(reord_seen, kCount, "times reordered"),
    SLUICE_FIELD(rcv_ooopack, kCount, "segments received out of order"),
    SLUICE_FIELD(snd_wnd, kBytes, "window the peer offers"),
    // Linux 6.2 and 6.7, newer than some headers: behind snd_wnd.
    {"rcv_wnd", 232, 4, Unit::kBytes, "window we offer"},
    {"rehash", 236, 4, Unit::kCount, "new paths tried"},
    {"total_rto", 240, 2, Unit::kCount, "times nothing was acknowledged"},
    {"total_rto_recoveries", 242, 2, Unit::kCount, "of them overcome"},
    {"total_rto_time", 244, 4, Unit::kMilliseconds, "spent so"},
};
#undef SLUICE_FIELD
static_assert(offsetof(tcp_info, tcpi_snd_wnd) == 228);

std::string Text(Unit unit, uint64_t value) {
  const std::string number = report::FormatExact(value);
  switch (unit) {
    case Unit::kCount:
      return number;
    case Unit::kBytes:
      return number + " B";
    case Unit::kMicroseconds:
      return number + " us";
    case Unit::kMilliseconds:
      return number + " ms";
    case Unit::kRate:
      return value == UINT64_MAX ? "no limit" : number + " B/s";
  }
  return number;
}

std::string StateText(uint8_t state) {
  constexpr std::string_view kStates[] = {"?",          "ESTABLISHED", "SYN_SENT",  "SYN_RECV",
                                          "FIN_WAIT1",  "FIN_WAIT2",   "TIME_WAIT", "CLOSE",
                                          "CLOSE_WAIT", "LAST_ACK",    "LISTEN",    "CLOSING"};
  return std::string(state < std::size(kStates) ? kStates[state] : "?");
}

std::string CongestionText(uint8_t state) {
  constexpr std::string_view kStates[] = {"Open", "Disorder", "CWR", "Recovery", "Loss"};
  return std::string(state < std::size(kStates) ? kStates[state] : "?");
}

std::string OptionsText(uint8_t options) {
  constexpr std::pair<uint8_t, std::string_view> kOptions[] = {{TCPI_OPT_TIMESTAMPS, "timestamps"},
                                                               {TCPI_OPT_SACK, "sack"},
                                                               {TCPI_OPT_WSCALE, "wscale"},
                                                               {TCPI_OPT_ECN, "ecn"},
                                                               {TCPI_OPT_SYN_DATA, "syn-data"}};
  std::string text;
  for (const auto& [bit, name] : kOptions) {
    if ((options & bit) != 0) text += (text.empty() ? "" : " ") + std::string(name);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

std::vector<Field> TcpInfoFields(std::string_view bytes) {
  tcp_info info{};
  std::memcpy(&info, bytes.data(), std::min(bytes.size(), sizeof(info)));
  std::vector<Field> fields = {
      {"state", StateText(info.tcpi_state), "of the connection"},
      {"ca_state", CongestionText(info.tcpi_ca_state), "of congestion control"},
      {"options", OptionsText(info.tcpi_options), "both ends agreed on"},
      {"wscale", std::to_string(info.tcpi_snd_wscale) + "," + std::to_string(info.tcpi_rcv_wscale),
       "window shifts: peer's, ours"},
      {"app_limited", info.tcpi_delivery_rate_app_limited != 0 ? "yes" : "no",
       "delivery_rate: too little to send"}};
  const bool listens = StateText(info.tcpi_state) == "LISTEN";
  for (const FieldRow& row : kRows) {
    if (row.offset + row.size > bytes.size()) continue;
    uint64_t value = 0;  // little endian: the low bytes come first
    std::memcpy(&value, bytes.data() + row.offset, row.size);
    std::string meaning(row.meaning);
    if (listens && row.name == "unacked") meaning = "accept queue: connections waiting";
    if (listens && row.name == "sacked") meaning = "accept queue: its limit";
    fields.push_back({std::string(row.name), Text(row.unit, value), meaning});
  }
  return fields;
}

}  // namespace sluice::probe
