#include "reactor/output_queue.h"

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
  const size_t chunk_bytes = sizeof(OutputChunk) + chunk->capacity;
  const int index = ClassOf(chunk_bytes);
  if (index < 0 || cached_bytes_ + chunk_bytes > kCachedBytesMax) {
    ::operator delete(chunk);
    return;
  }
  chunk->next = classes_[index].free;
  classes_[index].free = chunk;
  cached_bytes_ += chunk_bytes;
}

void OutputQueue::Link(OutputChunk* chunk) {
  if (tail_ == nullptr) {
    head_ = chunk;
  } else {
    tail_->next = chunk;
  }
  tail_ = chunk;
}

// The tail with at least `size` bytes free, or a new one.
OutputChunk* OutputQueue::RoomFor(size_t size) {
  if (tail_ != nullptr && tail_->capacity - tail_->end >= size && tail_->capacity > 0) return tail_;
  const size_t wanted = bytes_ >= kBulkBytes ? std::max(size, kBulkBytes) : size;
  Link(pool_->Allocate(wanted));
  return tail_;
}

void OutputQueue::Append(std::string_view bytes) {
  SLUICE_CHECK(reserved_ == 0, "Commit is due before more output");
  bytes_ += bytes.size();
  if (tail_ != nullptr && tail_->capacity > tail_->end) {
    const size_t fits = std::min<size_t>(bytes.size(), tail_->capacity - tail_->end);
    std::memcpy(tail_->storage() + tail_->end, bytes.data(), fits);
    tail_->end += static_cast<uint32_t>(fits);
    bytes.remove_prefix(fits);
  }
  // A chunk counts in 32 bits; longer output takes several.
  constexpr size_t kChunkBytesMax = size_t{1} << 30;
  while (!bytes.empty()) {
    OutputChunk* chunk = RoomFor(std::min(bytes.size(), kChunkBytesMax));
    const size_t fits = std::min<size_t>(bytes.size(), chunk->capacity - chunk->end);
    std::memcpy(chunk->storage() + chunk->end, bytes.data(), fits);
    chunk->end += static_cast<uint32_t>(fits);
    bytes.remove_prefix(fits);
  }
}

void OutputQueue::AppendBorrowed(std::string_view bytes) {
  SLUICE_CHECK(reserved_ == 0, "Commit is due before more output");
  constexpr size_t kBorrowedBytesMax = size_t{1} << 30;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kBorrowedBytesMax);
    OutputChunk* chunk = pool_->Allocate(0);
    chunk->capacity = 0;
    chunk->data = piece.data();
    chunk->end = static_cast<uint32_t>(piece.size());
    Link(chunk);
    bytes_ += piece.size();
    bytes.remove_prefix(piece.size());
  }
}

char* OutputQueue::Reserve(size_t size) {
  SLUICE_CHECK(reserved_ == 0, "Commit is due before the next Reserve");
  SLUICE_CHECK(size > 0 && size <= UINT32_MAX / 2, "Reserve takes 1 byte to 2 GiB");
  OutputChunk* chunk = RoomFor(size);
  reserved_ = static_cast<uint32_t>(size);
  return chunk->storage() + chunk->end;
}

void OutputQueue::Commit(size_t size) {
  SLUICE_CHECK(size <= reserved_, "Commit keeps at most what was reserved");
  tail_->end += static_cast<uint32_t>(size);
  bytes_ += size;
  reserved_ = 0;
}

size_t OutputQueue::Gather(absl::Span<iovec> spans) const {
  size_t used = 0;
  for (OutputChunk* chunk = head_; chunk != nullptr && used < spans.size(); chunk = chunk->next) {
    if (chunk->begin == chunk->end) continue;
    spans[used].iov_base = const_cast<char*>(chunk->data + chunk->begin);
    spans[used].iov_len = chunk->end - chunk->begin;
    ++used;
  }
  return used;
}

void OutputQueue::Consume(size_t count) {
  SLUICE_CHECK(count <= bytes_, "only bytes that are there can be sent");
  bytes_ -= count;
  while (count > 0) {
    const size_t here = std::min<size_t>(count, head_->end - head_->begin);
    head_->begin += static_cast<uint32_t>(here);
    count -= here;
    if (head_->begin == head_->end && (head_ != tail_ || reserved_ == 0)) PopFront();
  }
  if (bytes_ == 0 && reserved_ == 0) Clear();  // a chunk reserved and never filled
}

void OutputQueue::PopFront() {
  OutputChunk* chunk = head_;
  head_ = chunk->next;
  if (head_ == nullptr) tail_ = nullptr;
  chunk->next = nullptr;
  if (lent_ == nullptr || lent_->empty()) {
    pool_->Free(chunk);
    return;
  }
  chunk->next = lent_->back();
  lent_->back() = chunk;
}

void OutputQueue::Lend() {
  if (lent_ == nullptr) lent_ = std::make_unique<std::deque<OutputChunk*>>();
  lent_->push_back(nullptr);
}

void OutputQueue::ReleaseLent() {
  SLUICE_CHECK(lent_ != nullptr && !lent_->empty(), "only what was lent is released");
  FreeChain(lent_->front());
  lent_->pop_front();
}

void OutputQueue::FreeChain(OutputChunk* chunk) {
  while (chunk != nullptr) pool_->Free(std::exchange(chunk, chunk->next));
}

OutputQueue::~OutputQueue() {
  Clear();
  while (lent_ != nullptr && !lent_->empty()) ReleaseLent();
}

void OutputQueue::Clear() {
  while (head_ != nullptr) PopFront();
  bytes_ = 0;
  reserved_ = 0;
}

}  // namespace sluice
