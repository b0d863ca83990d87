#include "reactor/base/slab.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "reactor/base/prng.h"

namespace sluice::base {
namespace {

// Counts the living, and refuses to be moved.
struct Thing {
  explicit Thing(int number) : value(number) { ++living; }
  ~Thing() { --living; }
  Thing(const Thing&) = delete;
  Thing& operator=(const Thing&) = delete;
  int value;
  static int living;
};
int Thing::living = 0;

TEST(SlabTest, AKeyFindsItsObjectUntilItIsErased) {
  Slab<Thing> slab;
  auto [key, thing] = slab.Emplace(5);
  EXPECT_EQ(slab.Find(key), thing);
  EXPECT_EQ(thing->value, 5);
  EXPECT_EQ(slab.size(), 1u);
  slab.Erase(key.index);
  EXPECT_EQ(slab.Find(key), nullptr);
  EXPECT_TRUE(slab.empty());
  EXPECT_EQ(Thing::living, 0);
}

TEST(SlabTest, AReusedSlotHidesItsNewTenantFromTheOldKey) {
  Slab<Thing> slab;
  const SlabKey old_key = slab.Emplace(1).first;
  slab.Erase(old_key.index);
  const SlabKey new_key = slab.Emplace(2).first;
  EXPECT_EQ(new_key.index, old_key.index) << "freed slots are reused at once";
  EXPECT_EQ(slab.Find(old_key), nullptr);
  ASSERT_NE(slab.Find(new_key), nullptr);
  EXPECT_EQ(slab.Find(new_key)->value, 2);
}

TEST(SlabTest, AFewGenerationBitsStillTellNeighboursApart) {
  Slab<Thing, 2> slab;
  std::set<uint32_t> generations;
  SlabKey previous;
  for (int i = 0; i < 16; ++i) {
    const SlabKey key = slab.Emplace(i).first;
    EXPECT_LT(key.generation, 4u);
    EXPECT_EQ(slab.Find(previous), nullptr);
    generations.insert(key.generation);
    slab.Erase(key.index);
    previous = key;
  }
  EXPECT_EQ(generations.size(), 4u);
}

TEST(SlabTest, AnUnknownKeyFindsNothing) {
  Slab<Thing> slab;
  EXPECT_EQ(slab.Find(SlabKey{}), nullptr);
  EXPECT_EQ(slab.Find(SlabKey{0, 1}), nullptr);
  slab.Emplace(1);
  EXPECT_EQ(slab.Find(SlabKey{1, 1}), nullptr);
}

TEST(SlabTest, AddressesStayWhileItGrows) {
  Slab<Thing> slab;
  std::vector<std::pair<SlabKey, Thing*>> all;
  for (int i = 0; i < 1000; ++i) all.push_back(slab.Emplace(i));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(slab.Find(all[i].first), all[i].second);
    EXPECT_EQ(all[i].second->value, i);
  }
}

TEST(SlabTest, ForEachMayEraseWhatItIsShownAndAddOthers) {
  Slab<Thing> slab;
  for (int i = 0; i < 100; ++i) slab.Emplace(i);
  int seen = 0;
  slab.ForEach([&](Thing& thing) {
    ++seen;
    if (thing.value >= 100) return;
    for (uint32_t index = 0; index < 100; ++index) {
      const SlabKey key = slab.KeyOf(index);
      if (slab.Find(key) == &thing) {
        slab.Erase(index);
        break;
      }
    }
    if (seen % 2 == 0) slab.Emplace(100 + seen);
  });
  EXPECT_GE(seen, 100);
  slab.ForEach([](Thing& thing) { EXPECT_GE(thing.value, 100); });
}

TEST(SlabTest, ADestroyedSlabDestroysItsObjects) {
  {
    Slab<Thing> slab;
    for (int i = 0; i < 200; ++i) slab.Emplace(i);
    slab.Erase(7);
    EXPECT_EQ(Thing::living, 199);
  }
  EXPECT_EQ(Thing::living, 0);
}

TEST(SlabTest, BehavesAsAMapUnderARandomProgram) {
  Prng prng(3);
  Slab<Thing, 30> slab;
  std::map<int, SlabKey> living;
  std::vector<SlabKey> dead;
  for (int step = 0; step < 20000; ++step) {
    if (living.empty() || prng.Chance(55, 100)) {
      living[step] = slab.Emplace(step).first;
    } else {
      auto victim = living.lower_bound(static_cast<int>(prng.Between(0, step)));
      if (victim == living.end()) victim = living.begin();
      slab.Erase(victim->second.index);
      dead.push_back(victim->second);
      living.erase(victim);
    }
  }
  EXPECT_EQ(slab.size(), living.size());
  for (const auto& [value, key] : living) {
    ASSERT_NE(slab.Find(key), nullptr);
    EXPECT_EQ(slab.Find(key)->value, value);
  }
  for (const SlabKey& key : dead) EXPECT_EQ(slab.Find(key), nullptr);
}

}  // namespace
}  // namespace sluice::base
