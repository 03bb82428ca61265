#include <atomic>
#include <latch>
#include <thread>

#include "issuer/test_foreign_keys.h"

namespace openirsa::issuer {
namespace {

class ForeignKeysThreads : public ForeignKeysTest {
 protected:
  // `work` on so many threads, all beginning together.
  template <class Work>
  static void together(int threads, Work work) {
    std::latch ready(threads);
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i) {
      running.emplace_back([&, i] {
        ready.arrive_and_wait();
        work(i);
      });
    }
    for (auto& thread : running) thread.join();
  }
};

TEST_F(ForeignKeysThreads, a_hundred_callers_cause_one_fetch) {
  const auto trusted = provider();
  std::atomic<int> resumed{0};
  const Time now = clock_.now();
  together(100, [&](int) {
    EXPECT_TRUE(keys_->keys_of(trusted, "k1", now).must_wait);
    keys_->when_keys_settle(trusted, [&] {
      if (keys_->keys_of(trusted, "k1", now).keys) ++resumed;
    });
  });
  EXPECT_EQ(outbound_->begun(), 1U);
  EXPECT_EQ(keys_->counters().waiting, 100U);
  publish(trusted);
  EXPECT_EQ(resumed, 100);
  EXPECT_EQ(outbound_->begun(), 2U) << "one discovery document, one key set";
}

TEST_F(ForeignKeysThreads, a_hundred_readers_cause_one_refresh) {
  const auto trusted = provider();
  learn(trusted);
  clock_.advance(300);
  const Time now = clock_.now();
  together(100, [&](int) { EXPECT_TRUE(keys_->keys_of(trusted, "k1", now).keys); });
  EXPECT_EQ(outbound_->begun(), 3U);
}

// Readers, waiters, a fetcher, a clock and changing records at once: what holds is that everybody is resumed,
// that nobody gets another account's keys, and (by ThreadSanitizer) that nothing races.
TEST_F(ForeignKeysThreads, everything_happens_at_once) {
  constexpr int readers = 6;
  constexpr int rounds = 400;
  const auto mine = provider("issuer.example.test", account);
  const auto theirs = provider("issuer.example.test", other_account);
  std::atomic<int> waited{0};
  std::atomic<int> resumed{0};
  std::atomic<int> given{0};
  std::atomic<int> reading{readers};
  const auto read = [&](int reader) {
    const bool is_mine = reader % 2 == 0;
    const auto& of = is_mine ? mine : theirs;
    int seen = 0;
    for (int round = 0; round < rounds || seen < rounds; ++round) {
      const std::string key_id = (is_mine ? "mine" : "theirs") + std::string(round % 50 == 0 ? "!" : "");
      const auto keys = keys_->keys_of(of, key_id, clock_.now());
      if (keys.keys) {
        ++given;
        ++seen;
        EXPECT_EQ(keys.keys->keys().front().key_id, is_mine ? "mine" : "theirs");
      } else if (keys.must_wait) {
        ++waited;
        keys_->when_keys_settle(of, [&] { ++resumed; });
      }
      if (round % 10 == 0) clock_.advance(1);
    }
    --reading;
  };
  together(readers + 2, [&](int who) {
    if (who < readers) return read(who);
    if (who == readers) {
      auto changing = mine;
      while (reading > 0) {
        changing.client_ids.assign({std::to_string(given)});
        house_.put(changing);
      }
      return;
    }
    // Serves both accounts' fetches; their ports tell them apart.
    while (reading > 0 || outbound_->pending() > 0) {
      if (outbound_->pending() == 0) {
        std::this_thread::yield();
        continue;
      }
      const auto fetch = outbound_->next();
      const bool is_mine = fetch.ports.empty();
      if (fetch.url.ends_with("openid-configuration"))
        outbound_->answer(json::serialize(discovery_document("https://issuer.example.test")));
      else
        outbound_->answer(key_set(is_mine ? "mine" : "theirs"));
    }
  });
  EXPECT_GT(waited, 0);
  EXPECT_GE(given, readers * rounds);
  EXPECT_EQ(resumed, waited);
  EXPECT_EQ(keys_->counters().waiting, 0U);
}

}  // namespace
}  // namespace openirsa::issuer
