#include "http/fair_queue.h"

#include <gtest/gtest.h>

namespace openirsa::http {
namespace {

std::string next_of(FairQueue<int>& queue) {
  const auto taken = queue.take();
  return taken ? taken->payer + std::to_string(taken->work) : "none";
}

TEST(FairQueue, gives_the_oldest_first_where_payers_are_even) {
  FairQueue<int> queue(10);
  queue.push("b", 1);
  queue.push("a", 2);
  queue.push("b", 3);
  EXPECT_EQ(next_of(queue), "b1");
  EXPECT_EQ(next_of(queue), "a2");
  EXPECT_EQ(next_of(queue), "b3");
  EXPECT_EQ(next_of(queue), "none");
}

TEST(FairQueue, prefers_whoever_has_the_least_under_way) {
  FairQueue<int> queue(10);
  for (int i = 0; i < 4; ++i) queue.push("many", i);
  EXPECT_EQ(next_of(queue), "many0");
  EXPECT_EQ(next_of(queue), "many1");
  queue.push("one", 9);
  EXPECT_EQ(next_of(queue), "one9");
  EXPECT_EQ(next_of(queue), "many2");
}

TEST(FairQueue, gives_nobody_more_than_a_share) {
  FairQueue<int> queue(2);
  for (int i = 0; i < 4; ++i) queue.push("many", i);
  EXPECT_EQ(next_of(queue), "many0");
  EXPECT_EQ(next_of(queue), "many1");
  EXPECT_FALSE(queue.can_take());
  EXPECT_EQ(next_of(queue), "none");
  queue.push("one", 9);
  EXPECT_EQ(next_of(queue), "one9");
  queue.end("many");
  EXPECT_TRUE(queue.can_take());
  EXPECT_EQ(next_of(queue), "many2");
  EXPECT_EQ(next_of(queue), "none");
}

TEST(FairQueue, forgets_what_waits_and_goes_on_with_what_is_under_way) {
  FairQueue<int> queue(1);
  for (int i = 0; i < 2; ++i) queue.push("a", i);
  queue.push("b", 7);
  EXPECT_EQ(next_of(queue), "a0");
  queue.clear();
  queue.end("a");
  EXPECT_EQ(next_of(queue), "none");
  queue.push("a", 5);
  EXPECT_EQ(next_of(queue), "a5");
}

}  // namespace
}  // namespace openirsa::http
