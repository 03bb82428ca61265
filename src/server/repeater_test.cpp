// Is the work done over and over until somebody stops it, and never after?
#include "server/repeater.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

namespace openirsa::server {
namespace {

TEST(Repeater, WorksUntilItIsStopped) {
  std::counting_semaphore<> done(0);
  std::atomic<int> count = 0;
  Repeater repeater(std::chrono::milliseconds{1}, [&] {
    ++count;
    done.release();
  });
  for (int i = 0; i < 3; ++i) done.acquire();
  EXPECT_TRUE(repeater.stop());
  const int at_the_end = count;
  EXPECT_GE(at_the_end, 3);
  EXPECT_FALSE(repeater.stop()) << "only the first stop ends it";
  EXPECT_EQ(count, at_the_end);
}

TEST(Repeater, StopsWithoutWaitingForTheInterval) {
  bool worked = false;
  Repeater repeater(std::chrono::hours{1}, [&] { worked = true; });
  EXPECT_TRUE(repeater.stop());
  EXPECT_FALSE(worked);
}

}  // namespace
}  // namespace openirsa::server
