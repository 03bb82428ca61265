#include "issuer/known_issuer.h"

#include <gtest/gtest.h>

#include "issuer/test_outbound.h"

namespace openirsa::issuer {
namespace {

using namespace std::chrono_literals;

const Time start = time_of_seconds(1'795'521'600);

void give_keys(KnownIssuer& known) {
  known.keys = std::make_shared<const token::JwkSet>(*token::JwkSet::parse(key_set("k1")));
  known.fetched = known.tried = start;
}

TEST(KnownIssuer, fresh_keys_are_used_and_old_ones_refreshed) {
  KnownIssuer known;
  give_keys(known);
  EXPECT_EQ(known.standing("k1", start), Standing::use);
  EXPECT_EQ(known.standing("k1", start + 5min - 1ms), Standing::use);
  EXPECT_EQ(known.standing("k1", start + 5min), Standing::use_and_refresh);
  EXPECT_EQ(known.standing("k1", start + 1h - 1ms), Standing::use_and_refresh);
  EXPECT_EQ(known.standing("k1", start + 1h), Standing::fetch_first);
  EXPECT_EQ(known.standing({}, start), Standing::use);
  EXPECT_EQ(known.standing({}, start + 5min), Standing::use_and_refresh);
}

TEST(KnownIssuer, an_unknown_key_is_asked_for_every_30_seconds) {
  KnownIssuer known;
  give_keys(known);
  EXPECT_EQ(known.standing("k2", start), Standing::use);
  EXPECT_EQ(known.standing("k2", start + 30s - 1ms), Standing::use);
  EXPECT_EQ(known.standing("k2", start + 30s), Standing::fetch_first);
  EXPECT_EQ(known.standing("K1", start + 30s), Standing::fetch_first);
  EXPECT_FALSE(known.may_fetch(start + 30s - 1ms));
  EXPECT_TRUE(known.may_fetch(start + 30s));
}

TEST(KnownIssuer, keys_outlive_their_issuer_by_24_hours) {
  KnownIssuer known;
  give_keys(known);
  known.failure = {true, "down"};
  known.tried = start + 23h;
  EXPECT_EQ(known.standing("k1", start + 23h), Standing::use);
  EXPECT_EQ(known.standing("k1", start + 23h + 30s), Standing::use_and_refresh);
  // A kid that we could not look for is not an unknown one.
  EXPECT_EQ(known.standing("k2", start + 23h + 29s), Standing::refuse);
  EXPECT_EQ(known.standing("k2", start + 23h + 30s), Standing::fetch_first);
  known.tried = start + 24h - 1s;
  EXPECT_EQ(known.standing("k1", start + 24h - 1ms), Standing::use);
  EXPECT_EQ(known.standing("k1", start + 24h), Standing::refuse);
  EXPECT_EQ(known.standing("k1", start + 24h + 9s), Standing::fetch_first);
}

TEST(KnownIssuer, a_failure_without_keys_is_remembered_for_10_seconds) {
  KnownIssuer known;
  known.tried = start;
  known.failure = {false, "wrong"};
  EXPECT_EQ(known.standing("k1", start), Standing::refuse);
  EXPECT_EQ(known.standing("k1", start + 10s - 1ms), Standing::refuse);
  EXPECT_EQ(known.standing("k1", start + 10s), Standing::fetch_first);
  EXPECT_FALSE(known.may_fetch(start + 10s - 1ms));
  EXPECT_TRUE(known.may_fetch(start + 10s));
}

TEST(KnownIssuer, a_clock_that_goes_back_keeps_nothing_for_ever) {
  KnownIssuer known;
  give_keys(known);
  EXPECT_EQ(known.standing("k1", start - 3s), Standing::use);
  EXPECT_EQ(known.standing("k1", start - 2h), Standing::fetch_first);
  EXPECT_EQ(known.standing("k1", start - 25h), Standing::fetch_first);
  EXPECT_FALSE(known.usable(start - 25h));
}

TEST(KnownIssuer, is_spent_when_it_can_neither_give_nor_refuse) {
  KnownIssuer known;
  give_keys(known);
  EXPECT_FALSE(known.spent(start + 23h));
  EXPECT_TRUE(known.spent(start + 24h));
  KnownIssuer failed;
  failed.tried = start;
  failed.failure = {true, "down"};
  EXPECT_FALSE(failed.spent(start + 1min));
  EXPECT_TRUE(failed.spent(start + 1h));
}

TEST(ProviderIdentity, is_what_decides_whose_keys_count) {
  const record::OpenIdConnectProvider provider{.account = "123456789012",
                                               .url = "h",
                                               .client_ids = {"a"},
                                               .thumbprints = {std::string(40, 'a')},
                                               .created = start,
                                               .authority_pem = "pem"};
  const auto identity = ProviderIdentity::of(provider);
  const auto same_when = [&](auto change) {
    auto changed = provider;
    change(changed);
    EXPECT_EQ(identity.is(changed), identity == ProviderIdentity::of(changed));
    return identity.is(changed);
  };
  EXPECT_TRUE(same_when([](auto&) {}));
  EXPECT_TRUE(same_when([](auto& p) { p.client_ids = {"b"}; }));
  EXPECT_FALSE(same_when([](auto& p) { p.account = "210987654321"; }));
  EXPECT_FALSE(same_when([](auto& p) { p.url = "H"; }));
  EXPECT_FALSE(same_when([](auto& p) { p.created += 1ms; }));
  EXPECT_FALSE(same_when([](auto& p) { p.thumbprints.clear(); }));
  EXPECT_FALSE(same_when([](auto& p) { p.authority_pem.clear(); }));
}

}  // namespace
}  // namespace openirsa::issuer
