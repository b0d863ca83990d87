// SOL_SOCKET: socket(7).
#include "tools/probe/sockopt_table.h"

namespace sluice::probe {
namespace {

using enum ValueKind;
constexpr Access kGet = Access::kGet;
constexpr Access kSet = Access::kSet;

constexpr OptionRow kRows[] = {
    {1, "SO_DEBUG", kFlag, "the kernel traces the socket"},
    {2, "SO_REUSEADDR", kFlag, "bind where old connections linger"},
    {3, "SO_TYPE", kSocketType, "stream or datagram", kGet},
    {4, "SO_ERROR", kErrno, "pending error, cleared by reading", Access::kTake},
    {5, "SO_DONTROUTE", kFlag, "only hosts on a network of ours"},
    {6, "SO_BROADCAST", kFlag, "broadcast addresses are allowed"},
    {7, "SO_SNDBUF", kBytes, "send buffer; doubled when set"},
    {8, "SO_RCVBUF", kBytes, "receive buffer; doubled when set"},
    {9, "SO_KEEPALIVE", kFlag, "asks an idle peer if it lives"},
    {10, "SO_OOBINLINE", kFlag, "urgent data comes with the rest"},
    {11, "SO_NO_CHECK", kFlag, "UDP without checksums (IPv4)"},
    {12, "SO_PRIORITY", kNumber, "of its packets in the queues"},
    {13, "SO_LINGER", kLinger, "what close() does with unsent data"},
    {14, "SO_BSDCOMPAT", kFlag, "obsolete"},
    {15, "SO_REUSEPORT", kFlag, "several sockets share the port"},
    {16, "SO_PASSCRED", kFlag, "messages carry who sent them", Access::kBoth, kUnix},
    {17, "SO_PEERCRED", kCredentials, "who connected", kGet, kUnix},
    {18, "SO_RCVLOWAT", kBytes, "readable from so many bytes on"},
    {19, "SO_SNDLOWAT", kBytes, "fixed at 1 on Linux", kGet},
    {20, "SO_RCVTIMEO", kTime, "a blocking receive gives up after"},
    {21, "SO_SNDTIMEO", kTime, "a blocking send gives up after"},
    {25, "SO_BINDTODEVICE", kName, "bound to this interface"},
    {26, "SO_ATTACH_FILTER", kBlob, "a packet filter (classic BPF)"},
    {27, "SO_DETACH_FILTER", kFlag, "takes the filter away", kSet},
    {28, "SO_PEERNAME", kBlob, "as getpeername()", kGet},
    {29, "SO_TIMESTAMP", kFlag, "receive times, microseconds"},
    {30, "SO_ACCEPTCONN", kFlag, "it listens", kGet},
    {31, "SO_PEERSEC", kName, "security context of the peer", kGet},
    {32, "SO_SNDBUFFORCE", kBytes, "SO_SNDBUF beyond wmem_max (root)", kSet},
    {33, "SO_RCVBUFFORCE", kBytes, "SO_RCVBUF beyond rmem_max (root)", kSet},
    {34, "SO_PASSSEC", kFlag, "messages carry security contexts", Access::kBoth, kUnix},
    {35, "SO_TIMESTAMPNS", kFlag, "receive times, nanoseconds"},
    {36, "SO_MARK", kNumber, "for routing rules and firewalls"},
    {37, "SO_TIMESTAMPING", kHex, "which times are taken, and where"},
    {38, "SO_PROTOCOL", kProtocol, "TCP, UDP, ...", kGet},
    {39, "SO_DOMAIN", kFamily, "IPv4, IPv6 or unix", kGet},
    {40, "SO_RXQ_OVFL", kFlag, "datagrams say how many were lost"},
    {41, "SO_WIFI_STATUS", kFlag, "was a Wi-Fi frame acknowledged?"},
    {42, "SO_PEEK_OFF", kNumber, "where MSG_PEEK begins; -1: off"},
    {43, "SO_NOFCS", kFlag, "no frame checksum, on raw sockets"},
    {44, "SO_LOCK_FILTER", kFlag, "the filter cannot be changed"},
    {45, "SO_SELECT_ERR_QUEUE", kFlag, "select() tells of the error queue"},
    {46, "SO_BUSY_POLL", kMicroseconds, "asks the card itself so long"},
    {47, "SO_MAX_PACING_RATE", kRate, "sends at most; all ones: no limit"},
    {48, "SO_BPF_EXTENSIONS", kNumber, "what filters may use", kGet},
    {49, "SO_INCOMING_CPU", kNumber, "CPU that handles its packets"},
    {50, "SO_ATTACH_BPF", kNumber, "a filter by its descriptor", kSet},
    {51, "SO_ATTACH_REUSEPORT_CBPF", kBlob, "chooses within SO_REUSEPORT", kSet},
    {52, "SO_ATTACH_REUSEPORT_EBPF", kNumber, "chooses within SO_REUSEPORT", kSet},
    {53, "SO_CNX_ADVICE", kFlag, "the route is bad: look for another", kSet, kInet},
    {55, "SO_MEMINFO", kMemory, "its memory, and its drops", kGet},
    {56, "SO_INCOMING_NAPI_ID", kNumber, "queue of the card it hears", kGet},
    {57, "SO_COOKIE", kHex, "the kernel's name for the socket", kGet},
    {59, "SO_PEERGROUPS", kBlob, "groups of who connected", kGet, kUnix},
    {60, "SO_ZEROCOPY", kFlag, "MSG_ZEROCOPY may be used"},
    {61, "SO_TXTIME", kBlob, "datagrams leave at a given time"},
    {62, "SO_BINDTOIFINDEX", kInterface, "bound to this interface"},
    {63, "SO_TIMESTAMP_NEW", kFlag, "SO_TIMESTAMP beyond the year 2038"},
    {64, "SO_TIMESTAMPNS_NEW", kFlag, "the same in nanoseconds"},
    {65, "SO_TIMESTAMPING_NEW", kHex, "the same for SO_TIMESTAMPING"},
    {66, "SO_RCVTIMEO_NEW", kTime, "SO_RCVTIMEO with 64 bits"},
    {67, "SO_SNDTIMEO_NEW", kTime, "SO_SNDTIMEO with 64 bits"},
    {68, "SO_DETACH_REUSEPORT_BPF", kFlag, "takes the chooser away", kSet},
    {69, "SO_PREFER_BUSY_POLL", kFlag, "interrupts wait for busy polling"},
    {70, "SO_BUSY_POLL_BUDGET", kNumber, "packets of one busy poll"},
    {71, "SO_NETNS_COOKIE", kHex, "names its network namespace", kGet},
    {72, "SO_BUF_LOCK", kHex, "bit 0: SNDBUF was set, 1: RCVBUF"},
    {73, "SO_RESERVE_MEM", kBytes, "memory set aside for it"},
    {74, "SO_TXREHASH", kNumber, "new path after a lost packet"},
    {75, "SO_RCVMARK", kFlag, "datagrams carry their mark"},
    {76, "SO_PASSPIDFD", kFlag, "messages carry a pidfd", Access::kBoth, kUnix},
    {77, "SO_PEERPIDFD", kNumber, "a pidfd of who connected", kGet, kUnix},
    {78, "SO_DEVMEM_LINEAR", kBlob, "of device memory receive", kSet, kTcp},
    {79, "SO_DEVMEM_DMABUF", kBlob, "of device memory receive", kSet, kTcp},
    {80, "SO_DEVMEM_DONTNEED", kBlob, "gives device memory back", kSet, kTcp},
    {82, "SO_RCVPRIORITY", kFlag, "datagrams carry their priority"},
    {83, "SO_PASSRIGHTS", kFlag, "descriptors may be received", Access::kBoth, kUnix},
    {84, "SO_INQ", kFlag, "reads say what is left to read", Access::kBoth, kUnix},
};

}  // namespace

absl::Span<const OptionRow> SocketRows() {
  return kRows;
}

}  // namespace sluice::probe
