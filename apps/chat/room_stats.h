// What happened in the room. Written on the loop's thread; read after it ended.
#ifndef SLUICE_APPS_CHAT_ROOM_STATS_H_
#define SLUICE_APPS_CHAT_ROOM_STATS_H_

#include <cstdint>
#include <string>

namespace sluice::chat {

struct RoomStats {
  uint64_t entered = 0;
  uint64_t left = 0;
  uint64_t members_most = 0;   // at one time
  uint64_t said = 0;           // messages for everybody
  uint64_t refused_lines = 0;  // unknown commands, bad names, what is no text
  uint64_t refused_full = 0;   // --max-members
  uint64_t expelled = 0;       // over-long lines
  uint64_t dropped_slow = 0;   // --max-unsent-bytes

  // Datagrams.
  uint64_t datagrams = 0;  // received
  uint64_t datagrams_sent = 0;
  uint64_t too_long = 0;           // --max-message-bytes
  uint64_t too_long_to_send = 0;   // messages that are no datagram in the room's encoding
  uint64_t from_services = 0;      // from a port of a service, or our own
  uint64_t address_full = 0;       // --max-per-address
  uint64_t too_often = 0;          // --udp-rate
  uint64_t held_back = 0;          // not sent: no grant left (--grant-bytes, --grant-datagrams)
  uint64_t held_back_address = 0;  // not sent: --unproved-rate
  uint64_t queue_full = 0;         // not sent: more waits to leave than there is room for
  uint64_t proved = 0;             // members who showed that they receive
  uint64_t expired = 0;            // --expire
  uint64_t evicted = 0;            // had to make room

  // For people, and as one line of JSON.
  std::string ToTable() const;
  std::string ToJson() const;
};

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_ROOM_STATS_H_
