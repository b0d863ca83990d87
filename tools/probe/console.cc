#include "tools/probe/console.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "tools/probe/escapes.h"

namespace sluice::probe {
namespace {

absl::Status Wanted(std::string_view what) {
  return absl::InvalidArgumentError("wanted: " + std::string(what));
}

// "all" or a peer's number.
absl::StatusOr<int> PeerFrom(std::string_view text) {
  int number = 0;
  if (text == "all") return kAllPeers;
  if (text.substr(0, 1) == "#") text.remove_prefix(1);
  if (absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number) && number >= 1) {
    return number;
  }
  return Wanted("a peer's number, or all");
}

// The first word, and what stands behind it.
std::pair<std::string_view, std::string_view> FirstWord(std::string_view text) {
  const size_t end = std::min(text.find(' '), text.size());
  const size_t rest = std::min(text.find_first_not_of(' ', end), text.size());
  return {text.substr(0, end), text.substr(rest)};
}

}  // namespace

struct Console::Command {
  std::string_view name;
  absl::Status (Console::*run)(std::string_view argument);
};

const Console::Command Console::kCommands[] = {
    {"/to", &Console::To},         {"/hex", &Console::Hex},     {"/file", &Console::File},
    {"/every", &Console::Every},   {"/stop", &Console::Stop},   {"/peers", &Console::Peers},
    {"/end", &Console::EndOutput}, {"/close", &Console::Close}, {"/view", &Console::ChangeView},
    {"/help", &Console::ShowHelp}, {"/quit", &Console::Quit}};

std::string_view Console::Help() {
  return "TEXT             send it; escapes: \\n \\r \\t \\x41 \\u4e2d \\\\\n"
         "//TEXT           send a text that begins with a slash\n"
         "/hex 01 02 ff    send bytes\n"
         "/file NAME       send a file, piece by piece\n"
         "/every 1s TEXT   send it again and again; /stop ends that, and a file\n"
         "/to 2, /to all   whom to send to\n"
         "/peers           who is there, and what went to and fro\n"
         "/end             end our stream (half-close), go on receiving\n"
         "/close, /close 2 close the connection, or that of a peer\n"
         "/view hex        both, hex or text\n"
         "/quit            as Ctrl-C\n";
}

void Console::Take(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.empty() && line_ending_.empty()) return;
  if (absl::Status status = Run(line); !status.ok()) journal_.Note(status);
}

absl::Status Console::Run(std::string_view line) {
  if (line.substr(0, 2) == "//") return SendText(line.substr(1));
  if (line.substr(0, 1) != "/") return SendText(line);
  const auto [name, argument] = FirstWord(line);
  for (const Command& command : kCommands) {
    if (command.name == name) return (this->*command.run)(argument);
  }
  return absl::InvalidArgumentError("unknown command " + Escape(name) +
                                    ": /help shows all; // sends a slash");
}

absl::StatusOr<std::string> Console::Message(std::string_view text) {
  absl::StatusOr<std::string> bytes =
      Unescape(text, [this](std::string_view utf8) { return characters_.Encode(utf8); });
  if (bytes.ok()) *bytes += line_ending_;
  return bytes;
}

absl::Status Console::SendText(std::string_view text) {
  absl::StatusOr<std::string> bytes = Message(text);
  return bytes.ok() ? SendBytes(*bytes) : bytes.status();
}

absl::Status Console::SendBytes(std::string_view bytes) {
  if (link_.Send(to_, bytes) > 0) return absl::OkStatus();
  return absl::NotFoundError(to_ == kAllPeers ? "not sent: nobody is there"
                                              : "not sent: peer #" + std::to_string(to_) +
                                                    " is gone; /to all speaks to the others");
}

absl::Status Console::To(std::string_view argument) {
  absl::StatusOr<int> peer = PeerFrom(argument);
  if (!peer.ok()) return peer.status();
  to_ = *peer;
  journal_.Note(to_ == kAllPeers ? "what is typed goes to all"
                                 : "what is typed goes to #" + std::to_string(to_));
  return absl::OkStatus();
}

absl::Status Console::Hex(std::string_view argument) {
  absl::StatusOr<std::string> bytes = BytesFromHex(argument);
  if (!bytes.ok()) return bytes.status();
  return bytes->empty() ? Wanted("/hex 01 02 ff") : SendBytes(*bytes);
}

absl::Status Console::File(std::string_view argument) {
  if (argument.empty()) return Wanted("/file NAME");
  SendPlan plan;
  plan.file = std::string(argument);
  plan.to = to_;
  return sender_.Start(std::move(plan), [this] { journal_.Note("the file is sent"); });
}

absl::Status Console::Every(std::string_view argument) {
  const auto [duration_text, text] = FirstWord(argument);
  absl::Duration every;
  if (text.empty() ||
      !absl::ParseDuration(absl::string_view(duration_text.data(), duration_text.size()), &every) ||
      every < absl::Milliseconds(1) || every > absl::Hours(24)) {
    return Wanted("/every 500ms TEXT");
  }
  absl::StatusOr<std::string> message = Message(text);
  if (!message.ok()) return message.status();
  SendPlan plan;
  plan.message = *std::move(message);
  plan.every = absl::ToChronoNanoseconds(every);
  plan.count = 0;
  plan.to = to_;
  return sender_.Start(std::move(plan), nullptr);
}

absl::Status Console::Stop(std::string_view) {
  sender_.Stop();
  return absl::OkStatus();
}

absl::Status Console::Peers(std::string_view) {
  const std::vector<Peer> peers = link_.peers();
  for (const Peer& peer : peers) {
    journal_.Note("#" + std::to_string(peer.number) + " " + peer.remote.ToString() + "  in " +
                  TrafficText(peer.received) + "  out " + TrafficText(peer.sent));
  }
  if (peers.empty()) journal_.Note("nobody is there");
  return absl::OkStatus();
}

absl::Status Console::EndOutput(std::string_view) {
  link_.EndOutput(to_);
  return absl::OkStatus();
}

absl::Status Console::Close(std::string_view argument) {
  absl::StatusOr<int> peer = argument.empty() ? to_ : PeerFrom(argument);
  if (!peer.ok()) return peer.status();
  link_.Close(*peer);
  return absl::OkStatus();
}

absl::Status Console::ChangeView(std::string_view argument) {
  for (const View view : {View::kBoth, View::kHex, View::kText}) {
    if (argument != ViewName(view)) continue;
    if (on_view_) on_view_(view);
    return absl::OkStatus();
  }
  return Wanted("/view both, /view hex or /view text");
}

absl::Status Console::ShowHelp(std::string_view) {
  std::string_view rest = Help();
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    journal_.Note(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return absl::OkStatus();
}

absl::Status Console::Quit(std::string_view) {
  if (on_quit_) on_quit_();
  return absl::OkStatus();
}

}  // namespace sluice::probe
