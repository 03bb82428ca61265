#include "issuer/fetch_crowd.h"

#include <gtest/gtest.h>

namespace openirsa::issuer {
namespace {

constexpr auto nobody = [] {};

std::string numbered(const char* name, std::size_t number) { return name + std::to_string(number); }

// Puts up to `count` requests into the issuer's crowd and says how many found room.
std::size_t crowd_into(FetchCrowd& crowd, const std::string& account, const std::string& issuer,
                       std::size_t count) {
  std::size_t found = 0;
  while (found < count && crowd.has_room(account, issuer)) {
    crowd.wait(issuer, nobody);
    ++found;
  }
  return found;
}

TEST(FetchCrowd, gives_back_who_waited) {
  FetchCrowd crowd;
  int resumed = 0;
  EXPECT_FALSE(crowd.fetching("i"));
  ASSERT_TRUE(crowd.begin("a", "i"));
  EXPECT_TRUE(crowd.fetching("i"));
  crowd.wait("i", [&] { resumed += 1; });
  crowd.wait("i", [&] { resumed += 10; });
  EXPECT_EQ(crowd.waiting(), 2U);
  for (const Resume& resume : crowd.end("i")) resume();
  EXPECT_EQ(resumed, 11);
  EXPECT_FALSE(crowd.fetching("i"));
  EXPECT_EQ(crowd.waiting(), 0U);
  EXPECT_EQ(crowd.fetches(), 0U);
}

TEST(FetchCrowd, an_issuer_has_room_for_256) {
  FetchCrowd crowd;
  ASSERT_TRUE(crowd.begin("a", "i"));
  EXPECT_EQ(crowd_into(crowd, "a", "i", 1000), 256U);
  ASSERT_TRUE(crowd.begin("a", "other"));
  EXPECT_TRUE(crowd.has_room("a", "other"));
  EXPECT_EQ(crowd.end("i").size(), 256U);
  ASSERT_TRUE(crowd.begin("a", "i"));
  EXPECT_TRUE(crowd.has_room("a", "i"));
}

TEST(FetchCrowd, an_account_has_room_for_1024_on_16_fetches) {
  FetchCrowd crowd;
  std::size_t begun = 0;
  while (begun < 100 && crowd.begin("a", numbered("i", begun))) ++begun;
  EXPECT_EQ(begun, 16U);
  EXPECT_FALSE(crowd.has_room("a", "one more"));
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < begun; ++i) waiting += crowd_into(crowd, "a", numbered("i", i), 1000);
  EXPECT_EQ(waiting, 1024U);
  // Nobody else is kept out.
  ASSERT_TRUE(crowd.begin("b", "b's"));
  EXPECT_TRUE(crowd.has_room("b", "b's"));
  EXPECT_EQ(crowd.end("i0").size(), 256U);
  EXPECT_TRUE(crowd.has_room("a", "one more"));
  EXPECT_TRUE(crowd.has_room("a", "i15"));
}

TEST(FetchCrowd, there_is_room_for_4096_in_all) {
  FetchCrowd crowd;
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    ASSERT_TRUE(crowd.begin(numbered("a", i), numbered("i", i)));
    waiting += crowd_into(crowd, numbered("a", i), numbered("i", i), 1000);
  }
  EXPECT_EQ(waiting, 4096U);
  EXPECT_EQ(crowd.waiting(), 4096U);
  EXPECT_EQ(crowd.end_all().size(), 4096U);
  EXPECT_EQ(crowd.waiting(), 0U);
  EXPECT_EQ(crowd.fetches(), 0U);
}

}  // namespace
}  // namespace openirsa::issuer
