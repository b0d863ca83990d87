// Receive memory of one loop: a few blocks, filled front to back and lent out piece by piece. A
// block starts over when the last of its pieces came back, so that small messages stay in the same
// warm cache lines, and an idle connection holds nothing.
#ifndef SLUICE_REACTOR_BASE_BUFFER_POOL_H_
#define SLUICE_REACTOR_BASE_BUFFER_POOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"

namespace sluice::base {

class BufferPool {
 public:
  BufferPool(uint32_t blocks, uint32_t block_bytes);

  // Where to receive next; empty when every block is lent out. Valid until Lend.
  absl::Span<char> Room();
  // The first `bytes` of Room are lent out, under the number of their block.
  uint32_t Lend(size_t bytes);
  // A piece that is out is to be released once more.
  void LendAgain(uint32_t block);
  // Once for every Lend and LendAgain.
  void Release(uint32_t block);

  bool exhausted() { return Room().empty(); }
  char* data(uint32_t block) { return memory_.get() + size_t{block} * block_bytes_; }

 private:
  static constexpr uint32_t kNoBlock = UINT32_MAX;
  struct Block {
    uint32_t filled = 0;
    uint32_t lent = 0;  // pieces out
  };

  const uint32_t block_bytes_;
  const uint32_t room_bytes_min_;  // less room than this at the end of a block is not used
  std::unique_ptr<char[]> memory_;
  std::vector<Block> blocks_;
  std::vector<uint32_t> free_;
  uint32_t current_ = kNoBlock;
};

}  // namespace sluice::base

#endif  // SLUICE_REACTOR_BASE_BUFFER_POOL_H_
