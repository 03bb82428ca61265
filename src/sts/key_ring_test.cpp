#include "sts/key_ring.h"

#include <gtest/gtest.h>

#include "record/key.h"
#include "record/record.h"
#include "sts/session_seal.h"

namespace openirsa::sts {
namespace {

constexpr std::int64_t hour = 3600;
constexpr std::int64_t start = 1'800'000'000;

class KeyRing : public testing::Test {
 protected:
  KeyRing() {
    auto started =
        store::Mirror::start(store::make_memory_store(), record::make_decoder(vault_, [](auto, auto) {}));
    mirror_ = std::move(*started);
  }

  // Does what the plan says, as the server does; answers it.
  RingChange turn(std::int64_t seconds) {
    RingChange change = plan_ring_change(*mirror_->snapshot(), time_of_seconds(seconds));
    store::Commit commit;
    if (change.fresh) {
      const std::string key = record::ring_key_key(change.fresh->id);
      commit.puts.push_back({key, change.fresh->to_text(vault_, key)});
    }
    for (const std::string& id : change.ended) commit.deletes.push_back(record::ring_key_key(id));
    EXPECT_TRUE(mirror_->commit(commit));
    return change;
  }

  record::Vault vault_{Secret(std::string(32, 'k'))};
  std::unique_ptr<store::Mirror> mirror_;
};

TEST_F(KeyRing, an_empty_ring_gets_its_first_key) {
  EXPECT_TRUE(turn(start).fresh);
  EXPECT_FALSE(turn(start).fresh);
}

TEST_F(KeyRing, a_fresh_key_takes_over_after_a_day_and_not_before) {
  const std::string first = turn(start).fresh->id;
  EXPECT_FALSE(turn(start + 24 * hour - 1).fresh);
  const auto change = turn(start + 24 * hour);
  ASSERT_TRUE(change.fresh);
  EXPECT_NE(change.fresh->id, first);
  EXPECT_EQ(newest_ring_key(*mirror_->snapshot())->id, change.fresh->id);
}

TEST_F(KeyRing, a_retired_key_stays_for_the_longest_session_and_the_clock_skew) {
  const std::string first = turn(start).fresh->id;
  (void)turn(start + 24 * hour);
  const std::int64_t end = start + 24 * hour + 36 * hour + 300;
  EXPECT_TRUE(plan_ring_change(*mirror_->snapshot(), time_of_seconds(end)).ended.empty());
  EXPECT_EQ(plan_ring_change(*mirror_->snapshot(), time_of_seconds(end + 1)).ended, std::vector{first});
}

TEST_F(KeyRing, a_server_that_was_off_for_weeks_keeps_the_key_it_sealed_with_last) {
  const std::string last = turn(start).fresh->id;
  const auto change = turn(start + 1000 * hour);
  EXPECT_TRUE(change.fresh);
  EXPECT_TRUE(change.ended.empty());
  EXPECT_NE(mirror_->snapshot()->find(record::ring_key_key(last)), nullptr);
}

TEST_F(KeyRing, over_a_month_the_ring_stays_small) {
  for (std::int64_t at = start; at < start + 30 * 24 * hour; at += hour) (void)turn(at);
  const std::size_t kept = mirror_->snapshot()->count(record::kind_prefix("-", "-", record::RingKey::kind));
  EXPECT_GE(kept, 2U);
  EXPECT_LE(kept, 3U);
}

}  // namespace
}  // namespace openirsa::sts
