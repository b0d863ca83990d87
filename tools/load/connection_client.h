// What every connection of a load run does, whatever it speaks: keeps requests under way, takes the
// times, notices what ends it.
#ifndef SLUICE_TOOLS_LOAD_CONNECTION_CLIENT_H_
#define SLUICE_TOOLS_LOAD_CONNECTION_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "reactor/connection.h"
#include "reactor/handler.h"
#include "tools/load/client.h"
#include "tools/load/results.h"

namespace sluice::load {

class Driver;

class ConnectionClient : public Handler, public Client {
 public:
  // `connection`: its number in the run.
  ConnectionClient(Driver& driver, uint32_t connection);

  // `self` is this client.
  void Start(std::unique_ptr<ConnectionClient> self);

  void OnOpen(Connection& connection) override;
  void OnEnd(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;
  void OnStop(Connection& connection) override;

  void SendMore() override;
  void CheckTimeouts(TimePoint now) override;
  void Finish() override;

 protected:
  virtual size_t request_bytes() const = 0;
  // Puts one request, of that size, into the output.
  virtual void SendRequest(Connection& connection) = 0;

  // The oldest request under way is answered, with so many bytes that count.
  void Answered(uint64_t bytes);
  // Behind the last Answered of what was received: sends what the phase wants now.
  void GoOn(Connection& connection);
  void SendTo(Connection& connection, uint32_t requests);
  // The first failure counts; nothing behind it does.
  void Fail(Connection& connection, Failure failure, const std::string& detail);
  Driver& driver_;
  const uint32_t number_;
  TimePoint started_;
  bool ready_ = false;
  bool closing_ = false;  // by us, and no failure
  bool failed_ = false;   // counted already
  uint32_t under_way_ = 0;
  uint32_t owed_ = 0;  // taken by the one whose place this takes, and to be sent again

 private:
  void Put(Connection& connection, uint32_t requests);
  void Close(Connection& connection);

  ConnectionId id_;
  std::vector<TimePoint> sent_at_;  // a ring of the requests under way
  uint32_t oldest_ = 0;
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_CONNECTION_CLIENT_H_
