#include "apps/chat/command.h"

#include "tools/text/harmless.h"

namespace sluice::chat {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

Command::Kind KindOf(std::string_view name) {
  if (name == "/me") return Command::kMe;
  if (name == "/nick") return Command::kNick;
  if (name == "/who") return Command::kWho;
  if (name == "/help") return Command::kHelp;
  if (name == "/quit") return Command::kQuit;
  return Command::kUnknown;
}

}  // namespace

Command ParseCommand(std::string_view line) {
  line = Trim(line);
  if (line.empty()) return {};
  if (line.front() != '/') return {Command::kSay, line};
  if (StartsWith(line, "//")) return {Command::kSay, line.substr(1)};
  const size_t name_end = line.find_first_of(kBlank);
  const std::string_view name = line.substr(0, name_end);
  const Command::Kind kind = KindOf(name);
  if (kind == Command::kUnknown || name_end == std::string_view::npos) {
    return {kind, kind == Command::kUnknown ? name : ""};
  }
  return {kind, Trim(line.substr(name_end))};
}

std::string_view WhyNoNick(std::string_view nick) {
  if (nick.empty()) return "/nick wants a name behind it";
  if (nick.size() > kNickBytesMax) return "a name has up to 32 bytes";
  if (nick.find_first_of(" \t:*!/,()<>\"'") != std::string_view::npos) {
    return "a name has no spaces and none of : * ! / , ( ) < > \" '";
  }
  if (nick.front() == '-') return "a name does not begin with -";
  if (text::Harmless(nick) != nick) return "a name has characters that can be seen";
  if (StartsWith(nick, "guest-") || StartsWith(nick, "udp-")) {
    return "names with guest- and udp- are given by the room";
  }
  return "";
}

}  // namespace sluice::chat
