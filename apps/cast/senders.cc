#include "apps/cast/senders.h"

#include <algorithm>

namespace sluice::cast {

SequenceWatch::News Senders::Hear(size_t place, const Endpoint& endpoint, const Packet& packet) {
  SenderRecord& record = Find(place, endpoint);
  record.last_heard = ++datagrams_;
  record.bytes += packet.text.size();
  if (packet.number) return record.watch.Hear(*packet.number);
  ++record.plain;
  return {};
}

SenderRecord& Senders::Find(size_t place, const Endpoint& endpoint) {
  const Key key(place, endpoint);
  const auto found = records_.find(key);
  if (found != records_.end()) return found->second;
  if (records_.size() == kSendersMax) ForgetOne();
  SenderRecord& record = records_[key];
  record.order = ++known_;
  record.place = place;
  record.endpoint = endpoint;
  return record;
}

void Senders::ForgetOne() {
  ++forgotten_;
  records_.erase(std::min_element(
      records_.begin(), records_.end(),
      [](const auto& a, const auto& b) { return a.second.last_heard < b.second.last_heard; }));
}

std::vector<const SenderRecord*> Senders::all() const {
  std::vector<const SenderRecord*> records;
  for (const auto& [key, record] : records_) records.push_back(&record);
  std::sort(records.begin(), records.end(),
            [](const auto* a, const auto* b) { return a->order < b->order; });
  return records;
}

}  // namespace sluice::cast
