// Runs a probe script against the peers of a link: sends, and waits for what is expected.
#ifndef SLUICE_TOOLS_PROBE_SCRIPT_RUNNER_H_
#define SLUICE_TOOLS_PROBE_SCRIPT_RUNNER_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "reactor/loop.h"
#include "reactor/timer.h"
#include "tools/probe/event.h"
#include "tools/probe/journal.h"
#include "tools/probe/link.h"
#include "tools/probe/script.h"
#include "tools/probe/sender.h"

namespace sluice::probe {

// Lives on its loop's thread; its link and its journal outlive it. What fails is told to the
// journal as an error that says what came instead.
class ScriptRunner : public EventSink {
 public:
  static constexpr Duration kTimeout = std::chrono::seconds(5);
  // Of one peer, received and matched by no expect yet.
  static constexpr size_t kUnmatchedBytesMax = 1 << 20;

  ScriptRunner(Loop& loop, Link& link, Journal& journal, std::string file,
               std::vector<Statement> statements);

  // Once. `on_end` is called when it has come to its end or failed.
  void Begin(std::function<void()> on_end);
  void OnEvent(const Event& event) override;

 private:
  // A regular expression is tried again on all there is: at once on a little, else now and then, so
  // that a peer that sends byte by byte does not make it quadratic.
  static constexpr size_t kScanAtOnceBytes = 4096;
  static constexpr Duration kScanEvery = std::chrono::milliseconds(50);

  enum class Outcome { kDone, kWaits, kEnded };
  struct Heard {
    std::string unmatched;
    size_t lost = 0;      // came after `unmatched` where it was full already
    size_t searched = 0;  // of it, by the expect that waits
    bool open = false;
    bool ended = false;   // nothing more will come
    bool paused = false;  // reading of it, until an expect made room
    bool skims = false;   // only its end is awaited
  };

  void Take(int peer, Heard& heard, std::string_view bytes);
  void Resume(int peer, Heard& heard);
  void ChangePeer(int peer);
  void StepSoon();
  void Step();
  Outcome Do(const Statement& statement);
  Outcome SendFile(const Statement& statement);
  Outcome Expect(const Statement& statement, Heard& heard);
  Match Search(const Statement& statement, Heard& heard);
  Outcome NothingMatched(const Statement& statement, const Heard& heard);
  // kWaits until the deadline of the statement, then fails: "<failure> within 5 s<detail>".
  Outcome WaitOr(const Statement& statement, const std::string& failure,
                 const std::string& detail = "");
  Outcome Fail(const Statement& statement, const std::string& why);
  void End();

  Loop& loop_;
  Link& link_;
  Journal& journal_;
  const std::string file_;
  const std::vector<Statement> statements_;
  std::function<void()> on_end_;
  // How often the statements to come name each peer. Others are not heard: what they send would be
  // kept for nobody.
  std::map<int, int> named_;
  std::map<int, Heard> heard_;
  Sender sender_;
  Timer timer_;
  TimePoint deadline_ = kNever;  // of the statement that waits; kNever: none does
  TimePoint scanned_;
  Duration timeout_ = kTimeout;
  size_t next_ = 0;
  int peer_ = 1;
  bool step_posted_ = false;
  bool running_ = false;
  bool file_sent_ = false;
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_SCRIPT_RUNNER_H_
