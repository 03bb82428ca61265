#include "issuer/test_foreign_keys.h"

namespace openirsa::issuer {
namespace {

using http::FetchFault;

class ForeignKeysFailure : public ForeignKeysTest {
 protected:
  // What is answered after a fetch of a fresh provider that `end` ends.
  std::string after(const std::function<void(const record::OpenIdConnectProvider&)>& end) {
    const auto fresh = provider("issuer" + std::to_string(++made_) + ".example.test");
    settle(fresh);
    const int before = resumed_;
    end(fresh);
    EXPECT_EQ(resumed_, before + 1);
    return answer(fresh);
  }
  int made_ = 0;
};

TEST_F(ForeignKeysFailure, trouble_on_the_way_is_worth_retrying_and_a_wrong_issuer_is_not) {
  EXPECT_EQ(after([&](const auto& p) { publish(p); }), "k1");
  for (const bool at_keys : {false, true}) {
    const auto failing = [&](FetchFault fault, int status = 0) {
      return after([&](const auto& p) {
        if (at_keys) answer_discovery(p);
        outbound_->fail(fault, status);
      });
    };
    for (const auto fault : {FetchFault::unresolved, FetchFault::unreachable, FetchFault::timed_out}) {
      EXPECT_EQ(failing(fault), "retryable") << static_cast<int>(fault);
    }
    for (const auto fault : {FetchFault::refused, FetchFault::untrusted, FetchFault::too_large,
                             FetchFault::too_many_redirects, FetchFault::bad_content}) {
      EXPECT_EQ(failing(fault), "permanent") << static_cast<int>(fault);
    }
    for (const int status : {429, 500, 502, 503, 504}) {
      EXPECT_EQ(failing(FetchFault::bad_status, status), "retryable") << status;
    }
    for (const int status : {204, 401, 403, 404, 410}) {
      EXPECT_EQ(failing(FetchFault::bad_status, status), "permanent") << status;
    }
  }
}

TEST_F(ForeignKeysFailure, what_cannot_be_read_is_permanent) {
  for (const char* body : {"", "<html></html>", "{}", "[]", "{\"issuer\":\"https://other.example.test\"}"}) {
    EXPECT_EQ(after([&](const auto&) { outbound_->answer(body); }), "permanent") << body;
  }
  for (const char* body : {"", "<html></html>", "{}", "{\"keys\":{}}", "{\"keys\":[]}",
                           "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", "{\"keys\":[],\"keys\":[]}"}) {
    EXPECT_EQ(after([&](const auto& p) {
                answer_discovery(p);
                outbound_->answer(body);
              }),
              "permanent")
        << body;
  }
}

TEST_F(ForeignKeysFailure, says_what_was_asked_and_what_came) {
  const auto trusted = provider();
  settle(trusted);
  outbound_->fail(FetchFault::timed_out);
  EXPECT_EQ(reason(trusted), "discovery document: it failed");
  clock_.advance(10);
  settle(trusted);
  answer_discovery(trusted);
  outbound_->answer("{\"keys\":[]}");
  EXPECT_EQ(reason(trusted), "key set https://issuer.example.test/keys: no key of the set can be used");
}

TEST_F(ForeignKeysFailure, a_dead_issuer_is_asked_once_in_10_seconds) {
  const auto dead = provider();
  for (int second = 0; second < 60; ++second) {
    for (int i = 0; i < 10; ++i) {
      if (answer(dead) != "wait") continue;
      settle(dead);
      outbound_->fail(FetchFault::unreachable);
    }
    // Also those who were told to wait just before the fetch ended.
    settle(dead);
    EXPECT_EQ(outbound_->pending(), 0U);
    clock_.advance(1);
  }
  EXPECT_EQ(outbound_->begun(), 6U);
  clock_.advance(10);
  learn(dead);
}

TEST_F(ForeignKeysFailure, a_corrected_record_is_tried_at_once) {
  auto wrong = provider();
  settle(wrong);
  outbound_->fail(FetchFault::untrusted);
  EXPECT_EQ(answer(wrong), "permanent");
  wrong.thumbprints = {std::string(40, 'c')};
  house_.put(wrong);
  EXPECT_EQ(answer(wrong), "wait");
  learn(wrong);
}

TEST_F(ForeignKeysFailure, keys_go_on_for_24_hours_while_their_issuer_is_down) {
  const auto trusted = provider();
  learn(trusted);
  std::size_t fetches = 0;
  for (int minute = 1; minute < 24 * 60; ++minute) {
    clock_.advance(60);
    ASSERT_EQ(answer(trusted), "k1") << minute;
    if (outbound_->pending() == 0) continue;
    ++fetches;
    outbound_->fail(FetchFault::unreachable);
    ASSERT_EQ(answer(trusted), "k1") << minute;
    ASSERT_EQ(answer(trusted, "k2"), "retryable") << minute;
  }
  EXPECT_GE(fetches, 24 * 60 - 10U);
  clock_.advance(60);
  EXPECT_EQ(answer(trusted), "wait");
  settle(trusted);
  outbound_->fail(FetchFault::unreachable);
  EXPECT_EQ(answer(trusted), "retryable");
  clock_.advance(10);
  learn(trusted, "k2");
}

TEST_F(ForeignKeysFailure, after_an_outage_the_next_refresh_counts) {
  const auto trusted = provider();
  learn(trusted);
  clock_.advance(300);
  EXPECT_EQ(answer(trusted), "k1");
  outbound_->fail(FetchFault::untrusted);
  EXPECT_EQ(answer(trusted), "k1");
  EXPECT_EQ(outbound_->pending(), 0U);
  clock_.advance(30);
  EXPECT_EQ(answer(trusted), "k1");
  publish(trusted, "k2");
  EXPECT_EQ(answer(trusted, "k2"), "k2");
}

TEST_F(ForeignKeysFailure, an_issuer_that_withdraws_all_its_keys_is_believed) {
  const auto trusted = provider();
  learn(trusted);
  clock_.advance(300);
  EXPECT_EQ(answer(trusted), "k1");
  answer_discovery(trusted);
  outbound_->answer("{\"keys\":[]}");
  EXPECT_EQ(answer(trusted), "permanent");
  // An answer that cannot be read says nothing about the keys.
  clock_.advance(10);
  learn(trusted);
  clock_.advance(300);
  EXPECT_EQ(answer(trusted), "k1");
  answer_discovery(trusted);
  outbound_->answer("<html>maintenance</html>");
  EXPECT_EQ(answer(trusted), "k1");
}

TEST_F(ForeignKeysFailure, one_issuers_trouble_is_its_own) {
  const auto dead = provider("dead.example.test");
  const auto live = provider("live.example.test");
  settle(dead);
  outbound_->fail(FetchFault::unreachable);
  settle(dead);
  learn(live);
  EXPECT_EQ(answer(dead), "retryable");
  EXPECT_EQ(answer(live), "k1");
}

TEST_F(ForeignKeysFailure, a_crowd_of_257_does_not_wait) {
  const auto slow = provider();
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(answer(slow), "wait");
    settle(slow);
  }
  EXPECT_EQ(resumed_, 0);
  EXPECT_EQ(keys_->counters().waiting, 256U);
  EXPECT_EQ(answer(slow), "retryable");
  settle(slow);
  EXPECT_EQ(resumed_, 1) << "resumed at once";
  EXPECT_EQ(answer(slow), "retryable");
  EXPECT_EQ(answer(provider("other.example.test")), "wait");
  EXPECT_EQ(outbound_->begun(), 1U);
  publish(slow);
  EXPECT_EQ(resumed_, 257);
  EXPECT_EQ(answer(slow), "k1");
  EXPECT_EQ(keys_->counters().waiting, 0U);
}

TEST_F(ForeignKeysFailure, whoever_waits_when_the_server_stops_is_resumed) {
  const auto trusted = provider();
  const auto known = provider("known.example.test");
  learn(known);
  const int before = resumed_;
  settle(trusted);
  answer_discovery(trusted);
  settle(trusted);
  keys_->stop();
  EXPECT_EQ(resumed_, before + 2);
  EXPECT_EQ(answer(trusted), "retryable");
  EXPECT_EQ(answer(known), "k1");
  clock_.advance(300);
  EXPECT_EQ(answer(known), "k1");
  settle(known);
  EXPECT_EQ(resumed_, before + 3) << "nothing is begun any more";
  keys_->stop();
}

TEST_F(ForeignKeysFailure, the_mirror_may_outlive_them) {
  const auto trusted = provider();
  learn(trusted);
  keys_.reset();
  house_.remove(trusted);
  EXPECT_EQ(provider().url, trusted.url);
}

TEST_F(ForeignKeysFailure, are_counted) {
  const auto a = provider("a.example.test");
  const auto b = provider("b.example.test");
  learn(a);
  settle(b);
  EXPECT_EQ(keys_->counters().fetching, 1U);
  outbound_->fail(FetchFault::unreachable);
  clock_.advance(10);
  settle(b);
  outbound_->fail(FetchFault::untrusted);
  const auto counters = keys_->counters();
  EXPECT_EQ(counters.fetched, 1U);
  EXPECT_EQ(counters.failed, 1U);
  EXPECT_EQ(counters.refused, 1U);
  EXPECT_EQ(counters.crowded, 0U);
  EXPECT_EQ(counters.issuers, 2U);
  EXPECT_EQ(counters.fetching, 0U);
  EXPECT_EQ(counters.waiting, 0U);
}

}  // namespace
}  // namespace openirsa::issuer
