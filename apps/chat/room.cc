#include "apps/chat/room.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "apps/chat/command.h"
#include "tools/text/harmless.h"

namespace sluice::chat {
namespace {

constexpr size_t kNamesToldMax = 100;  // of /who

std::string Key(std::string_view name) {
  return absl::AsciiStrToLower(absl::string_view(name.data(), name.size()));
}

}  // namespace

bool Room::Enter(Member& member) {
  if (closing_) {
    member.Dismiss(Farewell());
    return false;
  }
  if (!HasRoom()) {
    ++stats_.refused_full;
    member.Dismiss(Words(kRefusal, "the room is full: " + std::to_string(count()) + " are here"));
    return false;
  }
  while (!Named(member, "guest-" + std::to_string(NextNumber()))) {
  }
  member.index_ = members_.size();
  member.inside_ = true;
  members_.push_back(&member);
  CountEntered();
  Tell(member, Notice("welcome, " + member.name_ + ": " + std::to_string(count()) +
                      " here; /help says what you can type"));
  Announce(member.name_ + " came", &member);
  return true;
}

void Room::Leave(Member& member) {
  if (!member.inside_) return;
  Remove(member);
  Announce(member.name_ + " left");
}

void Room::Take(Member& member, std::string_view line) {
  if (!member.inside_) return;
  const std::string harmless = text::Harmless(line);
  if (harmless.size() > options_.message_bytes_max) {
    return Refuse(member, kTooLongSpeltOut);
  }
  const Command command = ParseCommand(harmless);
  const std::string argument(command.argument);
  switch (command.kind) {
    case Command::kNothing:
      return;
    case Command::kSay:
      ++stats_.said;
      return Broadcast(Said(&member, member.name_ + ": " + argument));
    case Command::kMe:
      if (argument.empty()) return Refuse(member, "/me wants what you do behind it");
      ++stats_.said;
      return Broadcast(Said(&member, "* " + member.name_ + " " + argument));
    case Command::kNick:
      return Rename(member, argument);
    case Command::kWho:
      return Tell(member, Notice(WhoIsHere()));
    case Command::kHelp:
      return Tell(member, Notice(sluice::chat::kHelp));
    case Command::kQuit:
      Remove(member);
      member.Dismiss(Notice("bye"));
      return Announce(member.name_ + " left");
    case Command::kUnknown:
      return Refuse(member, "there is no " + argument + ": /help says what there is");
  }
}

void Room::Refuse(Member& member, std::string_view why) {
  ++stats_.refused_lines;
  if (member.inside_) Tell(member, Words(kRefusal, why));
}

void Room::Expel(Member& member, std::string_view why) {
  if (!member.inside_) return;
  ++stats_.expelled;
  Remove(member);
  member.Dismiss(Words(kRefusal, why));
  Announce(member.name_ + " left: " + std::string(why));
}

bool Room::SayDatagram(const void* speaker, std::string_view name, std::string_view bytes) {
  std::string_view text = bytes;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const std::string harmless = text::Harmless(wire_.DecodeAll(text));
  if (harmless.size() > options_.message_bytes_max) return false;
  ++stats_.said;
  Message message = Said(speaker, std::string(name) + ": " + harmless);
  message.datagram = bytes;
  Broadcast(message);
  return true;
}

bool Room::HasRoom() {
  if (count() < options_.members_max) return true;
  for (DatagramMembers* members : datagram_members_) {
    if (members->MakeRoom()) return true;
  }
  return false;
}

size_t Room::count() const {
  size_t count = members_.size();
  for (const DatagramMembers* members : datagram_members_) count += members->count();
  return count;
}

void Room::CountEntered() {
  ++stats_.entered;
  stats_.members_most = std::max<uint64_t>(stats_.members_most, count());
}

Message Room::Notice(std::string_view words) {
  return Words(kNotice, words);
}

Message Room::Words(std::string_view mark, std::string_view words) {
  std::string text(mark);
  text += words;
  return Said(nullptr, std::move(text));
}

Message Room::Said(const void* speaker, std::string text) {
  Message message;
  message.datagram = wire_.Encode(text);
  message.line = message.datagram + "\n";
  message.text = std::move(text);
  if (!options_.echo) message.not_for = speaker;
  return message;
}

void Room::Tell(Member& member, const Message& message) {
  if (!member.Hear(message)) slow_.push_back(&member);
  DropTheSlow();
}

void Room::Announce(std::string_view words, const Member* not_for) {
  if (closing_ || members_.size() > options_.announced_members_max) return;
  Message message = Notice(words);
  message.not_for = not_for;
  message.datagram.clear();  // a tutorial's client takes every datagram for an answer
  Broadcast(message);
}

void Room::Broadcast(const Message& message) {
  HearAll(message);
  DropTheSlow();
}

void Room::HearAll(const Message& message) {
  for (Member* member : members_) {
    if (member == message.not_for) continue;
    if (!member->Hear(message)) slow_.push_back(member);
  }
  if (message.datagram.empty()) return;
  for (DatagramMembers* members : datagram_members_) members->Hear(message);
}

// Not within a broadcast, which walks over the members. To announce that one left may find the
// next.
void Room::DropTheSlow() {
  if (dropping_) return;
  dropping_ = true;
  while (!slow_.empty()) {
    Member& member = *slow_.back();
    slow_.pop_back();
    if (!member.inside_) continue;  // found twice
    ++stats_.dropped_slow;
    Remove(member);
    constexpr std::string_view kWhy = "too slow: too much that was said is unsent";
    member.Dismiss(Words(kRefusal, kWhy));
    Announce(member.name_ + " left: " + std::string(kWhy));
  }
  dropping_ = false;
}

void Room::Remove(Member& member) {
  member.inside_ = false;
  Member* last = members_.back();
  members_[member.index_] = last;
  last->index_ = member.index_;
  members_.pop_back();
  by_name_.erase(Key(member.name_));
  ++stats_.left;
}

void Room::Rename(Member& member, std::string_view nick) {
  if (const std::string_view why = WhyNoNick(nick); !why.empty()) return Refuse(member, why);
  const std::string before = member.name_;
  if (before == nick) return;
  if (!Named(member, std::string(nick))) {
    return Refuse(member, std::string(nick) + " is somebody else's name");
  }
  Tell(member, Notice("you are " + member.name_ + " now"));
  Announce(before + " is " + member.name_ + " now", &member);
}

bool Room::Named(Member& member, std::string name) {
  const auto [place, added] = by_name_.try_emplace(Key(name), &member);
  if (!added && place->second != &member) return false;
  // With another spelling of the same name there is nothing to forget.
  if (added && member.inside_) by_name_.erase(Key(member.name_));
  member.name_ = std::move(name);
  return true;
}

std::string Room::WhoIsHere() const {
  std::vector<std::string> names;
  for (const Member* member : members_) {
    if (names.size() == kNamesToldMax) break;
    names.push_back(member->name_);
  }
  for (const DatagramMembers* members : datagram_members_) {
    members->AppendNames(kNamesToldMax - names.size(), names);
  }
  std::string words = std::to_string(count()) + " here: ";
  for (size_t i = 0; i < names.size(); ++i) words += (i > 0 ? ", " : "") + names[i];
  if (names.size() < count()) words += " and " + std::to_string(count() - names.size()) + " more";
  return words;
}

}  // namespace sluice::chat
