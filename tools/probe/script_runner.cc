#include "tools/probe/script_runner.h"

#include <algorithm>

#include "tools/probe/escapes.h"
#include "tools/report/format.h"

namespace sluice::probe {
namespace {

constexpr size_t kShownBytes = 160;

// "12 bytes: \"hello\\n\""; the last of them where there are many.
std::string WhatCame(std::string_view bytes) {
  if (bytes.empty()) return "nothing came";
  const bool cut = bytes.size() > kShownBytes;
  const std::string_view shown = cut ? bytes.substr(bytes.size() - kShownBytes) : bytes;
  return "instead came " + report::FormatExact(bytes.size()) +
         (bytes.size() == 1 ? " byte" : " bytes") + (cut ? ", which end in: \"" : ": \"") +
         Escape(shown) + "\"";
}

}  // namespace

ScriptRunner::ScriptRunner(Loop& loop, Link& link, Journal& journal, std::string file,
                           std::vector<Statement> statements)
    : loop_(loop),
      link_(link),
      journal_(journal),
      file_(std::move(file)),
      statements_(std::move(statements)),
      sender_(loop, link, journal),
      timer_(loop, [this] { Step(); }) {
  ++named_[peer_];
  for (const Statement& statement : statements_) {
    if (statement.kind == StatementKind::kPeer) ++named_[statement.peer];
  }
}

void ScriptRunner::Begin(std::function<void()> on_end) {
  on_end_ = std::move(on_end);
  running_ = true;
  StepSoon();
}

void ScriptRunner::OnEvent(const Event& event) {
  if (named_.find(event.peer) == named_.end()) return;
  Heard& heard = heard_[event.peer];
  switch (event.kind) {
    case EventKind::kOpened:
      heard.open = true;
      break;
    case EventKind::kReceived:
      Take(event.peer, heard, event.bytes);
      break;
    case EventKind::kPeerEnded:
      heard.ended = true;
      break;
    case EventKind::kClosed:
      heard.ended = true;
      heard.open = false;
      break;
    default:
      return;
  }
  StepSoon();
}

void ScriptRunner::Take(int peer, Heard& heard, std::string_view bytes) {
  if (heard.lost == 0 && heard.unmatched.size() <= kUnmatchedBytesMax) {
    heard.unmatched += bytes;
  } else {
    heard.lost += bytes.size();
  }
  if (heard.unmatched.size() <= kUnmatchedBytesMax || heard.skims) return;
  heard.paused = true;
  link_.PauseReading(peer);
}

void ScriptRunner::Resume(int peer, Heard& heard) {
  if (std::exchange(heard.paused, false)) link_.ResumeReading(peer);
}

void ScriptRunner::ChangePeer(int peer) {
  if (--named_[peer_] == 0) {
    if (const auto left = heard_.find(peer_); left != heard_.end()) Resume(peer_, left->second);
    named_.erase(peer_);
    heard_.erase(peer_);
  }
  peer_ = peer;
}

// Never from within an event: what a statement does is an event, too.
void ScriptRunner::StepSoon() {
  if (!running_ || std::exchange(step_posted_, true)) return;
  loop_.Post([this] {
    step_posted_ = false;
    Step();
  });
}

void ScriptRunner::Step() {
  while (running_ && next_ < statements_.size()) {
    const Outcome outcome = Do(statements_[next_]);
    if (outcome == Outcome::kWaits) return;
    if (outcome == Outcome::kEnded) return End();
    ++next_;
    deadline_ = kNever;
    file_sent_ = false;
    timer_.Cancel();
  }
  if (running_) End();
}

void ScriptRunner::End() {
  running_ = false;
  timer_.Cancel();
  if (on_end_) std::exchange(on_end_, nullptr)();
}

ScriptRunner::Outcome ScriptRunner::Fail(const Statement& statement, const std::string& why) {
  journal_.Error(file_ + ":" + std::to_string(statement.line) + ": " + statement.source + ": " +
                 why);
  return Outcome::kEnded;
}

ScriptRunner::Outcome ScriptRunner::WaitOr(const Statement& statement, const std::string& failure,
                                           const std::string& detail) {
  if (deadline_ == kNever) {
    deadline_ = After(loop_.now(), timeout_);
  } else if (loop_.now() >= deadline_) {
    return Fail(statement, failure + " within " + report::FormatDuration(timeout_) + detail);
  }
  timer_.ArmAt(deadline_);
  return Outcome::kWaits;
}

ScriptRunner::Outcome ScriptRunner::Do(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kTimeout:
      timeout_ = statement.duration;
      return Outcome::kDone;
    case StatementKind::kPeer:
      ChangePeer(statement.peer);
      return Outcome::kDone;
    case StatementKind::kWait:
      if (deadline_ == kNever) deadline_ = After(loop_.now(), statement.duration);
      if (loop_.now() >= deadline_) return Outcome::kDone;
      timer_.ArmAt(deadline_);
      return Outcome::kWaits;
    default:
      break;
  }
  const auto found = heard_.find(peer_);
  if (found == heard_.end()) {
    return WaitOr(statement, "peer " + std::to_string(peer_) + " did not come");
  }
  Heard& heard = found->second;
  switch (statement.kind) {
    case StatementKind::kSend:
      if (link_.Send(peer_, statement.bytes) == 1) return Outcome::kDone;
      return Fail(statement, "the connection is gone");
    case StatementKind::kSendFile:
      return SendFile(statement);
    case StatementKind::kHalfClose:
      link_.EndOutput(peer_);
      return Outcome::kDone;
    case StatementKind::kClose:
      link_.Close(peer_);
      return Outcome::kDone;
    case StatementKind::kExpectEnd:
      heard.skims = true;
      Resume(peer_, heard);
      return heard.ended ? Outcome::kDone : WaitOr(statement, "the peer did not end");
    default:
      return Expect(statement, heard);
  }
}

