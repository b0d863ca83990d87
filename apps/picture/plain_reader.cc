#include "apps/picture/plain_reader.h"

#include "apps/picture/part.h"

namespace sluice::picture {

PartVerdict PlainReader::Take(const Endpoint& from, std::string_view datagram, TimePoint now,
                              OnPicture on_picture) {
  if (datagram.empty() || ReadPart(datagram).error != PartError::kForeign) {
    ++counts_.of(PartVerdict::kForeign);
    return PartVerdict::kForeign;
  }
  const SenderKey key{from, 0};
  if (rates_.size() < senders_max_ || rates_.contains(key)) rates_[key].Add(now, datagram.size());
  on_picture({key, counts_.delivered, datagram, false});
  ++counts_.delivered;
  ++counts_.of(PartVerdict::kUsed);
  return PartVerdict::kUsed;
}

std::vector<Sender> PlainReader::senders() const {
  std::vector<Sender> senders;
  for (const auto& [key, rate] : rates_) {
    Counts counts;
    counts.delivered = rate.frames();
    senders.push_back({key, counts, rate});
  }
  SortSenders(senders);
  return senders;
}

}  // namespace sluice::picture
