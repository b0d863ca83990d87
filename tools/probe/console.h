// What somebody types at the probe: a line is sent, unless it begins with a slash and is a command.
#ifndef SLUICE_TOOLS_PROBE_CONSOLE_H_
#define SLUICE_TOOLS_PROBE_CONSOLE_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "tools/probe/characters.h"
#include "tools/probe/chunk_view.h"
#include "tools/probe/journal.h"
#include "tools/probe/link.h"
#include "tools/probe/sender.h"

namespace sluice::probe {

// Lives on its loop's thread. What it has to say goes to the journal as notes.
class Console {
 public:
  Console(Link& link, Sender& sender, Journal& journal, Characters characters,
          std::string line_ending)
      : link_(link),
        sender_(sender),
        journal_(journal),
        characters_(std::move(characters)),
        line_ending_(std::move(line_ending)) {}

  // "hello\x00" is sent with its escapes understood, and the line ending behind it; "/peers" is a
  // command; "//x" sends "/x".
  void Take(std::string_view line);

  // Which peer lines go to; kAllPeers: all.
  int to() const { return to_; }
  void OnView(std::function<void(View)> function) { on_view_ = std::move(function); }
  void OnQuit(std::function<void()> function) { on_quit_ = std::move(function); }

  // The commands, a line each.
  static std::string_view Help();

 private:
  struct Command;
  static const Command kCommands[];

  absl::Status Run(std::string_view line);
  absl::Status SendText(std::string_view text);
  absl::Status SendBytes(std::string_view bytes);
  absl::Status To(std::string_view argument);
  absl::Status Hex(std::string_view argument);
  absl::Status File(std::string_view argument);
  absl::Status Every(std::string_view argument);
  absl::Status Stop(std::string_view argument);
  absl::Status Peers(std::string_view argument);
  absl::Status EndOutput(std::string_view argument);
  absl::Status Close(std::string_view argument);
  absl::Status ChangeView(std::string_view argument);
  absl::Status ShowHelp(std::string_view argument);
  absl::Status Quit(std::string_view argument);

  // UTF-8 with escapes as it goes over the wire, with its line ending.
  absl::StatusOr<std::string> Message(std::string_view text);

  Link& link_;
  Sender& sender_;
  Journal& journal_;
  Characters characters_;
  const std::string line_ending_;
  int to_ = kAllPeers;
  std::function<void(View)> on_view_;
  std::function<void()> on_quit_;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_CONSOLE_H_
