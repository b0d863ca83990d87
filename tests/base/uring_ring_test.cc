#include "reactor/backend/uring_ring.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace sluice::backend {
namespace {

// Ten times as many completions as the queue holds, taken out in the middle of handling them: each
// comes once, in its order.
TEST(UringRingTest, WhatIsSpilledKeepsItsPlace) {
  absl::StatusOr<std::unique_ptr<UringRing>> created = UringRing::Create(4, 8);
  if (!created.ok()) GTEST_SKIP() << created.status().ToString();
  UringRing& ring = **created;
  constexpr uint64_t kCount = 80;
  std::vector<uint64_t> handled;
  for (uint64_t number = 1; number <= kCount; ++number) {
    io_uring_sqe* sqe = ring.NextSqe();
    io_uring_prep_nop(sqe);
    io_uring_sqe_set_data64(sqe, number);
  }
  for (int turn = 0; turn < 100 && handled.size() < kCount; ++turn) {
    ring.Submit(Duration(0));
    ring.Reap([&](const io_uring_cqe& cqe) {
      handled.push_back(cqe.user_data);
      if (handled.size() % 3 == 1) ring.Spill();
    });
  }
  ASSERT_EQ(handled.size(), kCount);
  for (uint64_t i = 0; i < kCount; ++i) EXPECT_EQ(handled[i], i + 1);
}

}  // namespace
}  // namespace sluice::backend
