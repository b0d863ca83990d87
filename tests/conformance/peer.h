// One scripted end of a connection: what it shall do, and what happened to it.
//
//   PeerPtr server = ...;   server->on_data = [](Connection& c, std::string_view b) { ... };
//   EXPECT_EQ(server->received, "hello");
//
// Its handler checks on every call what handler.h promises of all of them: order, once-ness,
// contiguity. A Peer outlives its handler, so hooks may hold a reference to it.
#ifndef SLUICE_TESTS_CONFORMANCE_PEER_H_
#define SLUICE_TESTS_CONFORMANCE_PEER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "reactor/connection.h"
#include "reactor/handler.h"
#include "tests/conformance/payload.h"

namespace sluice::test {

struct Peer {
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  size_t index = 0;  // the how-manieth of its listener

  // What to do. A missing hook does what is written behind it.
  std::function<void(Connection&)> on_open;                      // nothing
  std::function<size_t(Connection&, std::string_view)> on_data;  // consumes everything
  std::function<void(Connection&)> on_end;                       // Handler's default
  std::function<void(Connection&)> on_drain;                     // Handler's default
  std::function<void(Connection&)> on_stop;                      // Handler's default
  std::function<void(Connection&, CloseReason)> on_close;        // nothing
  bool keep_bytes = true;                                        // false: only count and hash
  bool may_never_begin = false;  // a Connect after the loop aborted: destroyed uncalled

  // What happened.
  ConnectionId id;
  int opens = 0;
  int data_calls = 0;
  int ends = 0;
  int drains = 0;
  int stops = 0;
  int closes = 0;
  bool destroyed = false;  // its handler
  std::string received;    // consumed bytes
  uint64_t received_bytes = 0;
  StreamHash received_hash;
  CloseReason reason;

  bool open() const { return opens == 1 && closes == 0; }
  bool closed() const { return closes > 0; }
};

using PeerPtr = std::shared_ptr<Peer>;
// Sets the hooks of a peer before its connection exists.
using Script = std::function<void(Peer&)>;

std::unique_ptr<Handler> MakePeerHandler(PeerPtr peer);

// Scripts that many tests need.
namespace script {

// Sends back what arrives; closes after the peer's end.
void Echo(Peer& peer);
// Outlives the peer's end and Stop: closes only when told.
void Stay(Peer& peer);
// Sends `bytes` when opened.
Script Say(std::string bytes);
// Does both.
Script Both(Script first, Script second);

}  // namespace script

}  // namespace sluice::test

#endif  // SLUICE_TESTS_CONFORMANCE_PEER_H_
