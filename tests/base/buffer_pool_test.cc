#include "reactor/base/buffer_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <vector>

#include "reactor/base/prng.h"

namespace sluice::base {
namespace {

TEST(BufferPoolTest, LendsEveryByteOfAFreshBlockAndThenTheNext) {
  BufferPool pool(2, 4096);
  std::set<uint32_t> blocks;
  for (int i = 0; i < 2; ++i) {
    const absl::Span<char> room = pool.Room();
    ASSERT_EQ(room.size(), 4096u);
    blocks.insert(pool.Lend(room.size()));
  }
  EXPECT_EQ(blocks.size(), 2u);
  EXPECT_TRUE(pool.exhausted());
  pool.Release(*blocks.begin());
  EXPECT_FALSE(pool.exhausted());
}

TEST(BufferPoolTest, PiecesOfABlockLieBehindEachOther) {
  BufferPool pool(1, 4096);
  const char* first = pool.Room().data();
  const uint32_t block = pool.Lend(100);
  EXPECT_EQ(pool.Room().data(), first + 100);
  EXPECT_EQ(pool.Lend(50), block);
  EXPECT_EQ(pool.Room().data(), first + 150);
  EXPECT_EQ(pool.data(block), first);
}

TEST(BufferPoolTest, ABlockIsLentAgainOnlyWhenAllOfItCameBack) {
  BufferPool pool(1, 1024);
  ASSERT_FALSE(pool.Room().empty());
  const uint32_t block = pool.Lend(512);
  ASSERT_FALSE(pool.Room().empty());
  pool.Lend(pool.Room().size());
  EXPECT_TRUE(pool.exhausted());
  pool.Release(block);
  EXPECT_TRUE(pool.exhausted()) << "half of it is still out";
  pool.Release(block);
  EXPECT_EQ(pool.Room().size(), 1024u);
}

TEST(BufferPoolTest, LentBytesAreNeverLentTwiceUnderARandomProgram) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Prng prng(seed);
    BufferPool pool(static_cast<uint32_t>(prng.Between(1, 4)), 1024);
    struct Piece {
      uint32_t block;
      char* data;
      size_t size;
      char mark;
    };
    std::vector<Piece> out;
    for (int step = 0; step < 3000; ++step) {
      const absl::Span<char> room = pool.Room();
      if (!room.empty() && prng.Chance(1, 2)) {
        const size_t size = prng.Between(1, room.size());
        const char mark = static_cast<char>(step);
        std::memset(room.data(), mark, size);
        out.push_back({pool.Lend(size), room.data(), size, mark});
      } else if (!out.empty()) {
        const size_t at = prng.Between(0, out.size() - 1);
        const Piece piece = out[at];
        for (size_t i = 0; i < piece.size; ++i) ASSERT_EQ(piece.data[i], piece.mark);
        pool.Release(piece.block);
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
      } else {
        ASSERT_FALSE(pool.exhausted()) << "nothing is out and there is no room";
      }
    }
  }
}

}  // namespace
}  // namespace sluice::base
