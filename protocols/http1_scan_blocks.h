// The loops of every Http1Scan, over what a processor says of a block. Instantiated once a file
// with a type of that file alone: the code is then that file's own, compiled for its instructions.
//
// A Block has:
//   static constexpr size_t kLaneBytes;                 a power of two, 8 to 64
//   static Http1Masks Lane(const char* bytes);          of kLaneBytes, inline: what is not asked
//                                                       for is then not computed
//   static Http1Masks Short(const char* bytes, size);   of 1 to kLaneBytes - 1
//   static uint64_t Tabs(const char* bytes);            of kLaneBytes
//   static uint64_t NotPlainTarget(const char* bytes, size);  of kLaneBytes
//   static uint64_t NotHost(const char* bytes, size);         of kLaneBytes
//   static constexpr bool kFindsInShort;                those two take 1 to kLaneBytes - 1, too
//   static void LineEnds(ends, at, out);                see AppendLineEnds
// A mask has a bit a byte, the first byte's lowest.
#ifndef SLUICE_PROTOCOLS_HTTP1_SCAN_BLOCKS_H_
#define SLUICE_PROTOCOLS_HTTP1_SCAN_BLOCKS_H_

#include <cstddef>
#include <cstdint>

#include "protocols/http1_bytes.h"
#include "protocols/http1_scan.h"

