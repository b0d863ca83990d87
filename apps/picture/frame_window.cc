#include "apps/picture/frame_window.h"

#include <algorithm>

namespace sluice::picture {

bool FrameWindow::Take(const Part& part, TimePoint now, std::string* picture,
                       PartVerdict* verdict) {
  FrameAssembly* frame = FindOrBegin(part, now, verdict);
  if (frame == nullptr) {
    ++counts_.of(*verdict);
    return false;
  }
  const size_t index = part.header.part;
  *verdict = PartVerdict::kUsed;
  if (!frame->Matches(part.header)) {
    *verdict = PartVerdict::kContradictory;
  } else if (frame->Has(index)) {
    *verdict = PartVerdict::kDuplicate;
  } else if (frame->state() == State::kGivenUp) {
    *verdict = PartVerdict::kLate;
  } else {
    held_bytes_ -= frame->held_bytes();
    if (!frame->Add(index, part.payload)) *verdict = PartVerdict::kSurplus;
    held_bytes_ += frame->held_bytes();
  }
  ++counts_.of(*verdict);
  return *verdict == PartVerdict::kUsed && frame->complete() && Deliver(*frame, picture);
}

void FrameWindow::StartAt(uint64_t sequence) {
  counts_.unseen = counts().unseen;
  known_ = 0;
  started_ = true;
  first_ = newest_ = sequence;
  // A part of an earlier frame may have been overtaken.
  past_ = sequence - std::min<uint64_t>(sequence, kFramesRemembered);
  while (!frames_.empty() && frames_.begin()->first < past_) ForgetOldest();
}

FrameAssembly* FrameWindow::FindOrBegin(const Part& part, TimePoint now, PartVerdict* refused) {
  const uint64_t sequence = part.header.sequence;
  if (!started_) StartAt(sequence);
  if (sequence > newest_ && sequence - newest_ > limits_.sequence_jump_max) {
    if (now - last_ < limits_.frame_age_max) {
      *refused = PartVerdict::kTooFar;
      return nullptr;
    }
    StartAt(sequence);  // a long silence: what was missed cannot be told
  }
  last_ = now;
  if (sequence < past_) {
    *refused = PartVerdict::kLate;
    return nullptr;
  }
  const auto [at, begun] = frames_.try_emplace(sequence, part.header, now);
  if (!begun) return &at->second;
  Begun(sequence);
  if (sequence >= past_) return &at->second;
  *refused = PartVerdict::kLate;  // the oldest of too many
  return nullptr;
}

void FrameWindow::Begun(uint64_t sequence) {
  ++known_;
  ++gathering_;
  held_bytes_ += frames_.at(sequence).held_bytes();
  first_ = std::min(first_, sequence);
  newest_ = std::max(newest_, sequence);
  if (gathering_ > limits_.frames_in_flight_max) {
    for (auto& [number, frame] : frames_) {
      if (frame.state() != State::kGathering) continue;
      GiveUp(frame, counts_.crowded_out);
      break;
    }
  }
  while (frames_.size() > kFramesRemembered) DropFirst();
}

bool FrameWindow::Deliver(FrameAssembly& frame, std::string* picture) {
  const FrameAssembly::Joined joined = frame.Join(picture);
  if (joined == FrameAssembly::Joined::kDamaged) {
    GiveUp(frame, counts_.damaged);
    return false;
  }
  last_repaired_ = joined == FrameAssembly::Joined::kRepaired;
  if (last_repaired_) ++counts_.repaired;
  ++counts_.delivered;
  End(frame, State::kDelivered);
  return true;
}

void FrameWindow::End(FrameAssembly& frame, State state) {
  held_bytes_ -= frame.held_bytes();
  frame.End(state);
  held_bytes_ += frame.held_bytes();
  --gathering_;
}

void FrameWindow::GiveUp(FrameAssembly& frame, uint64_t& reason) {
  ++reason;
  End(frame, State::kGivenUp);
}

void FrameWindow::DropFirst() {
  const auto first = frames_.begin();
  if (first->second.state() == State::kGathering) GiveUp(first->second, counts_.crowded_out);
  past_ = std::max(past_, first->first + 1);
  held_bytes_ -= first->second.held_bytes();
  frames_.erase(first);
}

void FrameWindow::Expire(TimePoint now) {
  if (gathering_ == 0) return;
  for (auto& [sequence, frame] : frames_) {
    if (frame.state() == State::kGathering && now - frame.began() >= limits_.frame_age_max) {
      GiveUp(frame, counts_.expired);
    }
  }
}

bool FrameWindow::ForgetOldest() {
  if (frames_.empty()) return false;
  FrameAssembly& oldest = frames_.begin()->second;
  if (oldest.state() == State::kGathering) GiveUp(oldest, counts_.forgotten);
  DropFirst();
  return true;
}

Counts FrameWindow::counts() const {
  Counts counts = counts_;
  // Of the first frame a part came, or will have: it is being taken.
  if (known_ > 0) counts.unseen += newest_ - first_ + 1 - known_;
  return counts;
}

}  // namespace sluice::picture
