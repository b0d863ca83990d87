#include "bench/compare/loops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::compare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Settings OnCores(std::vector<int> cores, int server, int client) {
  Settings settings;
  settings.cores = std::move(cores);
  settings.server_core = server;
  settings.client_core = client;
  return settings;
}

TEST(PlacementTest, OnTwoCoresClientsShareOneWithALoop) {
  const Settings settings = OnCores({0, 1}, 0, 1);
  const Placement placement = PlaceLoops(settings, 2);
  EXPECT_THAT(placement.one, ElementsAre(0));
  EXPECT_THAT(placement.several, ElementsAre(0, 1));
  EXPECT_THAT(placement.clients, ElementsAre(1));
  EXPECT_TRUE(placement.shared);
  EXPECT_THAT(PlacementText(settings, 2), HasSubstr("clients take their part"));
}

TEST(PlacementTest, OnMoreCoresEachHasItsOwn) {
  const Settings settings = OnCores({0, 1, 2, 3}, 0, 1);
  const Placement placement = PlaceLoops(settings, 2);
  EXPECT_THAT(placement.several, ElementsAre(0, 2));
  EXPECT_THAT(placement.clients, ElementsAre(3, 1));
  EXPECT_FALSE(placement.shared);
  EXPECT_THAT(PlacementText(settings, 2), Not(HasSubstr("clients take their part")));
}

TEST(PlacementTest, OneCoreServesAll) {
  const Placement placement = PlaceLoops(OnCores({3}, 3, 3), 2);
  EXPECT_THAT(placement.several, ElementsAre(3));
  EXPECT_THAT(placement.clients, ElementsAre(3));
  EXPECT_TRUE(placement.shared);
}

}  // namespace
}  // namespace sluice::compare
