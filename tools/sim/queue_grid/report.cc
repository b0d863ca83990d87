#include "tools/sim/queue_grid/report.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "tools/report/table.h"

namespace sluice::queue_grid {
namespace {

using nlohmann::json;
using report::Table;

constexpr Table::Align kRight = Table::Align::kRight;
constexpr char kUnequal[] = " != ";

// A number of the set-up, shown where it is not the same in all rows of a path.
struct Setting {
  std::string_view key;
  std::string_view title;
  int64_t (*of)(const Cell& cell);
  bool is_amount = false;  // of packets or connections; 0: there are none
};

constexpr Setting kSettings[] = {
    {"backlog", "backlog", [](const Cell& cell) -> int64_t { return cell.backlog; }},
    {"somaxconn", "somaxconn", [](const Cell& cell) -> int64_t { return cell.somaxconn; }},
    {"tcp_syncookies", "cookies", [](const Cell& cell) -> int64_t { return cell.syncookies; }},
    {"tcp_max_syn_backlog", "syn max",
     [](const Cell& cell) -> int64_t { return cell.max_syn_backlog; }},
    {"tcp_abort_on_overflow", "abort",
     [](const Cell& cell) -> int64_t { return cell.abort_on_overflow; }},
    {"tcp_syn_retries", "syn retries",
     [](const Cell& cell) -> int64_t { return cell.syn_retries; }},
    {"tcp_syn_linear_timeouts", "linear",
     [](const Cell& cell) -> int64_t { return cell.syn_linear_timeouts; }},
    {"tcp_synack_retries", "synack retries",
     [](const Cell& cell) -> int64_t { return cell.synack_retries; }},
    {"filled", "filled", [](const Cell& cell) -> int64_t { return cell.filled; }, true},
    {"syns", "SYNs", [](const Cell& cell) -> int64_t { return cell.syns; }, true},
    {"connects", "connects", [](const Cell& cell) -> int64_t { return cell.connects; }, true},
    {"accepted", "accepted", [](const Cell& cell) -> int64_t { return cell.accepted; }, true},
};

std::string Describe(Path path, bool waits) {
  const std::string retries = waits ? " Then time for retries." : "";
  switch (path) {
    case Path::kLoopback:
      return "A burst over loopback: each handshake is over before the next connect begins." +
             retries;
    case Path::kInjected:
      return "SYNs of made-up clients, which never answer." + retries;
    case Path::kFlooded:
      return "Such SYNs first, then real clients." + retries;
    case Path::kDelayed:
      break;
  }
  return "A burst on a long path: every SYN arrives before the first last ACK; \"filled\" "
         "connections wait in the accept queue already." +
         retries;
}

std::string Seconds(Duration duration) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  char text[32];
  std::snprintf(text, sizeof(text), "%lld.%lld s", static_cast<long long>(milliseconds / 1000),
                static_cast<long long>(milliseconds % 1000 / 100));
  return text;
}

std::string CountText(const CellResult& cell, size_t count) {
  const std::string simulated = std::to_string(cell.simulated[count]);
  if (!cell.kernel) return simulated;
  const int64_t kernel = (*cell.kernel)[count];
  if (kernel == 0 && cell.simulated[count] == 0) return "0";
  return std::to_string(kernel) + (kernel == cell.simulated[count] ? " = " : kUnequal) + simulated;
}

bool Moves(const CellResult& cell, size_t count) {
  return cell.simulated[count] != 0 || (cell.kernel && (*cell.kernel)[count] != 0);
}

using Rows = std::vector<const CellResult*>;

// The columns that say something about `rows`.
class PathTable {
 public:
  PathTable(const Rows& rows, bool waits) : rows_(rows), waits_(waits) {
    for (const Setting& setting : kSettings) {
      const int64_t first = setting.of(rows.front()->cell);
      const bool varies = std::any_of(rows.begin(), rows.end(), [&](const CellResult* row) {
        return setting.of(row->cell) != first;
      });
      (varies ? settings_ : constants_).push_back(&setting);
    }
    for (size_t i = 0; i < kCounts; ++i) {
      const bool moves = std::any_of(rows.begin(), rows.end(),
                                     [&](const CellResult* row) { return Moves(*row, i); });
      (moves ? counts_ : still_).push_back(i);
    }
  }

  std::string ToString() const {
    std::vector<Table::Column> columns;
    for (const Setting* setting : settings_) {
      columns.push_back({std::string(setting->title), kRight});
    }
    if (waits_) columns.push_back({"after"});
    for (const size_t i : counts_) columns.push_back({std::string(CountNames()[i].title), kRight});
    Table table(columns);
    for (const CellResult* row : rows_) table.AddRow(RowOf(*row));
    return ConstantsLine() + table.ToString() + StillLine();
  }

 private:
  std::vector<std::string> RowOf(const CellResult& row) const {
    std::vector<std::string> texts;
    for (const Setting* setting : settings_) {
      texts.push_back(std::to_string(setting->of(row.cell)));
    }
    if (waits_) texts.push_back(Seconds(row.cell.read_at));
    for (const size_t i : counts_) texts.push_back(CountText(row, i));
    return texts;
  }

