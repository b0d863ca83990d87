#include "reactor/output_queue.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "reactor/base/check.h"

namespace sluice {

namespace {

// Output that has grown past this gets bulk chunks: fewer spans a send.
constexpr size_t kBulkBytes = 4096;

}  // namespace

OutputPool::~OutputPool() {
  for (SizeClass& size_class : classes_) {
    while (OutputChunk* chunk = size_class.free) {
      size_class.free = chunk->next;
      ::operator delete(chunk);
    }
  }
}

// The smallest class that holds a chunk of this size, or -1: too large to pool.
int OutputPool::ClassOf(size_t chunk_bytes) {
  for (size_t i = 0; i < kChunkBytes.size(); ++i) {
    if (chunk_bytes <= kChunkBytes[i]) return static_cast<int>(i);
  }
  return -1;
}

OutputChunk* OutputPool::Allocate(size_t capacity) {
  const int index = ClassOf(sizeof(OutputChunk) + capacity);
  const size_t chunk_bytes = index < 0 ? sizeof(OutputChunk) + capacity : kChunkBytes[index];
  void* memory = nullptr;
  if (index >= 0 && classes_[index].free != nullptr) {
    OutputChunk* chunk = classes_[index].free;
    classes_[index].free = chunk->next;
    cached_bytes_ -= chunk_bytes;
    memory = chunk;
  } else {
    memory = ::operator new(chunk_bytes);
  }
  auto* chunk = new (memory) OutputChunk;
  chunk->capacity = static_cast<uint32_t>(chunk_bytes - sizeof(OutputChunk));
  chunk->data = chunk->storage();
  return chunk;
}

void OutputPool::Free(OutputChunk* chunk) {
  if (chunk->retained != kNoBuffer) backend_.ReleaseBuffer(chunk->retained);
  if (FileRange* range = chunk->range()) range->~FileRange();
  const size_t chunk_bytes = sizeof(OutputChunk) + chunk->capacity;
  const int index = ClassOf(chunk_bytes);
  if (index < 0 || cached_bytes_ + chunk_bytes > kCachedBytesMax) {
    FreeMemory(chunk, chunk_bytes);
    return;
  }
  chunk->next = classes_[index].free;
  classes_[index].free = chunk;
  cached_bytes_ += chunk_bytes;
}

// The heap keeps what is freed in its middle, and after a burst nearly everything is: the pages of
// large chunks go back to the system before (madvise(2)).
void OutputPool::FreeMemory(OutputChunk* chunk, size_t chunk_bytes) {
  constexpr size_t kDroppedBytesMin = 65536;
  if (chunk_bytes >= kDroppedBytesMin) {
    static const auto kPageBytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<uintptr_t>(chunk);
    const uintptr_t first = (begin + kPageBytes - 1) & ~(kPageBytes - 1);
    const uintptr_t end = (begin + chunk_bytes) & ~(kPageBytes - 1);
    madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
  }
  ::operator delete(chunk);
}

void OutputQueue::Link(OutputChunk* chunk) {
  if (tail_ == nullptr) {
    chunk->next = chunk;
  } else {
    chunk->next = tail_->next;
    tail_->next = chunk;
  }
  tail_ = chunk;
}

// The tail with at least `size` bytes free, or a new one.
OutputChunk* OutputQueue::RoomFor(OutputPool& pool, size_t size) {
  if (tail_ != nullptr && tail_->room() >= size) return tail_;
  const size_t wanted = bytes_ >= kBulkBytes ? std::max(size, kBulkBytes) : size;
  Link(pool.Allocate(wanted));
  return tail_;
}

void OutputQueue::Append(OutputPool& pool, std::string_view bytes) {
  SLUICE_CHECK(reserved_ == 0, "Commit is due before more output");
  SLUICE_CHECK(bytes.size() <= kBytesMax - bytes_, "output is counted in 32 bits");
  if (tail_ != nullptr && tail_->room() > 0) {
    const size_t fits = std::min(bytes.size(), tail_->room());
    std::memcpy(tail_->storage() + tail_->end, bytes.data(), fits);
    tail_->end += static_cast<uint32_t>(fits);
    bytes_ += static_cast<uint32_t>(fits);
    bytes.remove_prefix(fits);
  }
  if (bytes.empty()) return;
  OutputChunk* chunk = RoomFor(pool, bytes.size());
  std::memcpy(chunk->storage() + chunk->end, bytes.data(), bytes.size());
  chunk->end += static_cast<uint32_t>(bytes.size());
  bytes_ += static_cast<uint32_t>(bytes.size());
}

void OutputQueue::AppendBorrowed(OutputPool& pool, std::string_view bytes) {
  AppendRetained(pool, bytes, kNoBuffer);
}

void OutputQueue::AppendRetained(OutputPool& pool, std::string_view bytes, BufferId buffer) {
  SLUICE_CHECK(reserved_ == 0, "Commit is due before more output");
  SLUICE_CHECK(bytes.size() <= kBytesMax - bytes_, "output is counted in 32 bits");
  if (bytes.empty()) return;
  OutputChunk* chunk = pool.Allocate(0);
  chunk->capacity = 0;
  chunk->retained = buffer;
  chunk->data = bytes.data();
  chunk->end = static_cast<uint32_t>(bytes.size());
  Link(chunk);
  bytes_ += static_cast<uint32_t>(bytes.size());
}

void OutputQueue::AppendFile(OutputPool& pool, FileRange range) {
  SLUICE_CHECK(reserved_ == 0, "Commit is due before more output");
  if (range.length == 0) return;
  const auto counted = static_cast<uint32_t>(CountedBytes(range.length));
  SLUICE_CHECK(counted <= kBytesMax - bytes_, "output is counted in 32 bits");
  OutputChunk* chunk = pool.Allocate(sizeof(FileRange));
  static_assert(alignof(FileRange) <= alignof(OutputChunk));
  new (chunk->storage()) FileRange(std::move(range));
  chunk->data = nullptr;
  chunk->end = counted;
  Link(chunk);
  bytes_ += counted;
}

char* OutputQueue::Reserve(OutputPool& pool, size_t size) {
  SLUICE_CHECK(reserved_ == 0, "Commit is due before the next Reserve");
  SLUICE_CHECK(size > 0 && size <= UINT32_MAX / 2, "Reserve takes 1 byte to 2 GiB");
  OutputChunk* chunk = RoomFor(pool, size);
  reserved_ = static_cast<uint32_t>(size);
  return chunk->storage() + chunk->end;
}

void OutputQueue::Commit(size_t size) {
  SLUICE_CHECK(size <= reserved_, "Commit keeps at most what was reserved");
  SLUICE_CHECK(size <= kBytesMax - bytes_, "output is counted in 32 bits");
  tail_->end += static_cast<uint32_t>(size);
  bytes_ += static_cast<uint32_t>(size);
  reserved_ = 0;
}

// The first chunk with something to send; one that was reserved and never filled has nothing.
OutputChunk* OutputQueue::FirstUnsent() const {
  if (bytes_ == 0) return nullptr;
  OutputChunk* chunk = head();
  while (chunk->unsent() == 0) chunk = chunk->next;
  return chunk;
}

const FileRange* OutputQueue::NextFile() const {
  OutputChunk* chunk = FirstUnsent();
  return chunk == nullptr ? nullptr : chunk->range();
}

OutputQueue::Gathered OutputQueue::Gather(absl::Span<iovec> spans) const {
  size_t used = 0;
  size_t left = bytes_;
  for (OutputChunk* chunk = head(); left > 0 && used < spans.size(); chunk = chunk->next) {
    const size_t here = chunk->unsent();
    if (here == 0) continue;
    if (chunk->range() != nullptr) return {used, /*file_follows=*/true};
    spans[used].iov_base = const_cast<char*>(chunk->data + chunk->begin);
    spans[used].iov_len = here;
    left -= here;
    ++used;
  }
  return {used, /*file_follows=*/false};
}

void OutputQueue::ConsumeOfFile(OutputPool& pool, size_t count) {
  OutputChunk* chunk = FirstUnsent();
  while (head() != chunk) PopFront(pool);  // reserved and never filled
  FileRange& range = *chunk->range();
  SLUICE_CHECK(count <= range.length, "only bytes that are there can be sent");
  range.offset += count;
  range.length -= count;
  const auto counted = static_cast<uint32_t>(CountedBytes(range.length));
  bytes_ -= chunk->end - counted;
  chunk->end = counted;
  if (counted == 0) PopFront(pool);
  if (bytes_ == 0 && reserved_ == 0) Clear(pool);
}

void OutputQueue::Consume(OutputPool& pool, size_t count) {
  if (NextFile() != nullptr) return ConsumeOfFile(pool, count);
  SLUICE_CHECK(count <= bytes_, "only bytes that are there can be sent");
  bytes_ -= static_cast<uint32_t>(count);
  while (count > 0) {
    OutputChunk* first = head();
    const size_t here = std::min<size_t>(count, first->end - first->begin);
    first->begin += static_cast<uint32_t>(here);
    count -= here;
    if (first->begin == first->end && (first != tail_ || reserved_ == 0)) PopFront(pool);
  }
  if (bytes_ == 0 && reserved_ == 0) Clear(pool);  // a chunk reserved and never filled
}

void OutputQueue::CopyRetained(OutputPool& pool) {
  if (tail_ == nullptr) return;
  OutputChunk* before = tail_;
  do {
    OutputChunk* chunk = before->next;
    if (chunk->retained != kNoBuffer) {
      const std::string_view unsent(chunk->data + chunk->begin, chunk->end - chunk->begin);
      OutputChunk* copy = pool.Allocate(unsent.size());
      std::memcpy(copy->storage(), unsent.data(), unsent.size());
      copy->end = static_cast<uint32_t>(unsent.size());
      copy->next = chunk == before ? copy : chunk->next;
      before->next = copy;
      if (tail_ == chunk) tail_ = copy;
      Retire(pool, chunk);
      chunk = copy;
    }
    before = chunk;
  } while (before != tail_);
}

void OutputQueue::PopFront(OutputPool& pool) {
  OutputChunk* chunk = head();
  if (chunk == tail_) {
    tail_ = nullptr;
  } else {
    tail_->next = chunk->next;
  }
  Retire(pool, chunk);
}

// Out of the chain; a zero-copy send may read it still.
void OutputQueue::Retire(OutputPool& pool, OutputChunk* chunk) {
  if (lent_ == nullptr || lent_->empty()) {
    pool.Free(chunk);
    return;
  }
  chunk->next = lent_->back();
  lent_->back() = chunk;
}

void OutputQueue::Lend() {
  if (lent_ == nullptr) lent_ = std::make_unique<std::deque<OutputChunk*>>();
  lent_->push_back(nullptr);
}

void OutputQueue::ReleaseLent(OutputPool& pool) {
  SLUICE_CHECK(lent_ != nullptr && !lent_->empty(), "only what was lent is released");
  OutputChunk* chunk = lent_->front();
  while (chunk != nullptr) pool.Free(std::exchange(chunk, chunk->next));
  lent_->pop_front();
}

void OutputQueue::ReleaseAllLent(OutputPool& pool) {
  while (lent_ != nullptr && !lent_->empty()) ReleaseLent(pool);
}

OutputQueue::~OutputQueue() {
  SLUICE_CHECK(tail_ == nullptr && (lent_ == nullptr || lent_->empty()),
               "a queue gives its chunks back before it goes");
}

void OutputQueue::Clear(OutputPool& pool) {
  while (tail_ != nullptr) PopFront(pool);
  bytes_ = 0;
  reserved_ = 0;
}

}  // namespace sluice
