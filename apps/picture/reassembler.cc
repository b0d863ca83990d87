#include "apps/picture/reassembler.h"

#include <algorithm>
#include <utility>

namespace sluice::picture {
namespace {

PartVerdict VerdictOf(PartError error) {
  switch (error) {
    case PartError::kForeign:
      return PartVerdict::kForeign;
    case PartError::kCorrupt:
      return PartVerdict::kCorrupt;
    case PartError::kImpossible:
      return PartVerdict::kImpossible;
    case PartError::kNone:
      break;
  }
  return PartVerdict::kUsed;
}

Endpoint HostOf(Endpoint endpoint) {
  if (endpoint.is_ip()) endpoint.set_port(0);
  return endpoint;
}

size_t CountOf(const absl::flat_hash_map<Endpoint, size_t>& counts, const Endpoint& of) {
  const auto found = counts.find(of);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

absl::Status ReassemblyLimits::Check() const {
  // What a part costs beside its payload is a small part of it, unless the parts are tiny.
  if (held_bytes_max / 2 >= frame_bytes_max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a frame of " + std::to_string(frame_bytes_max) + " bytes would hardly fit into " +
      std::to_string(held_bytes_max) + ": give at least twice as much memory as a frame may have");
}

PartVerdict Reassembler::Take(const Endpoint& from, std::string_view datagram, TimePoint now,
                              OnPicture on_picture) {
  const Part part = ReadPart(datagram);
  if (part.error != PartError::kNone) return Refuse(VerdictOf(part.error));
  if (part.header.shape.frame_bytes > limits_.frame_bytes_max) {
    return Refuse(PartVerdict::kTooLarge);
  }
  const SenderKey key{from, part.header.stream};
  Entry* entry = FindOrAdd(key, now);
  if (entry == nullptr) return Refuse(PartVerdict::kNoRoom);
  FrameWindow& window = entry->window;
  held_bytes_ -= window.held_bytes();
  PartVerdict verdict = PartVerdict::kUsed;
  const bool whole = window.Take(part, now, &picture_, &verdict);
  held_bytes_ += window.held_bytes();
  if (whole) {
    entry->rate.Add(now, picture_.size());
    on_picture({key, part.header.sequence, picture_, window.repaired()});
  }
  KeepWithinMemory();
  return verdict;
}

PartVerdict Reassembler::Refuse(PartVerdict verdict) {
  ++gone_.of(verdict);
  return verdict;
}

Reassembler::Entry* Reassembler::FindOrAdd(const SenderKey& key, TimePoint now) {
  auto at = entries_.find(key);
  if (at == entries_.end()) {
    if (entries_.size() >= limits_.senders_max && !MakeRoom(key.from, now)) return nullptr;
    at = entries_.try_emplace(key, limits_.window).first;
    ++streams_of_sender_[key.from];
    ++streams_of_host_[HostOf(key.from)];
    ++senders_seen_;
  }
  at->second.last = now;
  return &at->second;
}

// Forgets the sender that has been silent for longest, if that is long enough; or one of somebody
// who holds more streams than the new one's host, or socket, then would: stream numbers cost
// nothing. Otherwise those that do send are never pushed out by others, however many.
bool Reassembler::MakeRoom(const Endpoint& from, TimePoint now) {
  auto leaves =
      std::min_element(entries_.begin(), entries_.end(),
                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
  if (leaves == entries_.end() || now - leaves->second.last < limits_.sender_idle) {
    leaves = OldestOfCrowd(from);
  }
  if (leaves == entries_.end()) return false;
  FrameWindow& window = leaves->second.window;
  window.Expire(kNever);
  held_bytes_ -= window.held_bytes();
  gone_.Add(window.counts());
  const Endpoint left = leaves->first.from;
  entries_.erase(leaves);
  if (--streams_of_sender_[left] == 0) streams_of_sender_.erase(left);
  if (--streams_of_host_[HostOf(left)] == 0) streams_of_host_.erase(HostOf(left));
  return true;
}

Reassembler::Entries::iterator Reassembler::OldestOfCrowd(const Endpoint& from) {
  const size_t by_host = CountOf(streams_of_host_, HostOf(from)) + 1;
  const size_t by_sender = CountOf(streams_of_sender_, from) + 1;
  auto found = entries_.end();
  std::pair<size_t, size_t> most{0, 0};
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    const Endpoint& other = at->first.from;
    const std::pair streams(CountOf(streams_of_host_, HostOf(other)),
                            CountOf(streams_of_sender_, other));
    const bool neighbour = HostOf(other) == HostOf(from);
    if (neighbour ? streams.second <= by_sender : streams.first <= by_host) continue;
    const bool older = streams == most && at->second.last < found->second.last;
    if (streams <= most && !older) continue;
    found = at;
    most = streams;
  }
  return found;
}

void Reassembler::KeepWithinMemory() {
  while (held_bytes_ > limits_.held_bytes_max) {
    const auto most =
        std::max_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
          return a.second.window.held_bytes() < b.second.window.held_bytes();
        });
    FrameWindow& window = most->second.window;
    held_bytes_ -= window.held_bytes();
    window.ForgetOldest();
    held_bytes_ += window.held_bytes();
  }
}

void Reassembler::Expire(TimePoint now) {
  for (auto& [key, entry] : entries_) {
    held_bytes_ -= entry.window.held_bytes();
    entry.window.Expire(now);
    held_bytes_ += entry.window.held_bytes();
  }
}

size_t Reassembler::gathering() const {
  size_t frames = 0;
  for (const auto& [key, entry] : entries_) frames += entry.window.gathering();
  return frames;
}

std::vector<Sender> Reassembler::senders() const {
  std::vector<Sender> senders;
  for (const auto& [key, entry] : entries_) {
    senders.push_back({key, entry.window.counts(), entry.rate});
  }
  SortSenders(senders);
  return senders;
}

Counts Reassembler::totals() const {
  Counts totals = gone_;
  for (const auto& [key, entry] : entries_) totals.Add(entry.window.counts());
  return totals;
}

}  // namespace sluice::picture
