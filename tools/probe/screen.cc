#include "tools/probe/screen.h"

// Else erase, move and others would be macros.
#define NCURSES_NOMACROS
#define NCURSES_WIDECHAR 1
#include <langinfo.h>
#include <ncurses.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstring>
#include <string_view>

#include "tools/report/format.h"
#include "tools/report/table.h"
#include "tools/text/harmless.h"

namespace sluice::probe {
namespace {

constexpr short kReceivedPair = 1, kSentPair = 2, kErrorPair = 3, kOtherPair = 4;

constexpr std::string_view kKeysHelp =
    "Page Up, Page Down   older and newer lines       F1    this page\n"
    "Up, Down             lines typed before          F2    hex, text, or both\n"
    "Ctrl-U, Ctrl-W       delete the line, a word     F10   quit, as Ctrl-C\n";

// Wide characters are drawn by their width in the user's character set, which had better be UTF-8.
void ChooseCharacterSet() {
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
}

void ChooseColours() {
  if (!has_colors()) return;
  start_color();
  use_default_colors();
  init_pair(kReceivedPair, COLOR_GREEN, -1);
  init_pair(kSentPair, COLOR_CYAN, -1);
  init_pair(kErrorPair, COLOR_RED, -1);
  init_pair(kOtherPair, COLOR_YELLOW, -1);
}

// Arrow keys of terminals that stay out of the mode the terminal database asks for.
void KnowArrowKeys() {
  constexpr std::pair<const char*, int> kKeys[] = {{"\x1b[A", KEY_UP},    {"\x1b[B", KEY_DOWN},
                                                   {"\x1b[C", KEY_RIGHT}, {"\x1b[D", KEY_LEFT},
                                                   {"\x1b[H", KEY_HOME},  {"\x1b[F", KEY_END}};
  for (const auto& [bytes, key] : kKeys) define_key(bytes, key);
}

attr_t StyleOf(const LogPane::Line& line) {
  if (!line.head) return A_NORMAL;
  switch (line.kind) {
    case EventKind::kReceived:
      return A_BOLD | static_cast<attr_t>(COLOR_PAIR(kReceivedPair));
    case EventKind::kSent:
      return A_BOLD | static_cast<attr_t>(COLOR_PAIR(kSentPair));
    case EventKind::kError:
      return A_BOLD | static_cast<attr_t>(COLOR_PAIR(kErrorPair));
    default:
      return static_cast<attr_t>(COLOR_PAIR(kOtherPair));
  }
}

size_t Columns() {
  return static_cast<size_t>(std::max(getmaxx(stdscr), 1));
}
int Rows() {
  return std::max(getmaxy(stdscr), 1);
}

// A terminal that hung up is readable for ever (poll(2)), and ncurses finds no key there.
bool IsHungUp(int terminal) {
  pollfd state{.fd = terminal, .events = POLLIN, .revents = 0};
  return poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// Cut to the width of the screen.
void PutLine(int row, std::string_view text, attr_t style) {
  const std::string shown(report::CutToWidth(text, Columns()));
  wmove(stdscr, row, 0);
  wclrtoeol(stdscr);
  wattrset(stdscr, static_cast<int>(style));
  waddnstr(stdscr, shown.c_str(), static_cast<int>(shown.size()));
  wattrset(stdscr, A_NORMAL);
}

}  // namespace

absl::Status Screen::Start(UiContext context) {
  context_.emplace(std::move(context));
  ChooseCharacterSet();
  modes_.emplace();
  if (newterm(nullptr, stdout, stdin) == nullptr) {
    modes_.reset();
    return absl::FailedPreconditionError("ncurses does not know this terminal (TERM): use --plain");
  }
  started_ = true;
  cbreak();
  noecho();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(25);
  KnowArrowKeys();
  ChooseColours();
  Loop& loop = context_->loop;
  absl::StatusOr<std::unique_ptr<FdWatch>> keys =
      FdWatch::Create(loop, STDIN_FILENO, [this] { ReadKeys(); });
  if (!keys.ok()) return keys.status();
  keys_ = *std::move(keys);
  draw_ = std::make_unique<Timer>(loop, [this] { Draw(); });
  rate_ = std::make_unique<Timer>(loop, [this] { MeasureRate(); });
  rate_->ArmAfter(kRateEvery);
  loop.OnSignal(SIGWINCH, [this] { Resized(); });
  context_->console.OnView([this](View view) {
    log_.SetView(view);
    DrawSoon();
  });
  Resized();
  return absl::OkStatus();
}

void Screen::Stop() {
  if (!std::exchange(started_, false)) return;
  keys_.reset();
  draw_.reset();
  rate_.reset();
  endwin();
  modes_.reset();
}

void Screen::OnEvent(const Event& event) {
  log_.Add(event);
  DrawSoon();
}

void Screen::ReadKeys() {
  for (bool first = true;; first = false) {
    wint_t key = 0;
    const int kind = wget_wch(stdscr, &key);
    if (kind == ERR && first && IsHungUp(STDIN_FILENO)) return TerminalGone();
    if (kind == ERR) break;
    helping_ = false;  // any key ends it
    kind == KEY_CODE_YES ? NamedKey(static_cast<int>(key)) : Character(static_cast<char32_t>(key));
  }
  DrawSoon();
}

// Nobody watches, and nobody could end it any more.
void Screen::TerminalGone() {
  draw_.reset();
  context_->console.Take("/quit");
  keys_.reset();
}

void Screen::NamedKey(int key) {
  const long page = static_cast<long>(log_.rows()) - 1;
  switch (key) {
    case KEY_PPAGE:
      return log_.Scroll(page);
    case KEY_NPAGE:
      return log_.Scroll(-page);
    case KEY_UP:
      return typed_.Older();
    case KEY_DOWN:
      return typed_.Newer();
    case KEY_LEFT:
      return typed_.Left();
    case KEY_RIGHT:
      return typed_.Right();
    case KEY_HOME:
      return typed_.Begin();
    case KEY_END:
      return typed_.End();
    case KEY_BACKSPACE:
      return typed_.DeleteBefore();
    case KEY_DC:
      return typed_.DeleteAt();
    case KEY_ENTER:
      return Enter();
    case KEY_F(1):
      helping_ = true;
      return;
    case KEY_F(2):
      return log_.SetView(NextView(log_.view()));
    case KEY_F(10):
      return context_->console.Take("/quit");
    default:
      return;
  }
}

void Screen::Character(char32_t character) {
  constexpr auto kControl = [](char letter) { return static_cast<char32_t>(letter & 0x1f); };
  if (character == '\n' || character == '\r') return Enter();
  if (character == 0x7f || character == '\b') return typed_.DeleteBefore();
  if (character == kControl('A')) return typed_.Begin();
  if (character == kControl('E')) return typed_.End();
  if (character == kControl('U')) return typed_.DeleteToBegin();
  if (character == kControl('W')) return typed_.DeleteWordBefore();
  if (character == kControl('L')) {
    clearok(stdscr, TRUE);
    return;
  }
  if (character == kControl('D')) return context_->on_input_end();
  if (character >= ' ') typed_.Insert(character);
}

void Screen::Enter() {
  log_.ScrollToEnd();
  context_->console.Take(typed_.Take());
}

void Screen::Resized() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
    // Not resizeterm, which would have it read as a key.
    resize_term(size.ws_row, size.ws_col);
  }
  // Above and below: title, status, input.
  log_.Resize(Columns(), static_cast<size_t>(std::max(Rows() - 3, 1)));
  clearok(stdscr, TRUE);
  DrawSoon();
}