  std::string ConstantsLine() const {
    std::string line = "  In all rows";
    for (const Setting* setting : constants_) {
      const int64_t value = setting->of(rows_.front()->cell);
      if (value == 0 && setting->is_amount) continue;
      line += (setting == constants_.front() ? ": " : ", ") + std::string(setting->key) + " " +
              std::to_string(value);
    }
    return constants_.empty() ? "" : line + "\n";
  }

  std::string StillLine() const {
    if (still_.empty()) return "";
    std::string line = "  0 in all rows:";
    for (const size_t i : still_) {
      line += (i == still_.front() ? " " : ", ") + std::string(CountNames()[i].title);
    }
    return line + "\n";
  }

  const Rows& rows_;
  bool waits_;  // the column "after" is shown
  std::vector<const Setting*> settings_, constants_;
  std::vector<size_t> counts_, still_;
};

// After the table is laid out: an escape has no width.
std::string WithColour(const std::string& text) {
  std::string coloured;
  size_t done = 0;
  for (size_t at = text.find(kUnequal); at != std::string::npos; at = text.find(kUnequal, done)) {
    const size_t begin = text.find_last_of(" \n", at - 1) + 1;
    const size_t end = text.find_first_of(" \n", at + sizeof(kUnequal) - 1);
    coloured += text.substr(done, begin - done) + "\033[1;31m" + text.substr(begin, end - begin) +
                "\033[0m";
    done = end;
  }
  return coloured + text.substr(done);
}

std::string Opening(const GridResult& result) {
  const char* compares =
      "A count reads KERNEL = SIMULATOR or KERNEL != SIMULATOR; a lone 0 is both's.\n";
  return "The listen queues of " + result.kernel + " and of the simulator, cell by cell.\n" +
         (result.compared() == 0 ? "" : compares) +
         "Counted when the burst has settled, or so long \"after\" it began. Nobody accepts, but "
         "for "
         "\"accepted\"\nconnections once the burst has settled. established, SYN_SENT, failed: as "
         "the clients see it.\nOverflows, Drops: ListenOverflows, ListenDrops. QFull...: "
         "TCPReqQFullDrop, TCPReqQFullDoCookies.\nCookies...: SyncookiesSent, SyncookiesRecv. "
         "EmbRsts: EmbryonicRsts. SynRetrans: TCPSynRetrans.\n";
}

std::string Summary(const GridResult& result) {
  std::string text;
  for (const std::string& reason : result.skipped) text += reason + "\n";
  const size_t compared = result.compared();
  char seconds[32];
  std::snprintf(seconds, sizeof(seconds), " (%.1f s).\n", result.seconds);
  if (compared == 0) return text + "Nothing was compared" + seconds;
  return text + std::to_string(result.equal()) + " of " + std::to_string(compared) +
         " count cells equal: " + std::to_string(compared / kCounts) + " cells of " +
         std::to_string(kCounts) + " counts each" + seconds;
}

json CellJson(const CellResult& result) {
  json cell = {{"path", PathName(result.cell.path)}};
  for (const Setting& setting : kSettings) cell[std::string(setting.key)] = setting.of(result.cell);
  cell["read_at_ms"] =
      std::chrono::duration_cast<std::chrono::milliseconds>(result.cell.read_at).count();
  for (size_t i = 0; i < kCounts; ++i) {
    json& count = cell["counts"][std::string(CountNames()[i].key)];
    count["simulated"] = result.simulated[i];
    count["kernel"] = result.kernel ? json((*result.kernel)[i]) : json();
  }
  return cell;
}

}  // namespace

std::string GridText(const GridResult& result, bool colour) {
  std::string tables;
  for (const Path path : kPaths) {
    for (const bool waits : {false, true}) {
      Rows rows;
      for (const CellResult& cell : result.cells) {
        const bool is_waiting = cell.cell.read_at > Duration(0);
        if (cell.cell.path == path && is_waiting == waits) rows.push_back(&cell);
      }
      if (rows.empty()) continue;
      tables += "\n" + Describe(path, waits) + "\n" + PathTable(rows, waits).ToString();
    }
  }
  return Opening(result) + (colour ? WithColour(tables) : tables) + "\n" + Summary(result);
}

json GridJson(const GridResult& result) {
  json cells = json::array();
  for (const CellResult& cell : result.cells) cells.push_back(CellJson(cell));
  return {{"kernel", result.kernel},        {"cells", cells},
          {"skipped", result.skipped},      {"counts_compared", result.compared()},
          {"counts_equal", result.equal()}, {"seconds", result.seconds}};
}

int GridExitCode(const GridResult& result) {
  return result.equal() == result.compared() ? 0 : 1;
}

void PrintGrid(const GridResult& result, bool as_json) {
  const bool colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  const std::string text = as_json ? GridJson(result).dump(2) + "\n" : GridText(result, colour);
  std::fputs(text.c_str(), stdout);
}

}  // namespace sluice::queue_grid
