// IPPROTO_IP and IPPROTO_IPV6: ip(7), ipv6(7).
#include "tools/probe/sockopt_table.h"

namespace sluice::probe {
namespace {

using enum ValueKind;
constexpr Access kBoth = Access::kBoth;
constexpr Access kGet = Access::kGet;
constexpr Access kSet = Access::kSet;

constexpr OptionRow kIpRows[] = {
    {1, "IP_TOS", kHex, "type of service, DSCP and ECN"},
    {2, "IP_TTL", kNumber, "hops its packets may take"},
    {4, "IP_OPTIONS", kBlob, "options in the IP header"},
    {5, "IP_ROUTER_ALERT", kFlag, "takes Router Alert packets (raw)"},
    {6, "IP_RECVOPTS", kFlag, "datagrams carry their IP options", kBoth, kUdp},
    {7, "IP_RETOPTS", kFlag, "the same, unprocessed", kBoth, kUdp},
    {8, "IP_PKTINFO", kFlag, "datagrams carry where they came to", kBoth, kUdp},
    {9, "IP_PKTOPTIONS", kBlob, "what a stream's packets carried", kGet, kTcp},
    {10, "IP_MTU_DISCOVER", kPathMtu, "may packets be cut on their way?"},
    {11, "IP_RECVERR", kFlag, "ICMP errors are kept for reading"},
    {12, "IP_RECVTTL", kFlag, "datagrams carry their TTL"},
    {13, "IP_RECVTOS", kFlag, "datagrams carry their TOS"},
    {14, "IP_MTU", kBytes, "of the path, once connected", kGet},
    {15, "IP_FREEBIND", kFlag, "bind to addresses not here (yet)"},
    {16, "IP_IPSEC_POLICY", kBlob, "IPsec for this socket", kSet},
    {17, "IP_XFRM_POLICY", kBlob, "IPsec for this socket", kSet},
    {18, "IP_PASSSEC", kFlag, "datagrams carry security contexts"},
    {19, "IP_TRANSPARENT", kFlag, "takes others' addresses (proxies)"},
    {20, "IP_ORIGDSTADDR", kFlag, "datagrams carry their first target"},
    {21, "IP_MINTTL", kNumber, "drops what comes with fewer hops"},
    {22, "IP_NODEFRAG", kFlag, "fragments stay apart (raw)"},
    {23, "IP_CHECKSUM", kFlag, "datagrams carry their checksum", kBoth, kUdp},
    {24, "IP_BIND_ADDRESS_NO_PORT", kFlag, "the port is chosen by connect()"},
    {25, "IP_RECVFRAGSIZE", kFlag, "datagrams carry their fragment size"},
    {26, "IP_RECVERR_RFC4884", kFlag, "with what ICMP quotes"},
    {32, "IP_MULTICAST_IF", kIpv4, "multicast leaves by interface of"},
    {33, "IP_MULTICAST_TTL", kNumber, "hops of multicast"},
    {34, "IP_MULTICAST_LOOP", kFlag, "multicast is heard on this host"},
    {35, "IP_ADD_MEMBERSHIP", kGroup4, "joins a group: GROUP[@INTERFACE]", kSet},
    {36, "IP_DROP_MEMBERSHIP", kGroup4, "leaves it", kSet},
    {37, "IP_UNBLOCK_SOURCE", kBlob, "hears a source again", kSet},
    {38, "IP_BLOCK_SOURCE", kBlob, "does not hear a source", kSet},
    {39, "IP_ADD_SOURCE_MEMBERSHIP", kBlob, "joins for one source", kSet},
    {40, "IP_DROP_SOURCE_MEMBERSHIP", kBlob, "leaves it", kSet},
    {41, "IP_MSFILTER", kBlob, "sources of a group", kSet},
    {42, "MCAST_JOIN_GROUP", kBlob, "joins, by interface index", kSet},
    {43, "MCAST_BLOCK_SOURCE", kBlob, "does not hear a source", kSet},
    {44, "MCAST_UNBLOCK_SOURCE", kBlob, "hears it again", kSet},
    {45, "MCAST_LEAVE_GROUP", kBlob, "leaves", kSet},
    {46, "MCAST_JOIN_SOURCE_GROUP", kBlob, "joins for one source", kSet},
    {47, "MCAST_LEAVE_SOURCE_GROUP", kBlob, "leaves it", kSet},
    {48, "MCAST_MSFILTER", kBlob, "sources of a group", kSet},
    {49, "IP_MULTICAST_ALL", kFlag, "hears groups others joined"},
    {50, "IP_UNICAST_IF", kInterfaceNetworkOrder, "leaves by this interface"},
    {51, "IP_LOCAL_PORT_RANGE", kHex, "own ports: high and low 16 bits"},
    {52, "IP_PROTOCOL", kProtocol, "of the socket", kGet},
};

constexpr OptionRow kIpv6Rows[] = {
    {1, "IPV6_ADDRFORM", kFamily, "turns it into an IPv4 socket"},
    {2, "IPV6_2292PKTINFO", kFlag, "as IPV6_RECVPKTINFO (RFC 2292)"},
    {3, "IPV6_2292HOPOPTS", kFlag, "as IPV6_RECVHOPOPTS (RFC 2292)"},
    {4, "IPV6_2292DSTOPTS", kFlag, "as IPV6_RECVDSTOPTS (RFC 2292)"},
    {5, "IPV6_2292RTHDR", kFlag, "as IPV6_RECVRTHDR (RFC 2292)"},
    {6, "IPV6_2292PKTOPTIONS", kBlob, "headers of a stream (RFC 2292)", kGet, kTcp},
    {7, "IPV6_CHECKSUM", kNumber, "where the checksum is (raw)"},
    {8, "IPV6_2292HOPLIMIT", kFlag, "as IPV6_RECVHOPLIMIT (RFC 2292)"},
    {11, "IPV6_FLOWINFO", kFlag, "datagrams carry their flow label"},
    {16, "IPV6_UNICAST_HOPS", kNumber, "hops its packets may take"},
    {17, "IPV6_MULTICAST_IF", kInterface, "multicast leaves by"},
    {18, "IPV6_MULTICAST_HOPS", kNumber, "hops of multicast"},
    {19, "IPV6_MULTICAST_LOOP", kFlag, "multicast is heard on this host"},
    {20, "IPV6_JOIN_GROUP", kGroup6, "joins a group: GROUP[@INTERFACE]", kSet},
    {21, "IPV6_LEAVE_GROUP", kGroup6, "leaves it", kSet},
    {22, "IPV6_ROUTER_ALERT", kNumber, "takes Router Alert packets (raw)", kSet},
    {23, "IPV6_MTU_DISCOVER", kPathMtu, "may packets be cut on their way?"},
    {24, "IPV6_MTU", kBytes, "of the path, once connected"},
    {25, "IPV6_RECVERR", kFlag, "ICMP errors are kept for reading"},
    {26, "IPV6_V6ONLY", kFlag, "no IPv4 on this socket"},
    {27, "IPV6_JOIN_ANYCAST", kGroup6, "joins an anycast address", kSet},
    {28, "IPV6_LEAVE_ANYCAST", kGroup6, "leaves it", kSet},
    {29, "IPV6_MULTICAST_ALL", kFlag, "hears groups others joined"},
    {30, "IPV6_ROUTER_ALERT_ISOLATE", kFlag, "Router Alert of this namespace"},
    {31, "IPV6_RECVERR_RFC4884", kFlag, "with what ICMP quotes"},
    {32, "IPV6_FLOWLABEL_MGR", kBlob, "leases flow labels", kSet},
    {33, "IPV6_FLOWINFO_SEND", kFlag, "sends the flow label given"},
    {34, "IPV6_IPSEC_POLICY", kBlob, "IPsec for this socket", kSet},
    {35, "IPV6_XFRM_POLICY", kBlob, "IPsec for this socket", kSet},
    {36, "IPV6_HDRINCL", kFlag, "its packets have their header (raw)"},
    {49, "IPV6_RECVPKTINFO", kFlag, "datagrams carry where they came to"},
    {50, "IPV6_PKTINFO", kBlob, "source address and interface to use", kSet},
    {51, "IPV6_RECVHOPLIMIT", kFlag, "datagrams carry their hop limit"},
    {53, "IPV6_RECVHOPOPTS", kFlag, "datagrams carry hop-by-hop options"},
    {54, "IPV6_HOPOPTS", kBlob, "hop-by-hop options to send"},
    {55, "IPV6_RTHDRDSTOPTS", kBlob, "options before a routing header"},
    {56, "IPV6_RECVRTHDR", kFlag, "datagrams carry routing headers"},
    {57, "IPV6_RTHDR", kBlob, "routing header to send"},
    {58, "IPV6_RECVDSTOPTS", kFlag, "datagrams carry their options"},
    {59, "IPV6_DSTOPTS", kBlob, "options to send"},
    {60, "IPV6_RECVPATHMTU", kFlag, "tells when the path's MTU changes"},
    {61, "IPV6_PATHMTU", kBlob, "of the path, once connected", kGet},
    {62, "IPV6_DONTFRAG", kFlag, "too large is refused, not cut"},
    {66, "IPV6_RECVTCLASS", kFlag, "datagrams carry their class"},
    {67, "IPV6_TCLASS", kHex, "traffic class, DSCP and ECN"},
    {70, "IPV6_AUTOFLOWLABEL", kFlag, "flow labels made from the ports"},
    {72, "IPV6_ADDR_PREFERENCES", kHex, "which own address is taken"},
    {73, "IPV6_MINHOPCOUNT", kNumber, "drops what comes with fewer hops"},
    {74, "IPV6_ORIGDSTADDR", kFlag, "datagrams carry their first target"},
    {75, "IPV6_TRANSPARENT", kFlag, "takes others' addresses (proxies)"},
    {76, "IPV6_UNICAST_IF", kInterfaceNetworkOrder, "leaves by this interface"},
    {77, "IPV6_RECVFRAGSIZE", kFlag, "datagrams carry their fragment size"},
    {78, "IPV6_FREEBIND", kFlag, "bind to addresses not here (yet)"},
};

}  // namespace

absl::Span<const OptionRow> IpRows() {
  return kIpRows;
}

absl::Span<const OptionRow> Ipv6Rows() {
  return kIpv6Rows;
}

}  // namespace sluice::probe
