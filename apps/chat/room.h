// The room: who is in it, and what everybody gets of what one of them says. Knows no sockets. One
// loop's thread.
#ifndef SLUICE_APPS_CHAT_ROOM_H_
#define SLUICE_APPS_CHAT_ROOM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "apps/chat/room_stats.h"
#include "apps/chat/wire.h"

namespace sluice::chat {

// Of a text that is within the limit only as it came.
inline constexpr std::string_view kTooLongSpeltOut =
    "not passed on: too long with its control characters spelt out";

struct RoomOptions {
  bool echo = true;  // who says something hears it, too
  size_t members_max = 20'000;
  size_t message_bytes_max = 4096;    // of its text, beside the name
  size_t announced_members_max = 50;  // with more in the room nobody is told who comes and goes
};

// What is said, made once for everybody.
struct Message {
  std::string text;               // UTF-8: of WebSockets
  std::string line;               // of TCP: in the wire's encoding, with its newline
  std::string datagram;           // of UDP; empty: not for them
  const void* not_for = nullptr;  // the member who said it, where he is not to hear it
};

// Somebody with a connection. Outlives its stay in the room.
class Member {
 public:
  virtual ~Member() = default;

  // False when so much is unsent that he counts as gone: Dismiss follows.
  virtual bool Hear(const Message& message) = 0;
  // Sends this as the last thing, and closes. The room has forgotten him.
  virtual void Dismiss(const Message& farewell) = 0;

  const std::string& name() const { return name_; }

 private:
  friend class Room;
  std::string name_;
  size_t index_ = 0;  // in Room::members_
  bool inside_ = false;
};

// Those who hear through datagrams: they have no connection, and a table of their own.
class DatagramMembers {
 public:
  virtual ~DatagramMembers() = default;
  virtual void Hear(const Message& message) = 0;
  virtual size_t count() const = 0;
  // Appends up to `max` names.
  virtual void AppendNames(size_t max, std::vector<std::string>& names) const = 0;
  // Forgets one who can be done without. False: there is none.
  virtual bool MakeRoom() = 0;
};

class Room {
 public:
  // `wire` and `stats` outlive it.
  Room(const RoomOptions& options, Wire& wire, RoomStats& stats)
      : options_(options), wire_(wire), stats_(stats) {}
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  void Add(DatagramMembers& members) { datagram_members_.push_back(&members); }
  void Remove(DatagramMembers& members) { std::erase(datagram_members_, &members); }

  // Gives a name, greets and announces. False: the room is full, and he was dismissed.
  bool Enter(Member& member);
  // His connection ended. Does nothing where he is not inside.
  void Leave(Member& member);
  // A line of his, UTF-8. May dismiss him.
  void Take(Member& member, std::string_view line);
  // Something he sent was not taken; `why` in words.
  void Refuse(Member& member, std::string_view why);
  // He broke a rule: the last he hears is `why`.
  void Expel(Member& member, std::string_view why);

  // A datagram goes to other datagram members as it came, to the others as text in a line. False:
  // as such a text it is too long, and goes to nobody.
  bool SayDatagram(const void* speaker, std::string_view name, std::string_view bytes);

  // The loop stops: nobody need be told any more who leaves.
  void Closing() { closing_ = true; }
  Message Farewell() { return Notice("the room closes"); }

  const RoomOptions& options() const { return options_; }
  // Whether one more may come, if need be in the place of one who can be done without.
  bool HasRoom();
  size_t count() const;
  // For members without a connection.
  uint64_t NextNumber() { return ++last_number_; }
  void CountEntered();

  // Words of the room itself.
  Message Notice(std::string_view words);

 private:
  Message Words(std::string_view mark, std::string_view words);
  Message Said(const void* speaker, std::string text);
  void Tell(Member& member, const Message& message);
  void Announce(std::string_view words, const Member* not_for = nullptr);
  void Broadcast(const Message& message);
  void HearAll(const Message& message);
  void DropTheSlow();
  void Remove(Member& member);
  void Rename(Member& member, std::string_view nick);
  bool Named(Member& member, std::string name);
  std::string WhoIsHere() const;

  const RoomOptions options_;
  Wire& wire_;
  RoomStats& stats_;
  std::vector<Member*> members_;
  std::vector<Member*> slow_;  // found in a broadcast, dismissed after it
  std::vector<DatagramMembers*> datagram_members_;
  absl::flat_hash_map<std::string, Member*> by_name_;  // ASCII letters in lower case
  uint64_t last_number_ = 0;
  bool dropping_ = false;
  bool closing_ = false;
};

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_ROOM_H_
