// What a connection has still to send: a chain of chunks from its loop's pool, of borrowed bytes,
// of received ones that were retained where they are, and of ranges of files. Empty, it is three
// words and owns nothing.
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
#include "reactor/backend/backend.h"
#include "reactor/base/shared_file.h"

namespace sluice {

// Of a file, not sent yet.
struct FileRange {
  SharedFile file;
  uint64_t offset = 0;
  uint64_t length = 0;
};

// One piece of output. Owned bytes follow the struct in memory, as a FileRange does; borrowed and
// retained bytes are elsewhere.
struct OutputChunk {
  OutputChunk* next = nullptr;
  const char* data = nullptr;     // nullptr: a range of a file
  uint32_t begin = 0;             // sent up to here
  uint32_t end = 0;               // filled up to here
  uint32_t capacity = 0;          // of what follows the struct; 0: borrowed or retained
  BufferId retained = kNoBuffer;  // that holds the bytes
  char* storage() { return reinterpret_cast<char*>(this + 1); }
  size_t unsent() const { return end - begin; }
  size_t room() { return data == storage() ? capacity - end : 0; }
  FileRange* range() { return data == nullptr ? reinterpret_cast<FileRange*>(storage()) : nullptr; }
};

// Recycles chunks of a few sizes for one loop. What a burst allocated goes back to the system once
// more than kCachedBytesMax lie idle. Outlives every queue that uses it; the backend, to which
// retained buffers go back, outlives it.
class OutputPool {
 public:
  explicit OutputPool(Backend& backend) : backend_(backend) {}
  ~OutputPool();
  OutputPool(const OutputPool&) = delete;
  OutputPool& operator=(const OutputPool&) = delete;

  OutputChunk* Allocate(size_t capacity);
  void Free(OutputChunk* chunk);

 private:
  // Whole chunks, header included: small answers, gathered ones, bulk.
  static constexpr std::array<size_t, 4> kChunkBytes = {sizeof(OutputChunk), 512, 4096, 65536};
  static constexpr size_t kCachedBytesMax = 1 << 20;

  struct SizeClass {
    OutputChunk* free = nullptr;
  };
  static int ClassOf(size_t chunk_bytes);
  static void FreeMemory(OutputChunk* chunk, size_t chunk_bytes);

  Backend& backend_;
  std::array<SizeClass, kChunkBytes.size()> classes_;
  size_t cached_bytes_ = 0;
};

// Every call that allocates or frees names the pool, always the same one.
class OutputQueue {
 public:
  OutputQueue() = default;
  ~OutputQueue();  // empty, and nothing lent
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;

  static constexpr size_t kBytesMax = UINT32_MAX;
  // A range of a file holds no memory: it counts as its unsent bytes, and as at most these.
  static constexpr size_t kFileBytesCounted = 64 << 10;

  bool empty() const { return bytes_ == 0; }
  size_t bytes() const { return bytes_; }
  static size_t CountedBytes(uint64_t file_bytes) {
    return file_bytes < kFileBytesCounted ? file_bytes : kFileBytesCounted;
  }

  // Together never more than kBytesMax.
  void Append(OutputPool& pool, std::string_view bytes);
  void AppendBorrowed(OutputPool& pool, std::string_view bytes);
  // Bytes within a receive buffer, which is released when they are sent.
  void AppendRetained(OutputPool& pool, std::string_view bytes, BufferId buffer);
  void AppendFile(OutputPool& pool, FileRange range);
  // Room for `size` contiguous bytes until Commit; bytes already queued never move.
  char* Reserve(OutputPool& pool, size_t size);
  void Commit(size_t size);

  // What is next when it is of a file; otherwise nullptr, and Gather has it.
  const FileRange* NextFile() const;
  // Fills `spans` from the front, up to the first file; returns how many are used, and whether a
  // file comes behind them. The bytes they name stay where they are until Consume passes them,
  // CopyRetained or Clear.
  struct Gathered {
    size_t spans = 0;
    bool file_follows = false;
  };
  Gathered Gather(absl::Span<iovec> spans) const;
  // From the front: bytes that were gathered, or of NextFile().
  void Consume(OutputPool& pool, size_t count);
  // Gives back every receive buffer: what is unsent of it is copied.
  void CopyRetained(OutputPool& pool);
  void Clear(OutputPool& pool);

  // What is consumed from here on stays in memory, for a zero-copy send reads it still, until
  // ReleaseLent was called once for this and once for each earlier call.
  void Lend();
  void ReleaseLent(OutputPool& pool);
  void ReleaseAllLent(OutputPool& pool);

 private:
  OutputChunk* head() const { return tail_ == nullptr ? nullptr : tail_->next; }
  OutputChunk* FirstUnsent() const;
  OutputChunk* RoomFor(OutputPool& pool, size_t size);
  void ConsumeOfFile(OutputPool& pool, size_t count);
  void Link(OutputChunk* chunk);
  void PopFront(OutputPool& pool);
  void Retire(OutputPool& pool, OutputChunk* chunk);

  OutputChunk* tail_ = nullptr;  // whose next is the head
  // The chunks consumed since each call of Lend, oldest first; made when first needed.
  std::unique_ptr<std::deque<OutputChunk*>> lent_;
  uint32_t bytes_ = 0;
  uint32_t reserved_ = 0;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_OUTPUT_QUEUE_H_
