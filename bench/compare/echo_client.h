// Load over standing connections, or UDP sockets: each sends `depth` messages, or HTTP requests,
// waits for all of their answers, and sends again.
#ifndef SLUICE_BENCH_COMPARE_ECHO_CLIENT_H_
#define SLUICE_BENCH_COMPARE_ECHO_CLIENT_H_

#include <array>
#include <string>
#include <vector>

#include "bench/compare/hello.h"
#include "bench/compare/load_client.h"
#include "bench/compare/pattern.h"

namespace sluice::compare {

class EchoClient : public LoadClient {
 public:
  explicit EchoClient(const Workload& workload);
  ~EchoClient() override;
  absl::Status Connect(uint16_t port);
  absl::StatusOr<Slice> Run(Duration duration) override;
  absl::Status Pour(size_t bytes) override;
  absl::Status Drain() override;

 private:
  struct Connection {
    int fd = -1;
    uint32_t messages = 0;  // of this slice
    // Positions in the streams: what was asked for is sent up to `asked_for`, and answered up to
    // `wanted`.
    uint64_t received = 0;
    uint64_t sent = 0;
    uint64_t asked_for = 0;
    uint64_t wanted = 0;
    TimePoint asked;
  };

  bool datagrams() const { return workload_.kind == WorkKind::kDatagrams; }
  bool hello() const { return workload_.kind == WorkKind::kHello; }
  absl::Status ConnectOne(Connection& connection, uint32_t index, uint16_t port);
  absl::Status Ask(Connection& connection, uint32_t index, size_t bytes);
  absl::Status Ask(Connection& connection, uint32_t index);
  const char* BytesAt(const Connection& connection, uint32_t index) const;
  absl::Status Push(Connection& connection, uint32_t index);
  absl::Status Serve(uint32_t index);
  // Until nothing is asked for; `duration` since `begin` is the time to stop asking.
  absl::Status ServeAll(TimePoint begin, Duration duration);
  absl::Status Check(const Connection& connection, uint32_t index, size_t size) const;
  absl::Status Answered(Connection& connection, uint32_t index);
  absl::Status NoProgress();

  const Workload workload_;
  const Pattern pattern_;
  const HelloTraffic hello_{Pattern::kChunkMax};
  std::string datagrams_;  // a train of equal ones
  std::vector<Connection> connections_;
  std::array<char, Pattern::kChunkMax> buffer_;
  int epoll_ = -1;
  Slice slice_;
  uint32_t first_ = 0;     // the connection this slice begins with
  uint32_t asking_ = 0;    // connections that wait for answers
  bool stopping_ = false;  // who has its answers does not ask again
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_ECHO_CLIENT_H_