namespace sluice::http1 {

// Adds what stands `at` bytes behind the first one of `block`.
[[gnu::always_inline]] inline void AddLane(const Http1Masks& lane, size_t at, Http1Masks* block) {
  block->carriage_return |= lane.carriage_return << at;
  block->control |= lane.control << at;
  block->not_token |= lane.not_token << at;
  block->not_plain_target |= lane.not_plain_target << at;
  block->not_host |= lane.not_host << at;
}

template <class Block>
[[gnu::always_inline]] inline Http1Masks FullBlock(const char* bytes) {
  Http1Masks block = Block::Lane(bytes);
  for (size_t at = Block::kLaneBytes; at < 64; at += Block::kLaneBytes) {
    AddLane(Block::Lane(bytes + at), at, &block);
  }
  return block;
}

// 1 to 63 bytes; the bits of what is not there are zero.
template <class Block>
[[gnu::always_inline]] inline Http1Masks ShortBlock(const char* bytes, size_t size) {
  constexpr size_t kLane = Block::kLaneBytes;
  if (size < kLane) return Block::Short(bytes, size);
  Http1Masks block{};
  const size_t last_at = size - kLane;
  for (size_t at = 0; at < last_at; at += kLane) AddLane(Block::Lane(bytes + at), at, &block);
  // Overlaps the lane before: bits agree.
  AddLane(Block::Lane(bytes + last_at), last_at, &block);
  return block;
}

// The bytes from `at` on, up to 64.
template <class Block>
[[gnu::always_inline]] inline Http1Masks BlockAt(const char* bytes, size_t size, size_t at) {
  if (size - at >= 64) return FullBlock<Block>(bytes + at);
  if (size < 64) return ShortBlock<Block>(bytes, size);
  // The last 64 bytes, without those of the block before.
  const size_t known = 64 - (size - at);
  Http1Masks block = FullBlock<Block>(bytes + size - 64);
  block.carriage_return >>= known;
  block.control >>= known;
  block.not_token >>= known;
  block.not_plain_target >>= known;
  block.not_host >>= known;
  return block;
}

template <class Block>
void LookIn(const char* bytes, size_t size, Http1Masks* masks) {
  *masks = BlockAt<Block>(bytes, size, 0);
}

[[gnu::always_inline]] inline uint64_t TabsOf(const char* bytes, size_t size) {
  uint64_t tabs = 0;
  for (size_t i = 0; i < size && i < 64; ++i) tabs |= uint64_t{bytes[i] == '\t'} << i;
  return tabs;
}

// Writes `at` plus the places of the set bits. Without a branch up to a batch, since how many lines
// end in a block is what no processor can foresee; what is behind the last one means nothing.
[[gnu::always_inline]] inline void AppendLineEnds(uint64_t ends, size_t at, uint16_t* out) {
  constexpr size_t kBatch = 4;
  static_assert(kBatch <= Http1Index::kBatchMax);
  do {
    for (size_t i = 0; i < kBatch; ++i) {
      const int place = __builtin_ctzll(ends | (uint64_t{1} << 63));
      out[i] = static_cast<uint16_t>(at + static_cast<size_t>(place));
      ends &= ends - 1;
    }
    out += kBatch;
  } while (ends != 0);
}

template <class Block>
void IndexBlocks(const char* bytes, size_t size, Http1Index* index) {
  if (size > Http1Index::kBytesMax) size = Http1Index::kBytesMax;
  size_t line_ends = 0;
  size_t at = 0;
  // A line starts at `bytes`: as if a CR had stood two bytes before, for finding empty lines.
  uint64_t before = uint64_t{1} << 62;  // the CRs of the block before
  do {
    Http1Masks block = BlockAt<Block>(bytes, size, at);
    index->not_token[at / 64] = block.not_token;
    const uint64_t after_return = (block.carriage_return << 1) | (before >> 63);
    uint64_t stray = (block.control & ~(block.carriage_return | after_return)) |
                     (block.carriage_return & after_return);
    if (stray != 0) [[unlikely]] {
      stray &= ~TabsOf(bytes + at, size - at);
      if (stray != 0) {
        const auto first = static_cast<size_t>(__builtin_ctzll(stray));
        const uint64_t ends = block.carriage_return & ((uint64_t{1} << first) - 1);
        Block::LineEnds(ends, at, index->line_end + line_ends);
        index->line_ends = line_ends + static_cast<size_t>(__builtin_popcountll(ends));
        index->stray_control = at + first;
        index->not_token[at / 64 + 1] = 0;
        index->looked_bytes = at + first + 1;
        return;
      }
    }
    Block::LineEnds(block.carriage_return, at, index->line_end + line_ends);
    line_ends += static_cast<size_t>(__builtin_popcountll(block.carriage_return));
    const uint64_t empty_line =
        block.carriage_return & ((block.carriage_return << 2) | (before >> 62));
    before = block.carriage_return;
    at += 64;
    if (empty_line != 0) break;
  } while (at < size);
  index->not_token[at / 64] = 0;
  index->line_ends = line_ends;
  index->looked_bytes = at < size ? at : size;
  index->stray_control = index->looked_bytes;
}

template <class Block>
size_t FindControlIn(const char* bytes, size_t size) {
  constexpr size_t kLane = Block::kLaneBytes;
  size_t at = 0;
  for (; at + kLane <= size; at += kLane) {
    uint64_t controls = Block::Lane(bytes + at).control;
    if (controls == 0) [[likely]]
      continue;
    controls &= ~Block::Tabs(bytes + at);
    if (controls != 0) return at + static_cast<size_t>(__builtin_ctzll(controls));
  }
  while (at < size && !Is(kControl, bytes[at])) ++at;
  return at;
}

// The first byte that `not_in` has in its mask, or that is not of `byte_class`, which is the same.
template <class Block, uint64_t (*not_in)(const char*, size_t), ByteClass byte_class>
size_t FindNotIn(const char* bytes, size_t size) {
  constexpr size_t kLane = Block::kLaneBytes;
  size_t at = 0;
  for (; at + kLane <= size; at += kLane) {
    const uint64_t stops = not_in(bytes + at, kLane);
    if (stops != 0) return at + static_cast<size_t>(__builtin_ctzll(stops));
  }
  if (at == size) return size;
  if (Block::kFindsInShort) {
    const uint64_t stops = not_in(bytes + at, size - at);
    return stops == 0 ? size : at + static_cast<size_t>(__builtin_ctzll(stops));
  }
  if (size >= kLane) {  // the last lane, overlapping what is known to be in the set
    const uint64_t stops = not_in(bytes + size - kLane, kLane);
    return stops == 0 ? size : size - kLane + static_cast<size_t>(__builtin_ctzll(stops));
  }
  while (at < size && Is(byte_class, bytes[at])) ++at;
  return at;
}

template <class Block>
constexpr Http1Scan ScanOf(const char* name) {
  return {name,
          LookIn<Block>,
          IndexBlocks<Block>,
          FindControlIn<Block>,
          FindNotIn<Block, Block::NotPlainTarget, kPlainTarget>,
          FindNotIn<Block, Block::NotHost, kHostByte>};
}

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_SCAN_BLOCKS_H_
