// The sentences of sweep_tables.h. Every number in them was measured.
#include <algorithm>
#include <cstdint>
#include <string>

#include "apps/backlog/sweep_tables.h"
#include "apps/backlog/text.h"
#include "tools/report/format.h"

namespace sluice::backlog {
namespace {

using Results = std::vector<CellResult>;

std::string Number(uint64_t number) {
  return std::to_string(number);
}

// "What does the 5 in listen(5) do?", by the cell with that backlog if there is one.
std::string ExplainNobodyAccepts(const CellGroup& group, const Results& results) {
  size_t at = 0;
  for (size_t i = results.size(); i-- > 0;) {
    if (group.cells[i].backlog == 5) at = i;
  }
  const CellSpec& spec = group.cells[at];
  const CellResult& result = results[at];
  const std::string backlog = std::to_string(spec.backlog);
  std::string text = "What does the " + backlog + " in listen(" + backlog + ") do? Of " +
                     Number(spec.connects) + " connects to a server that never accepts, " +
                     Number(result.completed) +
                     " completed: the kernel finishes handshakes by itself and queues them for "
                     "accept().";
  if (result.verdict && result.verdict->held) {
    text +=
        " It calls the queue full only above its limit, the smaller of backlog and "
        "net.core.somaxconn: hence one more than " +
        Number(result.queue_limit) + ".";
  }
  if (result.timed_out > 0) {
    text += " The other " + Number(result.timed_out) +
            " heard nothing: their SYNs were dropped without a word, sent again after a second, "
            "and dropped again.";
  }
  return text;
}

std::string ExplainSlowAccept(const CellGroup& group, const Results& results) {
  std::string text = std::to_string(group.cells.front().connects) + " clients at once.";
  for (size_t i = 0; i < results.size(); ++i) {
    const auto overflows = results[i].counters.find("TcpExt.ListenOverflows");
    const int64_t drops = overflows == results[i].counters.end() ? 0 : overflows->second;
    text += " Backlog " + std::to_string(group.cells[i].backlog) + ": " +
            (drops == 0 ? std::string("no SYN") : std::to_string(drops) + " SYNs") +
            " found the queue full, nine in ten had connected after " +
            MillisecondsText(results[i].connect.p90_us) + " ms, " +
            Number(static_cast<int64_t>(results[i].answered)) +
            " were answered, the last of them after " + MillisecondsText(results[i].answer.max_us) +
            " ms.";
    if (results[i].answered < results[i].completed) {
      text += " The other " +
              Number(static_cast<int64_t>(results[i].completed - results[i].answered)) +
              " that had connected heard nothing: a SYN cookie let them in while the queue had no "
              "place for them (ghosts).";
    }
  }
  return text +
         " A client whose SYN is dropped sits out a second before it tries again. A longer queue "
         "absorbs the burst; it makes no server faster.";
}

std::string ExplainLateAck(const CellGroup& group, const Results& results) {
  std::string text =
      "A handshake can begin while there is room and end when there is none. The client believes "
      "it is connected and speaks; the server has no place for it.";
  for (size_t i = 0; i < results.size(); ++i) {
    const bool abort = group.cells[i].abort_on_overflow != 0;
    text += abort ? " With tcp_abort_on_overflow at 1, " + Number(results[i].reset) +
                        " such clients were told by a reset."
                  : " With tcp_abort_on_overflow at 0, " + Number(results[i].ghosts) +
                        " such clients stay connected to nobody (ghosts) until a place comes free "
                        "or they give up.";
  }
  return text;
}

std::string ExplainHalfOpen(const CellGroup& group, const Results& results) {
  std::string text =
      "For a SYN the kernel keeps a half-open connection until the last ACK comes. SYNs that "
      "nothing follows fill that queue. ";
  for (size_t i = 0; i < results.size(); ++i) {
    const CellSpec& spec = group.cells[i];
    if (spec.backlog != group.cells.front().backlog) break;
    const char* mode = spec.syncookies == 0   ? "Without SYN cookies (0), "
                       : spec.syncookies == 1 ? "With cookies once it is full (1, the default), "
                                              : "With cookies for everybody (2), ";
    text += mode + Number(results[i].completed) + " of " + Number(spec.connects) +
            " real clients got in. ";
  }
  return text +
         "A cookie is a SYN-ACK that carries all there is to remember, so that nothing is kept.";
}

}  // namespace

std::string GroupTitle(CellKind kind) {
  switch (kind) {
    case CellKind::kNobodyAccepts:
      return "Nobody accepts: how many connects complete?";
    case CellKind::kSlowAccept:
      return "A burst against a server that accepts at a rate: what does a longer queue buy?";
    case CellKind::kLateAck:
      return "The last ACK of a handshake finds the queue full: what does tcp_abort_on_overflow "
             "do?";
    case CellKind::kHalfOpen:
      return "Half-open connections: what do SYNs cost that nothing follows, and what do cookies "
             "change?";
  }
  return "";
}

std::string GroupLegend(CellKind kind) {
  switch (kind) {
    case CellKind::kNobodyAccepts:
      return "done: connects completed. rule: what min(backlog, somaxconn) + 1 says of them. "
             "queue: "
             "its peak. drops: SYNs dropped. abort: tcp_abort_on_overflow. Settings that changed "
             "nothing share a line.";
    case CellKind::kSlowAccept:
      return "queue: its peak, which the rule bounds. connect ms: of those done, answered ms: of "
             "those answered; p50/p99/max since the client began.";
    case CellKind::kLateAck:
      return "connected: as the clients see it. queue: as the server has it. ghosts: connected for "
             "the client alone.";
    case CellKind::kHalfOpen:
      return "held: peak of SYN_RECV. rule: what the kernel says of it. syn max: "
             "tcp_max_syn_backlog. clients: real ones amid the SYNs, and how long they took to "
             "connect.";
  }
  return "";
}

std::string ExplainGroup(const CellGroup& group, const Results& results) {
  switch (group.kind) {
    case CellKind::kNobodyAccepts:
      return ExplainNobodyAccepts(group, results);
    case CellKind::kSlowAccept:
      return ExplainSlowAccept(group, results);
    case CellKind::kLateAck:
      return ExplainLateAck(group, results);
    case CellKind::kHalfOpen:
      return ExplainHalfOpen(group, results);
  }
  return "";
}

}  // namespace sluice::backlog
