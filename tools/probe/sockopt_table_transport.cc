// IPPROTO_TCP and IPPROTO_UDP: tcp(7), udp(7).
#include "tools/probe/sockopt_table.h"

namespace sluice::probe {
namespace {

using enum ValueKind;
constexpr Access kBoth = Access::kBoth;
constexpr Access kGet = Access::kGet;
constexpr Access kSet = Access::kSet;

constexpr OptionRow kTcpRows[] = {
    {1, "TCP_NODELAY", kFlag, "small messages leave at once", kBoth, kTcp},
    {2, "TCP_MAXSEG", kBytes, "largest segment", kBoth, kTcp},
    {3, "TCP_CORK", kFlag, "only full segments leave", kBoth, kTcp},
    {4, "TCP_KEEPIDLE", kSeconds, "idle before the first keep-alive", kBoth, kTcp},
    {5, "TCP_KEEPINTVL", kSeconds, "between two keep-alives", kBoth, kTcp},
    {6, "TCP_KEEPCNT", kNumber, "keep-alives until it is given up", kBoth, kTcp},
    {7, "TCP_SYNCNT", kNumber, "repeated SYNs until it is given up", kBoth, kTcp},
    {8, "TCP_LINGER2", kSeconds, "in FIN_WAIT2 at most; -1: none", kBoth, kTcp},
    {9, "TCP_DEFER_ACCEPT", kSeconds, "accept only once data came", kBoth, kTcp},
    {10, "TCP_WINDOW_CLAMP", kBytes, "largest window offered; 0: none", kBoth, kTcp},
    {11, "TCP_INFO", kTcpInfo, "how it goes: below", kGet, kTcp},
    {12, "TCP_QUICKACK", kFlag, "acknowledges at once, for now", kBoth, kTcp},
    {13, "TCP_CONGESTION", kName, "congestion control", kBoth, kTcp},
    {14, "TCP_MD5SIG", kBlob, "a key of RFC 2385", kSet, kTcp},
    {16, "TCP_THIN_LINEAR_TIMEOUTS", kFlag, "no doubling on thin streams", kBoth, kTcp},
    {17, "TCP_THIN_DUPACK", kFlag, "no effect since Linux 4.11", kBoth, kTcp},
    {18, "TCP_USER_TIMEOUT", kMilliseconds, "unacknowledged at most; 0: default", kBoth, kTcp},
    {19, "TCP_REPAIR", kNumber, "for moving sockets (CRIU)", kBoth, kTcp},
    {20, "TCP_REPAIR_QUEUE", kNumber, "which queue is repaired", kBoth, kTcp},
    {21, "TCP_QUEUE_SEQ", kNumber, "sequence number in repair", kBoth, kTcp},
    {22, "TCP_REPAIR_OPTIONS", kBlob, "options in repair", kSet, kTcp},
    {23, "TCP_FASTOPEN", kNumber, "queue of fast opens; 0: off", kBoth, kTcp},
    {24, "TCP_TIMESTAMP", kNumber, "its timestamp clock now", kBoth, kTcp},
    {25, "TCP_NOTSENT_LOWAT", kBytes, "writable below so much unsent", kBoth, kTcp},
    {26, "TCP_CC_INFO", kBlob, "of the congestion control", kGet, kTcp},
    {27, "TCP_SAVE_SYN", kNumber, "keep the SYNs' headers", kBoth, kTcp},
    {28, "TCP_SAVED_SYN", kBlob, "headers kept, cleared by reading", Access::kTake, kTcp},
    {29, "TCP_REPAIR_WINDOW", kBlob, "windows in repair", kBoth, kTcp},
    {30, "TCP_FASTOPEN_CONNECT", kFlag, "connect() waits for the first data", kBoth, kTcp},
    {31, "TCP_ULP", kName, "a layer on top, such as tls", kBoth, kTcp},
    {32, "TCP_MD5SIG_EXT", kBlob, "a key of RFC 2385, by prefix", kSet, kTcp},
    {33, "TCP_FASTOPEN_KEY", kBlob, "for the cookies of fast open", kBoth, kTcp},
    {34, "TCP_FASTOPEN_NO_COOKIE", kFlag, "fast open without cookies", kBoth, kTcp},
    {35, "TCP_ZEROCOPY_RECEIVE", kBlob, "maps what was received", kSet, kTcp},
    {36, "TCP_INQ", kFlag, "reads say what is left to read", kBoth, kTcp},
    {37, "TCP_TX_DELAY", kMicroseconds, "delays all it sends", kBoth, kTcp},
    {38, "TCP_AO_ADD_KEY", kBlob, "a key of RFC 5925", kSet, kTcp},
    {39, "TCP_AO_DEL_KEY", kBlob, "takes a key away", kSet, kTcp},
    {40, "TCP_AO_INFO", kBlob, "what RFC 5925 does here", kBoth, kTcp},
    {41, "TCP_AO_GET_KEYS", kBlob, "the keys", kGet, kTcp},
    {42, "TCP_AO_REPAIR", kBlob, "RFC 5925 in repair", kBoth, kTcp},
    {43, "TCP_IS_MPTCP", kFlag, "part of Multipath TCP", kGet, kTcp},
    {44, "TCP_RTO_MAX_MS", kMilliseconds, "longest time until a repeat", kBoth, kTcp},
    {45, "TCP_RTO_MIN_US", kMicroseconds, "shortest time until a repeat", kBoth, kTcp},
    {46, "TCP_DELACK_MAX_US", kMicroseconds, "acknowledges after, at the latest", kBoth, kTcp},
};

constexpr OptionRow kUdpRows[] = {
    {1, "UDP_CORK", kFlag, "sends gather into one datagram", kBoth, kUdp},
    {100, "UDP_ENCAP", kNumber, "IPsec or a tunnel inside", kBoth, kUdp},
    {101, "UDP_NO_CHECK6_TX", kFlag, "sends without checksum (IPv6)", kBoth, kUdp},
    {102, "UDP_NO_CHECK6_RX", kFlag, "takes them without checksum (IPv6)", kBoth, kUdp},
    {103, "UDP_SEGMENT", kBytes, "cuts what is sent into datagrams of", kBoth, kUdp},
    {104, "UDP_GRO", kFlag, "several datagrams in one receive", kBoth, kUdp},
};

}  // namespace

absl::Span<const OptionRow> TcpRows() {
  return kTcpRows;
}

absl::Span<const OptionRow> UdpRows() {
  return kUdpRows;
}

}  // namespace sluice::probe
