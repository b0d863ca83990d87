#include "reactor/base/list.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace sluice::base {
namespace {

struct ByAge;
struct BySize;
struct Item : ListNode<ByAge>, ListNode<BySize> {
  explicit Item(int number) : value(number) {}
  int value;
};
using AgeList = List<Item, ByAge>;

std::vector<int> Drain(AgeList& list) {
  std::vector<int> values;
  while (!list.empty()) values.push_back(list.PopFront().value);
  return values;
}

TEST(ListTest, KeepsTheOrderOfPushing) {
  Item a(1), b(2), c(3);
  AgeList list;
  EXPECT_TRUE(list.empty());
  list.PushBack(a);
  list.PushBack(b);
  list.PushBack(c);
  EXPECT_EQ(&list.front(), &a);
  EXPECT_EQ(Drain(list), (std::vector<int>{1, 2, 3}));
  EXPECT_FALSE(a.ListNode<ByAge>::linked());
}

TEST(ListTest, ANodeUnlinksFromTheMiddleAndWhenDestroyed) {
  Item a(1), c(3);
  AgeList list;
  auto b = std::make_unique<Item>(2);
  Item d(4);
  list.PushBack(a);
  list.PushBack(*b);
  list.PushBack(c);
  list.PushBack(d);
  b.reset();
  c.ListNode<ByAge>::Unlink();
  c.ListNode<ByAge>::Unlink();
  EXPECT_EQ(Drain(list), (std::vector<int>{1, 4}));
}

TEST(ListTest, ListsOfDifferentTagsAreIndependent) {
  Item a(1);
  AgeList by_age;
  List<Item, BySize> by_size;
  by_age.PushBack(a);
  by_size.PushBack(a);
  a.ListNode<ByAge>::Unlink();
  EXPECT_TRUE(by_age.empty());
  EXPECT_EQ(&by_size.front(), &a);
}

TEST(ListTest, TakeAllMovesEverythingToTheBackInOrder) {
  Item a(1), b(2), c(3), d(4);
  AgeList to, from;
  to.TakeAll(from);
  EXPECT_TRUE(to.empty());
  to.PushBack(a);
  from.PushBack(b);
  from.PushBack(c);
  to.TakeAll(from);
  EXPECT_TRUE(from.empty());
  from.PushBack(d);
  EXPECT_EQ(Drain(to), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(Drain(from), (std::vector<int>{4}));
}

TEST(ListTest, ADestroyedListLeavesItsNodesUnlinked) {
  Item a(1);
  {
    AgeList list;
    list.PushBack(a);
  }
  EXPECT_FALSE(a.ListNode<ByAge>::linked());
}

TEST(ListDeathTest, ANodeBelongsToOneList) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  Item a(1);
  AgeList list, other;
  list.PushBack(a);
  EXPECT_DEATH(other.PushBack(a), "one list");
}

}  // namespace
}  // namespace sluice::base
