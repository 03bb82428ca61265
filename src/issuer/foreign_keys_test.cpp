#include "issuer/foreign_keys.h"

#include "crypto/certificate.h"
#include "issuer/test_foreign_keys.h"

namespace openirsa::issuer {
namespace {

class ForeignKeysAnswer : public ForeignKeysTest {};

TEST_F(ForeignKeysAnswer, are_fetched_by_way_of_discovery) {
  const auto trusted = provider("issuer.example.test/realm/");
  EXPECT_EQ(answer(trusted), "wait");
  EXPECT_EQ(outbound_->begun(), 0U) << "asking alone fetches nothing";
  settle(trusted);
  const auto discovery = outbound_->next();
  EXPECT_EQ(discovery.url, "https://issuer.example.test/realm/.well-known/openid-configuration");
  EXPECT_EQ(discovery.thumbprints, trusted.thumbprints);
  EXPECT_FALSE(discovery.authority_pem);
  EXPECT_FALSE(discovery.bearer_token);
  EXPECT_TRUE(discovery.ports.empty());
  answer_discovery(trusted);
  EXPECT_EQ(resumed_, 0);
  const auto set = outbound_->next();
  EXPECT_EQ(set.url, "https://issuer.example.test/realm//keys");
  EXPECT_EQ(set.thumbprints, trusted.thumbprints);
  ASSERT_TRUE(discovery.deadline);
  EXPECT_EQ(set.deadline, discovery.deadline) << "5 s for both together";
  EXPECT_LE(*set.deadline, std::chrono::steady_clock::now() + ForeignKeys::time_for_keys);
  outbound_->answer(key_set("k1"));
  EXPECT_EQ(resumed_, 1);
  EXPECT_EQ(answer(trusted), "k1");
  EXPECT_EQ(ask(trusted).keys, ask(trusted).keys) << "parsed once";
  EXPECT_EQ(outbound_->begun(), 2U);
}

TEST_F(ForeignKeysAnswer, use_the_providers_authority_and_its_accounts_ports) {
  auto trusted = provider("cluster.example.test:6443", other_account);
  trusted.authority_pem = "a private authority";
  house_.put(trusted);
  settle(trusted);
  EXPECT_EQ(outbound_->next().authority_pem, "a private authority");
  EXPECT_EQ(outbound_->next().ports, std::vector<std::uint16_t>{6443});
  answer_discovery(trusted);
  EXPECT_EQ(outbound_->next().authority_pem, "a private authority");
  EXPECT_EQ(outbound_->next().ports, std::vector<std::uint16_t>{6443});
}

TEST_F(ForeignKeysAnswer, are_an_accounts_own) {
  const auto mine = provider();
  const auto theirs = provider(mine.url, other_account);
  learn(mine, "k1");
  EXPECT_EQ(answer(theirs), "wait");
  learn(theirs, "k2");
  EXPECT_EQ(answer(mine, "k1"), "k1");
  EXPECT_EQ(answer(theirs, "k2"), "k2");
  EXPECT_EQ(keys_->counters().issuers, 2U);
}

TEST_F(ForeignKeysAnswer, uploaded_ones_are_used_alone) {
  auto uploaded = provider();
  learn(uploaded, "k1");
  uploaded.jwks = key_set("u1");
  uploaded.key_set = std::make_shared<const token::JwkSet>(*token::JwkSet::parse(uploaded.jwks));
  house_.put(uploaded);
  const auto fetched = outbound_->begun();
  EXPECT_EQ(answer(uploaded, "u1"), "u1");
  EXPECT_EQ(answer(uploaded, "k1"), "u1") << "the set as it is: the verifier refuses an unknown kid";
  clock_.advance(100'000);
  EXPECT_EQ(answer(uploaded, "k1"), "u1");
  EXPECT_EQ(outbound_->begun(), fetched);
  EXPECT_EQ(keys_->counters().issuers, 0U);
  // Another account's provider of the same issuer is not touched by it.
  const auto theirs = provider(uploaded.url, other_account);
  EXPECT_EQ(answer(theirs, "u1"), "wait");
}

TEST_F(ForeignKeysAnswer, are_refreshed_in_the_background) {
  const auto trusted = provider();
  learn(trusted, "k1");
  clock_.advance(299);
  EXPECT_EQ(answer(trusted), "k1");
  EXPECT_EQ(outbound_->begun(), 2U);
  clock_.advance(1);
  EXPECT_EQ(answer(trusted), "k1");
  EXPECT_EQ(answer(trusted), "k1");
  EXPECT_EQ(outbound_->begun(), 3U) << "one refresh, whoever asks";
  publish(trusted, "k2");
  EXPECT_EQ(answer(trusted, "k2"), "k2");
  EXPECT_EQ(answer(trusted, "k1"), "k2") << "replaced, never merged";
  clock_.advance(299);
  EXPECT_EQ(answer(trusted, "k2"), "k2");
  EXPECT_EQ(outbound_->begun(), 4U);
}

TEST_F(ForeignKeysAnswer, that_nobody_used_for_an_hour_are_fetched_first) {
  const auto trusted = provider();
  learn(trusted, "k1");
  clock_.advance(3600);
  EXPECT_EQ(answer(trusted), "wait");
  settle(trusted);
  EXPECT_EQ(answer(trusted), "wait");
  publish(trusted, "k2");
  EXPECT_EQ(answer(trusted, "k2"), "k2");
}

TEST_F(ForeignKeysAnswer, an_unknown_key_is_fetched_once_in_30_seconds) {
  const auto trusted = provider();
  learn(trusted, "k1");
  EXPECT_EQ(answer(trusted, "k2"), "k1") << "just fetched: the set is the answer";
  clock_.advance(29);
  EXPECT_EQ(answer(trusted, "k2"), "k1");
  clock_.advance(1);
  EXPECT_EQ(answer(trusted, "k1"), "k1") << "others do not wait";
  EXPECT_EQ(answer(trusted, "k2"), "wait");
  settle(trusted);
  EXPECT_EQ(answer(trusted, "k1"), "k1");
  publish(trusted, "k2");
  EXPECT_EQ(answer(trusted, "k2"), "k2");
  EXPECT_EQ(answer(trusted, "k3"), "k2");
  // Whoever was told to wait before the fetch ended causes no other one.
  const auto fetched = outbound_->begun();
  const int before = resumed_;
  settle(trusted);
  EXPECT_EQ(resumed_, before + 1);
  EXPECT_EQ(outbound_->begun(), fetched);
  clock_.advance(30);
  EXPECT_EQ(answer(trusted, "k3"), "wait");
}

TEST_F(ForeignKeysAnswer, a_change_of_the_record_takes_effect_at_once) {
  int made = 0;
  const auto change_of = [&](auto edit) {
    auto changed = provider("issuer" + std::to_string(++made) + ".example.test");
    learn(changed);
    edit(changed);
    house_.put(changed);
    return answer(changed);
  };
  EXPECT_EQ(change_of([](auto&) {}), "k1");
  EXPECT_EQ(change_of([](auto& p) { p.client_ids = {"other"}; }), "k1");
  EXPECT_EQ(change_of([](auto& p) { p.thumbprints = {std::string(40, 'b')}; }), "wait");
  EXPECT_EQ(change_of([](auto& p) { p.authority_pem = "private"; }), "wait");
  EXPECT_EQ(change_of([](auto& p) { p.created += std::chrono::milliseconds(1); }), "wait");
  EXPECT_EQ(keys_->counters().issuers, 2U) << "what no record stands for is dropped";
}

TEST_F(ForeignKeysAnswer, a_deleted_providers_are_dropped) {
  const auto trusted = provider();
  const auto kept = provider("kept.example.test");
  learn(trusted);
  learn(kept);
  house_.remove(trusted);
  EXPECT_EQ(keys_->counters().issuers, 1U);
  EXPECT_EQ(answer(kept), "k1");
  clock_.advance(1);
  EXPECT_EQ(answer(provider()), "wait") << "a new one of the same name begins anew";
}

TEST_F(ForeignKeysAnswer, what_a_deleted_provider_asked_for_is_not_kept) {
  const auto trusted = provider();
  settle(trusted);
  answer_discovery(trusted);
  house_.remove(trusted);
  outbound_->answer(key_set("k1"));
  EXPECT_EQ(resumed_, 1);
  EXPECT_EQ(keys_->counters().issuers, 0U);
  // As when the record was replaced meanwhile: the keys were asked for under other terms.
  auto changed = provider();
  settle(changed);
  answer_discovery(changed);
  changed.thumbprints.clear();
  house_.put(changed);
  outbound_->answer(key_set("k1"));
  EXPECT_EQ(answer(changed), "wait");
}

class ForeignDocuments : public ForeignKeysTest {
 protected:
  std::string ask_thumbprint() {
    std::string came = "nothing";
    keys_->fetch_thumbprint(account, "https://issuer.example.test", [&](wire::OutsideText text) {
      came = text ? *text : (text.error().retryable ? "retryable: " : "permanent: ") + text.error().reason;
    });
    EXPECT_EQ(outbound_->next_chain().url, "https://issuer.example.test");
    EXPECT_EQ(came, "nothing");
    answer_chain_();
    return came;
  }
  std::function<void()> answer_chain_;
};

TEST_F(ForeignDocuments, a_thumbprint_is_that_of_the_last_certificate) {
  const Time now = clock_.now();
  const crypto::SubjectNames names{.dns = {"issuer.example.test"}, .addresses = {}};
  const auto authority = crypto::make_authority("authority", names, now, std::chrono::days(9));
  const auto other = crypto::make_authority("leaf", names, now, std::chrono::days(9));
  answer_chain_ = [&] {
    outbound_->answer_chain(std::vector<std::string>{other.certificate_pem, authority.certificate_pem});
  };
  const auto known = crypto::inspect_pem(authority.certificate_pem);
  ASSERT_TRUE(known);
  EXPECT_EQ(ask_thumbprint(), known->front().sha1_thumbprint);
  EXPECT_EQ(keys_->counters().fetched, 1U);
}

TEST_F(ForeignDocuments, a_chain_that_does_not_come_is_a_failure) {
  answer_chain_ = [&] { outbound_->answer_chain(http::FetchFailure{http::FetchFault::timed_out, 0, "5 s"}); };
  EXPECT_EQ(ask_thumbprint(), "retryable: certificate chain: 5 s");
  answer_chain_ = [&] {
    outbound_->answer_chain(http::FetchFailure{http::FetchFault::refused, 0, "a loopback address"});
  };
  EXPECT_EQ(ask_thumbprint(), "permanent: certificate chain: a loopback address");
  answer_chain_ = [&] { outbound_->answer_chain(std::vector<std::string>{}); };
  EXPECT_TRUE(ask_thumbprint().starts_with("permanent: "));
  answer_chain_ = [&] { outbound_->answer_chain(std::vector<std::string>{"no certificate"}); };
  EXPECT_TRUE(ask_thumbprint().starts_with("permanent: "));
}

TEST_F(ForeignDocuments, a_document_is_asked_for_with_its_bearers_token) {
  std::vector<std::string> came;
  const wire::Outside::Document document{.account = other_account,
                                         .url = "https://10.0.0.1:6443/openid/v1/jwks",
                                         .bearer_token = "token",
                                         .authority_pem = "private"};
  const auto fetch = [&] {
    keys_->fetch_document(document, [&](wire::OutsideText text) {
      came.push_back(text ? *text : text.error().retryable ? "retryable" : "permanent");
    });
  };
  fetch();
  EXPECT_EQ(outbound_->next().url, document.url);
  EXPECT_EQ(outbound_->next().bearer_token, "token");
  EXPECT_EQ(outbound_->next().authority_pem, "private");
  EXPECT_EQ(outbound_->next().ports, std::vector<std::uint16_t>{6443});
  EXPECT_TRUE(outbound_->next().thumbprints.empty());
  outbound_->answer("{\"keys\":[]}");
  fetch();
  outbound_->answer("\xff\xfe");
  fetch();
  outbound_->fail(http::FetchFault::unreachable);
  fetch();
  outbound_->fail(http::FetchFault::bad_status, 403);
  EXPECT_EQ(came, (std::vector<std::string>{"{\"keys\":[]}", "permanent", "retryable", "permanent"}));
  EXPECT_EQ(keys_->counters().fetching, 0U);
}

TEST_F(ForeignDocuments, an_account_has_16_fetches_at_once) {
  int came = 0;
  int crowded = 0;
  const auto fetch = [&](const std::string& whose) {
    keys_->fetch_document({.account = whose, .url = "https://h/", .bearer_token = {}, .authority_pem = {}},
                          [&](wire::OutsideText text) {
                            ++came;
                            if (!text && text.error().retryable) ++crowded;
                          });
  };
  for (int i = 0; i < 20; ++i) fetch(account);
  EXPECT_EQ(outbound_->pending(), 16U);
  EXPECT_EQ(crowded, 4);
  EXPECT_EQ(answer(provider()), "retryable") << "they count together with fetches of keys";
  EXPECT_EQ(answer(provider("issuer.example.test", other_account)), "wait");
  fetch(other_account);
  EXPECT_EQ(outbound_->pending(), 17U);
  while (outbound_->pending() > 0) outbound_->answer("text");
  EXPECT_EQ(came, 21);
  EXPECT_EQ(crowded, 4);
  EXPECT_EQ(answer(provider()), "wait");
}

}  // namespace
}  // namespace openirsa::issuer
