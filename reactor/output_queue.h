// What a connection has still to send: a chain of chunks from its loop's pool, and of borrowed
// bytes. Empty, it is three words and owns nothing.
#ifndef SLUICE_REACTOR_OUTPUT_QUEUE_H_
#define SLUICE_REACTOR_OUTPUT_QUEUE_H_

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>

#include "absl/types/span.h"

namespace sluice {

// One piece of output. Owned bytes follow the struct in memory; borrowed bytes are elsewhere.
struct OutputChunk {
  OutputChunk* next = nullptr;
  const char* data = nullptr;
  uint32_t begin = 0;     // sent up to here
  uint32_t end = 0;       // filled up to here
  uint32_t capacity = 0;  // 0: borrowed
  char* storage() { return reinterpret_cast<char*>(this + 1); }
};

// Recycles chunks of a few sizes for one loop. What a burst allocated goes back to the system once
// more than kCachedBytesMax lie idle. Outlives every queue that uses it.
class OutputPool {
 public:
  OutputPool() = default;
  ~OutputPool();
  OutputPool(const OutputPool&) = delete;
  OutputPool& operator=(const OutputPool&) = delete;

  OutputChunk* Allocate(size_t capacity);
  void Free(OutputChunk* chunk);

 private:
  // Whole chunks, header included: small answers, gathered ones, bulk.
  static constexpr std::array<size_t, 4> kChunkBytes = {sizeof(OutputChunk), 512, 4096, 65536};
  static constexpr size_t kCachedBytesMax = 4 << 20;

  struct SizeClass {
    OutputChunk* free = nullptr;
  };
  static int ClassOf(size_t chunk_bytes);

  std::array<SizeClass, kChunkBytes.size()> classes_;
  size_t cached_bytes_ = 0;
};

class OutputQueue {
 public:
  explicit OutputQueue(OutputPool& pool) : pool_(&pool) {}
  ~OutputQueue();
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;

  bool empty() const { return bytes_ == 0; }
  size_t bytes() const { return bytes_; }

  void Append(std::string_view bytes);
  void AppendBorrowed(std::string_view bytes);
  // Room for `size` contiguous bytes until Commit; bytes already queued never move.
  char* Reserve(size_t size);
  void Commit(size_t size);

  // Fills `spans` from the front; returns how many are used. The bytes they name stay where they
  // are until Consume passes them or Clear.
  size_t Gather(absl::Span<iovec> spans) const;
  void Consume(size_t count);
  void Clear();

  // What is consumed from here on stays in memory, for a zero-copy send reads it still, until
  // ReleaseLent was called once for this and once for each earlier call.
  void Lend();
  void ReleaseLent();

 private:
  OutputChunk* RoomFor(size_t size);
  void Link(OutputChunk* chunk);
  void PopFront();
  void FreeChain(OutputChunk* chunk);

  OutputPool* pool_;
  OutputChunk* head_ = nullptr;
  OutputChunk* tail_ = nullptr;
  size_t bytes_ = 0;
  uint32_t reserved_ = 0;
  // The chunks consumed since each call of Lend, oldest first; made when first needed.
  std::unique_ptr<std::deque<OutputChunk*>> lent_;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_OUTPUT_QUEUE_H_
