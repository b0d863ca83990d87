// Short conversations for scenarios about getting in: a visitor says its number, gets the answer to
// it, and the server ends the connection.
#ifndef SLUICE_TOOLS_SIM_SCENARIOS_VISITS_H_
#define SLUICE_TOOLS_SIM_SCENARIOS_VISITS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/connection.h"
#include "reactor/handler.h"
#include "reactor/loop.h"
#include "tools/sim/trial.h"

namespace sluice::simulate {

// Of one visitor. Outlives its connection.
struct Visit {
  uint32_t number = 0;
  bool listens_first = false;  // says nothing: the server speaks first
  Duration timeout{0};         // of connecting; 0: the kernel's
  TimePoint began, ended;
  std::string received;
  int opens = 0;
  int closes = 0;
  CloseReason reason;
};

// A few hundred bytes at most, the same for the same number.
std::string AnswerTo(uint32_t number);
inline constexpr uint32_t kGreeting = 0;  // the number of whoever listens first

// Connects, with the visit's timeout.
void BeginVisit(Loop& loop, const Endpoint& server, ConnectionLimits limits, Visit& visit);

class Visitor : public Handler {
 public:
  explicit Visitor(Visit& visit) : visit_(visit) {}

  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnClose(Connection& connection, CloseReason reason) override;

 private:
  Visit& visit_;
};

// Whom the server answered. Outlives its loop.
struct GuestBook {
  bool greets = false;  // answers without being asked
  uint64_t opened = 0;
  uint64_t closed = 0;
  std::vector<uint32_t> answered;
};

class Receptionist : public Handler {
 public:
  explicit Receptionist(GuestBook* book) : book_(*book) {}

  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnClose(Connection& connection, CloseReason reason) override;

 private:
  GuestBook& book_;
};

enum class Outcome { kServed, kRefused, kTimedOut, kReset, kSendFailed };

// A violation where a visit did not end in one of these, or not once, or with other bytes than a
// front of its answer, or in good order without all of it.
Outcome CheckVisit(Trial& trial, const Visit& visit);

struct Outcomes {
  uint64_t served = 0, refused = 0, timed_out = 0, reset = 0, send_failed = 0;
};
// Checks and tallies every visit.
Outcomes CheckVisits(Trial& trial, const std::vector<Visit>& visits, const GuestBook& book);

// True where none of the faults that end connections happened.
bool NoFatalFault(Trial& trial);
uint64_t FaultCount(Trial& trial, sim::Fault fault);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_SCENARIOS_VISITS_H_
