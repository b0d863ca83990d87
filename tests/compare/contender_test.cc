#include "bench/compare/contender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::compare {
namespace {

using ::testing::ElementsAre;

TEST(ContenderTest, FloorIsFirstAndItsControlRunsTheSameProgram) {
  const std::vector<Contender> all = AllContenders("/somewhere");
  EXPECT_EQ(all[0].id, kFloorId);
  EXPECT_EQ(all[1].kind, ContenderKind::kControl);
  EXPECT_EQ(all[1].command, all[0].command);
}

TEST(ContenderTest, ExtraOneHasNameProgramAndFlags) {
  const absl::StatusOr<Contender> extra = ParseExtraContender("mine=/bin/sh  -c true");
  ASSERT_TRUE(extra.ok()) << extra.status();
  EXPECT_EQ(extra->id, "mine");
  EXPECT_THAT(extra->command, ElementsAre("/bin/sh", "-c", "true"));
}

TEST(ContenderTest, ExtraOneWithoutNameOrProgramIsRefused) {
  for (const char* text : {"", "mine", "mine=", "=/bin/sh", "mine= ", "mine=/no/such/program"}) {
    EXPECT_FALSE(ParseExtraContender(text).ok()) << text;
  }
}

}  // namespace
}  // namespace sluice::compare
