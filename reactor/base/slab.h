// A slab: objects in slots with stable addresses, found by slot + generation. A key whose object is
// gone finds nothing, even when the slot has a new tenant: this is what makes a late completion
// harmless. Freed slots are reused at once (last in, first out), which keeps memory warm and makes
// a forgotten generation check fail soon instead of rarely.
#ifndef SLUICE_REACTOR_BASE_SLAB_H_
#define SLUICE_REACTOR_BASE_SLAB_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
template <class T, int kGenerationBits = 31>
class Slab {
  static_assert(kGenerationBits > 0 && kGenerationBits <= 31);

 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    ForEach([](T& object) { object.~T(); });
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  template <class... Args>
  std::pair<SlabKey, T*> Emplace(Args&&... args) {
    const uint32_t index = TakeFree();
    Slot& slot = At(index);
    T* object = ::new (slot.storage) T(std::forward<Args>(args)...);
    slot.tenancy |= kLive;
    ++size_;
    return {KeyOf(index), object};
  }

  // nullptr when the object is gone.
  T* Find(SlabKey key) {
    if (key.index >= slots_) return nullptr;
    Slot& slot = At(key.index);
    return slot.tenancy == (key.generation << 1 | kLive) ? slot.object() : nullptr;
  }

  // The object in a slot that the caller knows to be live.
  T& Live(uint32_t index) {
    SLUICE_CHECK(index < slots_ && IsLive(index), "no object lives in this slot");
    return *At(index).object();
  }
  SlabKey KeyOf(uint32_t index) { return SlabKey{index, At(index).tenancy >> 1}; }

  void Erase(uint32_t index) {
    T& object = Live(index);
    Slot& slot = At(index);
    // First: what the destructor calls must not find it any more.
    slot.tenancy = (((slot.tenancy >> 1) + 1) & kGenerationMask) << 1;
    object.~T();
    std::memcpy(slot.storage, &free_, sizeof(free_));
    free_ = index;
    --size_;
  }

  // Calls visit(T&) for every object; visit may erase the object it is shown, and add others.
  template <class Visit>
  void ForEach(Visit visit) {
    for (uint32_t index = 0; index < slots_; ++index) {
      if (IsLive(index)) visit(*At(index).object());
    }
  }

 private:
  static constexpr uint32_t kSlotsPerBlock = 64;
  static constexpr uint32_t kGenerationMask = (uint32_t{1} << kGenerationBits) - 1;
  static constexpr uint32_t kLive = 1;

  struct Slot {
    // Of the object; while there is none, the number of the next free slot.
    alignas(T) unsigned char storage[std::max(sizeof(T), sizeof(uint32_t))];
    uint32_t tenancy = 1 << 1;  // generation << 1 | kLive
    T* object() { return std::launder(reinterpret_cast<T*>(storage)); }
  };

  bool IsLive(uint32_t index) { return (At(index).tenancy & kLive) != 0; }
  Slot& At(uint32_t index) { return blocks_[index / kSlotsPerBlock][index % kSlotsPerBlock]; }

  uint32_t TakeFree() {
    if (free_ != SlabKey::kNoIndex) {
      const uint32_t index = free_;
      std::memcpy(&free_, At(index).storage, sizeof(free_));
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