void Screen::MeasureRate() {
  const uint64_t bytes = context_->journal.received().bytes + context_->journal.sent().bytes;
  bytes_per_second_ = static_cast<double>(bytes - std::exchange(bytes_before_, bytes)) /
                      std::chrono::duration<double>(kRateEvery).count();
  rate_->ArmAfter(kRateEvery);
  DrawSoon();
}

void Screen::DrawSoon() {
  if (draw_ != nullptr && !draw_->armed()) draw_->ArmAfter(kDrawEvery);
}

std::string Screen::StatusText() const {
  const std::vector<Peer> peers = context_->link.peers();
  std::string who = peers.empty() ? "nobody is there" : std::to_string(peers.size()) + " peers";
  if (peers.size() == 1)
    who = "#" + std::to_string(peers[0].number) + " " + text::Harmless(peers[0].remote.ToString());
  return " " + who + "  in " + TrafficText(context_->journal.received()) + "  out " +
         TrafficText(context_->journal.sent()) + "  " + report::FormatBytes(bytes_per_second_) +
         "/s  unsent " + report::FormatBytes(static_cast<double>(context_->link.unsent_bytes()));
}

void Screen::DrawBar(int row, std::string text) {
  const size_t width = report::DisplayWidth(text);
  if (width < Columns()) text.append(Columns() - width, ' ');
  PutLine(row, text, A_REVERSE);
}

void Screen::DrawLog() {
  int row = 1;
  for (const LogPane::Line& line : log_.Visible()) PutLine(row++, line.text, StyleOf(line));
  while (row < Rows() - 2) PutLine(row++, "", A_NORMAL);
}

void Screen::DrawHelp() {
  int row = 1;
  for (std::string_view rest : {Console::Help(), std::string_view("\n"), kKeysHelp}) {
    while (!rest.empty() && row < Rows() - 2) {
      const size_t end = rest.find('\n');
      PutLine(row++, "  " + std::string(rest.substr(0, end)), A_NORMAL);
      rest.remove_prefix(end + 1);
    }
  }
  while (row < Rows() - 2) PutLine(row++, "", A_NORMAL);
}

void Screen::DrawInput() {
  const int to = context_->console.to();
  const std::string prompt = to == kAllPeers ? "> " : "#" + std::to_string(to) + "> ";
  const size_t room = Columns() - std::min(Columns() - 1, prompt.size());
  const TypedLine::Window window = typed_.Fit(room);
  PutLine(Rows() - 1, prompt + window.text, A_NORMAL);
  wmove(stdscr, Rows() - 1, static_cast<int>(prompt.size() + window.cursor_column));
}

void Screen::Draw() {
  std::string title = " " + title_ + "  [" + std::string(ViewName(log_.view())) + "]  ";
  title += log_.lines_below() == 0
               ? "F1 help  F2 view"
               : "PgDn: " + report::FormatExact(log_.lines_below()) + " newer lines";
  DrawBar(0, title);
  helping_ ? DrawHelp() : DrawLog();
  DrawBar(Rows() - 2, StatusText());
  DrawInput();
  wrefresh(stdscr);
}

}  // namespace sluice::probe
