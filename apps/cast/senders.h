// Everybody who was heard, and how well.
#ifndef SLUICE_APPS_CAST_SENDERS_H_
#define SLUICE_APPS_CAST_SENDERS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "apps/cast/packet.h"
#include "apps/cast/sequence_watch.h"
#include "reactor/base/endpoint.h"

namespace sluice::cast {

struct SenderRecord {
  size_t place = 0;  // where it was heard, by its number
  Endpoint endpoint;
  SequenceWatch watch;
  uint64_t plain = 0;       // datagrams without a number
  uint64_t bytes = 0;       // of text
  uint64_t order = 0;       // among all ever heard
  uint64_t last_heard = 0;  // its newest datagram, among all
};

// A sender is an address and port, heard at one place. Addresses are easily forged: beyond
// kSendersMax the one silent for longest is forgotten.
class Senders {
 public:
  static constexpr size_t kSendersMax = 1024;

  SequenceWatch::News Hear(size_t place, const Endpoint& endpoint, const Packet& packet);

  // In the order they were first heard.
  std::vector<const SenderRecord*> all() const;
  uint64_t datagrams() const { return datagrams_; }
  uint64_t forgotten() const { return forgotten_; }

 private:
  using Key = std::pair<size_t, Endpoint>;

  SenderRecord& Find(size_t place, const Endpoint& endpoint);
  void ForgetOne();

  absl::flat_hash_map<Key, SenderRecord> records_;
  uint64_t datagrams_ = 0;
  uint64_t known_ = 0;
  uint64_t forgotten_ = 0;
};

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_SENDERS_H_
