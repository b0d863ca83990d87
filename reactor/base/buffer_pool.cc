#include "reactor/base/buffer_pool.h"

#include <algorithm>

#include "reactor/base/check.h"

namespace sluice::base {

BufferPool::BufferPool(uint32_t blocks, uint32_t block_bytes)
    : block_bytes_(block_bytes),
      room_bytes_min_(block_bytes / 2),
      memory_(std::make_unique_for_overwrite<char[]>(size_t{blocks} * block_bytes)),
      blocks_(blocks) {
  SLUICE_CHECK(blocks > 0 && block_bytes > 0, "a pool needs memory");
  for (uint32_t block = blocks; block > 0; --block) free_.push_back(block - 1);
}

absl::Span<char> BufferPool::Room() {
  if (current_ != kNoBlock && block_bytes_ - blocks_[current_].filled < room_bytes_min_) {
    current_ = kNoBlock;  // Release frees it, since pieces of it are out
  }
  if (current_ == kNoBlock) {
    if (free_.empty()) return {};
    current_ = free_.back();
    free_.pop_back();
    blocks_[current_].filled = 0;
  }
  const uint32_t filled = blocks_[current_].filled;
  return absl::MakeSpan(data(current_) + filled, block_bytes_ - filled);
}

uint32_t BufferPool::Lend(size_t bytes) {
  SLUICE_CHECK(
      current_ != kNoBlock && bytes > 0 && bytes <= block_bytes_ - blocks_[current_].filled,
      "only the room that was offered can be lent");
  Block& block = blocks_[current_];
  block.filled += static_cast<uint32_t>(bytes);
  ++block.lent;
  return current_;
}

void BufferPool::LendAgain(uint32_t index) {
  SLUICE_CHECK(index < blocks_.size() && blocks_[index].lent > 0, "only what is out is lent again");
  ++blocks_[index].lent;
}

void BufferPool::Release(uint32_t index) {
  SLUICE_CHECK(index < blocks_.size() && blocks_[index].lent > 0, "released more than was lent");
  Block& block = blocks_[index];
  if (--block.lent > 0) return;
  block.filled = 0;
  if (index != current_) free_.push_back(index);
}

}  // namespace sluice::base
