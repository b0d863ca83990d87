#include "tools/sim/scenarios/visits.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "reactor/sim/sim_faults.h"
#include "tools/sim/scenarios/conversation.h"

namespace sluice::simulate {

using namespace std::chrono_literals;
using sim::Fault;

std::string AnswerTo(uint32_t number) {
  Prng prng(number);
  return RandomBytes(prng, prng.Between(1, 300));
}

void BeginVisit(Loop& loop, const Endpoint& server, ConnectionLimits limits, Visit& visit) {
  visit.began = loop.now();
  ConnectOptions options;
  options.timeout = visit.timeout;
  options.limits = limits;
  loop.Connect(server, options, std::make_unique<Visitor>(visit));
}

void Visitor::OnOpen(Connection& connection) {
  ++visit_.opens;
  if (visit_.listens_first) return;
  char number[sizeof(visit_.number)];
  std::memcpy(number, &visit_.number, sizeof(number));
  connection.Send({number, sizeof(number)});
}

size_t Visitor::OnData(Connection&, std::string_view bytes) {
  visit_.received += bytes;
  return bytes.size();
}

void Visitor::OnClose(Connection& connection, CloseReason reason) {
  ++visit_.closes;
  visit_.ended = connection.loop().now();
  visit_.reason = reason;
}

void Receptionist::OnOpen(Connection& connection) {
  ++book_.opened;
  if (!book_.greets) return;
  connection.Send(AnswerTo(kGreeting));
  connection.Close();
}

size_t Receptionist::OnData(Connection& connection, std::string_view bytes) {
  uint32_t number = 0;
  if (bytes.size() < sizeof(number)) return 0;
  std::memcpy(&number, bytes.data(), sizeof(number));
  book_.answered.push_back(number);
  connection.Send(AnswerTo(number));
  connection.Close();
  return sizeof(number);
}

void Receptionist::OnClose(Connection&, CloseReason) {
  ++book_.closed;
}

Outcome CheckVisit(Trial& trial, const Visit& visit) {
  const std::string answer = AnswerTo(visit.listens_first ? kGreeting : visit.number);
  trial.Expect(visit.closes == 1, "a visitor did not get OnClose exactly once");
  trial.Expect(visit.opens <= 1, "a visitor got OnOpen twice");
  trial.Expect(answer.starts_with(visit.received), "a visitor got bytes that are not its answer");
  const Duration took = visit.ended - visit.began;
  if (visit.opens == 0 && visit.timeout > 0s) {
    // A busy process looks at its timers late.
    trial.Expect(took <= visit.timeout + 5s, "a connect went on after its timeout");
  }
  if (visit.reason.code == CloseCode::kConnectTimeout) {
    trial.Expect(visit.timeout > 0s && took >= visit.timeout, "a connect timed out early");
  }
  switch (visit.reason.code) {
    case CloseCode::kPeerEnded:
      trial.Expect(visit.received == answer, "a visitor's answer was cut without a word");
      return Outcome::kServed;
    case CloseCode::kPeerReset:
      return Outcome::kReset;
    case CloseCode::kIdleTimeout:
    case CloseCode::kOutputStalled:
      trial.Expect(visit.opens == 1, "a connection was idle before it was open");
      return Outcome::kTimedOut;
    case CloseCode::kConnectTimeout:
      trial.Expect(visit.opens == 0, "a connect timed out after it had succeeded");
      return Outcome::kTimedOut;
    case CloseCode::kConnectFailed:
      return visit.reason.error == ETIMEDOUT ? Outcome::kTimedOut : Outcome::kRefused;
    case CloseCode::kIoError:
      return visit.reason.error == ETIMEDOUT ? Outcome::kTimedOut : Outcome::kSendFailed;
    default:
      trial.Expect(false, "a visit ended as none can: " + visit.reason.ToString());
      return Outcome::kServed;
  }
}

Outcomes CheckVisits(Trial& trial, const std::vector<Visit>& visits, const GuestBook& book) {
  Outcomes outcomes;
  bool out_of_files = false;
  for (const Visit& visit : visits) {
    switch (CheckVisit(trial, visit)) {
      case Outcome::kServed:
        ++outcomes.served;
        trial.Expect(visit.listens_first ||
                         std::count(book.answered.begin(), book.answered.end(), visit.number) == 1,
                     "a visitor was not answered exactly once");
        break;
      case Outcome::kRefused:
        ++outcomes.refused;
        out_of_files = out_of_files || visit.reason.error == EMFILE;
        break;
      case Outcome::kTimedOut:
        ++outcomes.timed_out;
        break;
      case Outcome::kReset:
        ++outcomes.reset;
        break;
      case Outcome::kSendFailed:
        ++outcomes.send_failed;
        break;
    }
  }
  trial.Expect(book.closed == book.opened, "a server's handler was not closed exactly once");
  trial.Expect(book.opened <= visits.size(), "the server accepted more than ever connected");
  trial.Expect(!out_of_files || FaultCount(trial, Fault::kSocketOutOfFiles) > 0,
               "descriptors ran out although nobody took them");
  trial.Expect(outcomes.send_failed == 0 || FaultCount(trial, Fault::kSendFailed) > 0,
               "a send failed by nobody's doing");
  trial.Tally("visitors served", outcomes.served);
  trial.Tally("visitors refused", outcomes.refused);
  trial.Tally("visitors timed out", outcomes.timed_out);
  trial.Tally("visitors reset", outcomes.reset);
  trial.Tally("visitors whose send failed", outcomes.send_failed);
  return outcomes;
}

uint64_t FaultCount(Trial& trial, Fault fault) {
  return trial.world().faults().counts()[static_cast<size_t>(fault)];
}

bool NoFatalFault(Trial& trial) {
  return FaultCount(trial, Fault::kPeerReset) + FaultCount(trial, Fault::kTimedOut) +
             FaultCount(trial, Fault::kSendFailed) + FaultCount(trial, Fault::kConnectRefused) +
             FaultCount(trial, Fault::kSocketOutOfFiles) ==
         0;
}

}  // namespace sluice::simulate
