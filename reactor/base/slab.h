// A slab: objects in slots with stable addresses, found by slot + generation. A key whose object is
// gone finds nothing, even when the slot has a new tenant: this is what makes a late completion
// harmless. Freed slots are reused at once (last in, first out), which keeps memory warm and makes
// a forgotten generation check fail soon instead of rarely.
#ifndef SLUICE_REACTOR_BASE_SLAB_H_
#define SLUICE_REACTOR_BASE_SLAB_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "reactor/base/check.h"

namespace sluice::base {

struct SlabKey {
  static constexpr uint32_t kNoIndex = UINT32_MAX;
  uint32_t index = kNoIndex;
  uint32_t generation = 0;
  friend bool operator==(const SlabKey&, const SlabKey&) = default;
};

// kGenerationBits: how many bits of the generation the owner can carry (a token has other bits
// too).
template <class T, int kGenerationBits = 32>
class Slab {
 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    for (uint32_t index = 0; index < slots_; ++index) {
      if (At(index).live) At(index).object()->~T();
    }
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  template <class... Args>
  std::pair<SlabKey, T*> Emplace(Args&&... args) {
    const uint32_t index = TakeFree();
    Slot& slot = At(index);
    T* object = ::new (slot.storage) T(std::forward<Args>(args)...);
    slot.live = true;
    ++size_;
    return {SlabKey{index, slot.generation}, object};
  }

  // nullptr when the object is gone.
  T* Find(SlabKey key) {
    if (key.index >= slots_) return nullptr;
    Slot& slot = At(key.index);
    return slot.live && slot.generation == key.generation ? slot.object() : nullptr;
  }

  // The object in a slot that the caller knows to be live.
  T& Live(uint32_t index) {
    SLUICE_CHECK(index < slots_ && At(index).live, "no object lives in this slot");
    return *At(index).object();
  }
  SlabKey KeyOf(uint32_t index) { return SlabKey{index, At(index).generation}; }

  void Erase(uint32_t index) {
    T& object = Live(index);
    Slot& slot = At(index);
    // First: what the destructor calls must not find it any more.
    slot.live = false;
    slot.generation = (slot.generation + 1) & kGenerationMask;
    object.~T();
    slot.next_free = free_;
    free_ = index;
    --size_;
  }

  // Calls visit(T&) for every object; visit may erase the object it is shown, and add others.
  template <class Visit>
  void ForEach(Visit visit) {
    for (uint32_t index = 0; index < slots_; ++index) {
      if (At(index).live) visit(*At(index).object());
    }
  }

 private:
  static constexpr uint32_t kSlotsPerBlock = 64;
  static constexpr uint32_t kGenerationMask =
      kGenerationBits >= 32 ? UINT32_MAX : (uint32_t{1} << (kGenerationBits % 32)) - 1;

  struct Slot {
    alignas(T) unsigned char storage[sizeof(T)];
    uint32_t generation = 1;
    uint32_t next_free = SlabKey::kNoIndex;
    bool live = false;
    T* object() { return std::launder(reinterpret_cast<T*>(storage)); }
  };

  Slot& At(uint32_t index) { return blocks_[index / kSlotsPerBlock][index % kSlotsPerBlock]; }

  uint32_t TakeFree() {
    if (free_ != SlabKey::kNoIndex) {
      const uint32_t index = free_;
      free_ = At(index).next_free;
      return index;
    }
    if (slots_ == blocks_.size() * kSlotsPerBlock) {
      blocks_.push_back(std::make_unique<Slot[]>(kSlotsPerBlock));
    }
    return slots_++;
  }

  std::vector<std::unique_ptr<Slot[]>> blocks_;
  uint32_t slots_ = 0;
  uint32_t free_ = SlabKey::kNoIndex;
  size_t size_ = 0;
};

}  // namespace sluice::base

#endif  // SLUICE_REACTOR_BASE_SLAB_H_
