// One TCP or unix-domain connection of a load run: keeps requests under way and checks every byte
// that comes back.
#ifndef SLUICE_TOOLS_LOAD_STREAM_CLIENT_H_
#define SLUICE_TOOLS_LOAD_STREAM_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/connection.h"
#include "reactor/handler.h"
#include "tools/load/client.h"
#include "tools/load/frame.h"
#include "tools/load/results.h"

namespace sluice::load {

class Driver;

class StreamClient : public Handler, public Client {
 public:
  // `connection`: its number in the run.
  StreamClient(Driver& driver, uint32_t connection);

  // `self` is this client.
  void Start(std::unique_ptr<StreamClient> self);

  void OnOpen(Connection& connection) override;
  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnEnd(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;
  void OnStop(Connection& connection) override;

  void SendMore() override;
  void CheckTimeouts(TimePoint now) override;
  void Finish() override;

 private:
  void SendTo(Connection& connection, uint32_t requests);
  void Answered(Connection& connection, size_t frames);
  void FailMismatch(Connection& connection, size_t matched_bytes, std::string_view bytes);
  void Fail(Connection& connection, Failure failure, const std::string& detail);
  void Close(Connection& connection);

  Driver& driver_;
  const uint32_t number_;
  FrameWriter writer_;
  FrameChecker checker_;
  ConnectionId id_;
  TimePoint started_;
  bool ready_ = false;
  bool closing_ = false;           // by us, and no failure
  bool failed_ = false;            // counted already
  uint64_t unanswered_bytes_ = 0;  // sent and not come back
  uint64_t received_bytes_ = 0;
  std::vector<TimePoint> sent_at_;  // a ring of the requests under way
  uint32_t oldest_ = 0;
  uint32_t under_way_ = 0;
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_STREAM_CLIENT_H_
