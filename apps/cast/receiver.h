// sluice-cast receive.
#ifndef SLUICE_APPS_CAST_RECEIVER_H_
#define SLUICE_APPS_CAST_RECEIVER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "apps/cast/printer.h"
#include "apps/cast/senders.h"
#include "apps/cast/settings.h"
#include "reactor/loop.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice::cast {

// Hears every place, one socket each, until it has what it was asked for.
class Receiver {
 public:
  Receiver(Loop& loop, const ReceiveSettings& settings);

  absl::Status Start();
  void PrintTotals();
  // After the loop ended: whether it heard as many as asked for.
  absl::Status Result() const;

 private:
  class Ear;

  absl::StatusOr<DatagramSocket*> Open(size_t place);
  void Take(size_t place, absl::Span<const Datagram> batch);
  bool Enough() const;

  Loop& loop_;
  const ReceiveSettings& settings_;
  std::unique_ptr<Printer> printer_;
  Senders senders_;
  uint64_t kernel_drops_ = 0;
  Timer timer_;
};

// Runs it until a signal, --count or --for ends it; returns main's exit code.
int Receive(const ReceiveSettings& settings, const LoopOptions& options);

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_RECEIVER_H_