ScriptRunner::Outcome ScriptRunner::SendFile(const Statement& statement) {
  if (file_sent_ && !sender_.busy()) return Outcome::kDone;
  if (!file_sent_) {
    SendPlan plan;
    plan.file = statement.bytes;
    plan.to = peer_;
    file_sent_ = true;
    absl::Status started = sender_.Start(std::move(plan), [this] { StepSoon(); });
    if (!started.ok()) return Fail(statement, std::string(started.message()));
  }
  if (!heard_[peer_].open) return Fail(statement, "the connection is gone");
  return Outcome::kWaits;
}

Match ScriptRunner::Search(const Statement& statement, Heard& heard) {
  if (statement.kind == StatementKind::kExpectRegex) {
    scanned_ = loop_.now();
    return FindRegex(*statement.regex, heard.unmatched);
  }
  // What was searched before may hold the beginning of it.
  const size_t overlap = statement.bytes.size() - 1;
  const size_t from = heard.searched - std::min(heard.searched, overlap);
  const size_t at = heard.unmatched.find(statement.bytes, from);
  heard.searched = heard.unmatched.size();
  return {at, statement.bytes.size()};
}

ScriptRunner::Outcome ScriptRunner::Expect(const Statement& statement, Heard& heard) {
  const TimePoint next_scan = After(scanned_, kScanEvery);
  const bool too_soon = statement.kind == StatementKind::kExpectRegex && deadline_ != kNever &&
                        heard.unmatched.size() > kScanAtOnceBytes && !heard.ended &&
                        loop_.now() < std::min(next_scan, deadline_);
  if (too_soon) {
    timer_.ArmAt(std::min(next_scan, deadline_));
    return Outcome::kWaits;
  }
  const Match match = Search(statement, heard);
  if (match.begin == std::string_view::npos) return NothingMatched(statement, heard);
  heard.unmatched.erase(0, match.begin + match.size);
  heard.searched = 0;
  heard.skims = false;
  if (heard.unmatched.size() <= kUnmatchedBytesMax) Resume(peer_, heard);
  return Outcome::kDone;
}

ScriptRunner::Outcome ScriptRunner::NothingMatched(const Statement& statement, const Heard& heard) {
  if (heard.lost != 0) {
    return Fail(statement, report::FormatExact(heard.lost) +
                               " bytes are lost, which came when 1 MiB waited to be looked at; " +
                               WhatCame(heard.unmatched));
  }
  if (heard.ended) {
    return Fail(statement, "the peer ended before; " + WhatCame(heard.unmatched));
  }
  if (heard.unmatched.size() > kUnmatchedBytesMax) {
    return Fail(statement, "more than 1 MiB came without it; " + WhatCame(heard.unmatched));
  }
  return WaitOr(statement, "it did not come", "; " + WhatCame(heard.unmatched));
}

}  // namespace sluice::probe
