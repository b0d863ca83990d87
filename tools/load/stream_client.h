// One TCP or unix-domain connection to an echo server: checks every byte that comes back.
#ifndef SLUICE_TOOLS_LOAD_STREAM_CLIENT_H_
#define SLUICE_TOOLS_LOAD_STREAM_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tools/load/connection_client.h"
#include "tools/load/frame.h"

namespace sluice::load {

class StreamClient : public ConnectionClient {
 public:
  // `connection`: its number in the run.
  StreamClient(Driver& driver, uint32_t connection);

  size_t OnData(Connection& connection, std::string_view bytes) override;

 private:
  size_t request_bytes() const override;
  void SendRequest(Connection& connection) override;
  void FailMismatch(Connection& connection, size_t matched_bytes, std::string_view bytes);

  FrameWriter writer_;
  FrameChecker checker_;
  uint64_t unanswered_bytes_ = 0;  // sent and not come back
  uint64_t received_bytes_ = 0;
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_STREAM_CLIENT_H_
