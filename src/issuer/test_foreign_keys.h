// Foreign keys over a fetcher, a clock and a mirror that the test steers. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/test_clock.h"
#include "issuer/foreign_keys.h"
#include "issuer/test_house.h"
#include "issuer/test_outbound.h"

namespace openirsa::issuer {

inline const std::string account = "123456789012";
inline const std::string other_account = "210987654321";

class ForeignKeysTest : public testing::Test {
 protected:
  ForeignKeysTest() {
    auto outbound = std::make_unique<TestOutbound>();
    outbound_ = outbound.get();
    keys_ = std::make_unique<ForeignKeys>(
        std::move(outbound), ForeignKeys::Seams{house_.mirror(), clock_, [](const std::string& whose) {
                                                  return whose == other_account
                                                             ? std::vector<std::uint16_t>{6443}
                                                             : std::vector<std::uint16_t>{};
                                                }});
  }

  // A registered provider.
  record::OpenIdConnectProvider provider(const std::string& url = "issuer.example.test",
                                         const std::string& whose = account) {
    record::OpenIdConnectProvider made{.account = whose,
                                       .url = url,
                                       .client_ids = {"sts.amazonaws.com"},
                                       .thumbprints = {std::string(40, 'a')},
                                       .created = clock_.now()};
    house_.put(made);
    return made;
  }

  wire::Outside::Keys ask(const record::OpenIdConnectProvider& of,
                          std::optional<std::string_view> key_id = "k1") {
    auto keys = keys_->keys_of(of, key_id, clock_.now());
    EXPECT_EQ((keys.keys != nullptr) + keys.must_wait + keys.failure.has_value(), 1);
    return keys;
  }
  // "k1" for a set with that key, "wait", or "retryable" or "permanent" for a failure.
  std::string answer(const record::OpenIdConnectProvider& of, std::optional<std::string_view> key_id = "k1") {
    const auto keys = ask(of, key_id);
    if (keys.keys) return keys.keys->keys().front().key_id.value_or("");
    if (keys.must_wait) return "wait";
    return keys.failure->retryable ? "retryable" : "permanent";
  }
  std::string reason(const record::OpenIdConnectProvider& of) {
    const auto keys = ask(of);
    return keys.failure ? keys.failure->reason : "no failure";
  }
  void settle(const record::OpenIdConnectProvider& of) {
    keys_->when_keys_settle(of, [this] { ++resumed_; });
  }

  void answer_discovery(const record::OpenIdConnectProvider& of) {
    outbound_->answer(json::serialize(discovery_document("https://" + of.url)));
  }
  // The fetch that is under way ends with this key.
  void publish(const record::OpenIdConnectProvider& of, const std::string& key_id = "k1") {
    answer_discovery(of);
    outbound_->answer(key_set(key_id));
  }
  // Fetched just now.
  void learn(const record::OpenIdConnectProvider& of, const std::string& key_id = "k1") {
    settle(of);
    publish(of, key_id);
    EXPECT_EQ(answer(of, key_id), key_id);
  }

  TestHouse house_;
  TestClock clock_{1'795'521'600};
  TestOutbound* outbound_ = nullptr;
  std::unique_ptr<ForeignKeys> keys_;
  int resumed_ = 0;
};

}  // namespace openirsa::issuer
