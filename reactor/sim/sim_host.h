// A simulated host: its addresses, its sysctls, its counters, its ports.
#ifndef SLUICE_REACTOR_SIM_SIM_HOST_H_
#define SLUICE_REACTOR_SIM_SIM_HOST_H_

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "reactor/base/endpoint.h"
#include "reactor/base/slab.h"
#include "reactor/base/time.h"

namespace sluice::sim {

struct HostOptions {
  std::string address;  // IPv4, besides the loopback ones; empty: 10.0.0.N by number
  // As in /proc/sys/net, with Linux' defaults.
  uint32_t somaxconn = 4096;
  uint32_t tcp_max_syn_backlog = 1024;
  int tcp_syncookies = 1;
  bool tcp_abort_on_overflow = false;
  int tcp_syn_retries = 6;
  int tcp_synack_retries = 5;
  int tcp_syn_linear_timeouts = 4;
  // As kernels before 3479c7549fb1 (January 2025), which hold one half-open connection less.
  bool syn_queue_full_at_limit = false;
};

// As in /proc/net/netstat (TcpExt).
struct HostCounters {
  uint64_t listen_overflows = 0;
  uint64_t listen_drops = 0;
  uint64_t request_queue_full_drop = 0;     // TCPReqQFullDrop
  uint64_t request_queue_full_cookies = 0;  // TCPReqQFullDoCookies
  uint64_t syncookies_sent = 0;
  uint64_t syncookies_received = 0;
  uint64_t embryonic_resets = 0;
  uint64_t syn_retransmits = 0;  // TCPSynRetrans: SYNs and SYN-ACKs
};

class SimHost {
 public:
  SimHost(size_t number, const HostOptions& host_options);

  const Endpoint& address() const { return address_; }  // port 0
  // True for its own address, the loopback ones, and "any".
  bool Has(const Endpoint& endpoint) const;
  Endpoint AddressFor(const Endpoint& peer) const;  // a local address to reach `peer` from, port 0
  // 0: all are taken.
  uint16_t TakePort();
  void FreePort(uint16_t port) { ports_.reset(port); }
  bool TakePort(uint16_t port);

  const size_t number;
  HostOptions options;
  bool up = true;  // false: crashed, no packet comes or goes
  HostCounters counters;
  std::vector<base::SlabKey> listeners;
  std::vector<base::SlabKey> datagram_sockets;

 private:
  Endpoint address_;
  std::bitset<65536> ports_;
  uint16_t next_port_ = 32768;
};

}  // namespace sluice::sim

#endif  // SLUICE_REACTOR_SIM_SIM_HOST_H_
