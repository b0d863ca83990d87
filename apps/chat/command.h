// What a member types: text for everybody, or a command.
#ifndef SLUICE_APPS_CHAT_COMMAND_H_
#define SLUICE_APPS_CHAT_COMMAND_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::chat {

inline constexpr size_t kNickBytesMax = 32;

// How lines begin that are not what somebody said. No name holds these characters.
inline constexpr std::string_view kNotice = "-- ";  // from the room to everybody, or as an answer
inline constexpr std::string_view kRefusal =
    "!! ";  // from the room: what you asked for was not done

inline bool IsNotice(std::string_view line) {
  return line.substr(0, kNotice.size()) == kNotice;
}
inline bool IsRefusal(std::string_view line) {
  return line.substr(0, kRefusal.size()) == kRefusal;
}

struct Command {
  enum Kind : uint8_t { kNothing, kSay, kMe, kNick, kWho, kHelp, kQuit, kUnknown };
  Kind kind = kNothing;
  std::string_view argument;  // a view of the line; with kUnknown its name
};

// A slash begins a command, two begin a text with one of them. Spaces around do not count.
Command ParseCommand(std::string_view line);

// Why nobody can have this name, in words; empty: one can. `nick` is UTF-8.
std::string_view WhyNoNick(std::string_view nick);

inline constexpr std::string_view kHelp =
    "/nick NAME, /me WAVES, /who, /quit, /help; a line with // begins with one slash";

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_COMMAND_H_
