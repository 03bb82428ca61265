#include "sts/session_seal.h"

#include <gtest/gtest.h>

#include "record/identifier.h"
#include "sts/session_codec.h"
#include "sts/test_desk.h"

namespace openirsa::sts {
namespace {

using test::account;
using test::Desk;
using test::other_account;

Statement a_statement() {
  Statement statement;
  statement.account = account;
  statement.access_key_id = record::make_access_key_id("ASIA", account);
  statement.secret_access_key = record::make_secret_access_key();
  statement.role_id = "AROAAAAAAAAAAAAAAAAAA";
  statement.role_name = "my-role";
  statement.session_name = "pod-1";
  statement.provider_arn = test::provider_arn();
  statement.issuer = test::issuer().url;
  statement.key_id = test::issuer().keys[0].key_id;
  statement.cluster_arn = "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster";
  statement.issued_at = test::noon;
  statement.expires_at = test::noon + 3600;
  statement.policy = "{}";
  statement.policies = {{"arn:aws:iam::aws:policy/A", ""}, {"arn:aws:iam::111122223333:policy/B", "ANPAB"}};
  return statement;
}

void expect_equal(const Statement& a, const Statement& b) {
  EXPECT_EQ(a.account, b.account);
  EXPECT_EQ(a.secret_access_key.expose(), b.secret_access_key.expose());
  EXPECT_EQ(encode(a), encode(b));
}

std::optional<SealFault> fault_of(const Result<Statement, SealError>& opened) {
  return opened ? std::nullopt : std::optional(opened.error().code);
}

struct SealedSession : ::testing::Test {
  Desk desk;
  Statement statement = a_statement();
  record::RingKey ring_key = *newest_ring_key(*desk.mirror->snapshot());

  std::string sealed() { return seal(statement, ring_key)->token; }
  Result<Statement, SealError> opened(std::string_view token, std::string_view id) {
    return open(token, id, *desk.mirror->snapshot());
  }
};

TEST_F(SealedSession, OpensToWhatWasSealed) {
  const auto statement_again = opened(sealed(), statement.access_key_id);
  ASSERT_TRUE(statement_again);
  expect_equal(*statement_again, statement);
}

TEST_F(SealedSession, CarriesItsKindTagsAndAncestors) {
  statement.kind = SessionKind::assumed_role;
  statement.milliseconds = 999;
  statement.extras.source_identity = "alice";
  statement.extras.tags = {{"Project", "Apollo", true}, {"Größe", "", false}};
  statement.extras.ancestors = {{.account = other_account,
                                 .unique_id = "AROAPARENTPARENTPAREN",
                                 .name = "parent",
                                 .access_key_id = "ASIAPARENT",
                                 .provider_arn = test::provider_arn(),
                                 .issuer = test::issuer().url,
                                 .key_id = "k1",
                                 .cluster_arn = "arn:aws:eks:us-west-2:111122223333:cluster/c",
                                 .issued_at = time_of_seconds(test::noon) + std::chrono::milliseconds{7}}};
  const auto again = opened(sealed(), statement.access_key_id);
  ASSERT_TRUE(again);
  expect_equal(*again, statement);
  EXPECT_EQ(again->kind, SessionKind::assumed_role);
  EXPECT_EQ(again->issued(), time_of_seconds(test::noon) + std::chrono::milliseconds{999});
  EXPECT_EQ(again->extras.source_identity, "alice");
  ASSERT_EQ(again->extras.tags.size(), 2U);
  EXPECT_TRUE(again->extras.tags[0].transitive);
  EXPECT_EQ(again->extras.tags[1].key, "Größe");
  EXPECT_FALSE(again->extras.tags[1].transitive);
  ASSERT_EQ(again->extras.ancestors.size(), 1U);
  EXPECT_EQ(again->extras.ancestors[0].cluster_arn, statement.extras.ancestors[0].cluster_arn);
  EXPECT_EQ(again->extras.ancestors[0].issued_at, statement.extras.ancestors[0].issued_at);
}

TEST_F(SealedSession, OpensAsItsOwnKindAlone) {
  std::string bytes = *from_base64(sealed());
  for (const char kind : {0, 2, 3, 4, 5}) {
    bytes[1] = kind;
    EXPECT_FALSE(opened(to_base64(bytes), statement.access_key_id)) << int{kind};
  }
  bytes[1] = 1;
  EXPECT_TRUE(opened(to_base64(bytes), statement.access_key_id));
}

TEST_F(SealedSession, IsNeverTheSameTwice) { EXPECT_NE(sealed(), sealed()); }

TEST_F(SealedSession, ShowsNothing) {
  const std::string bytes = *from_base64(sealed());
  for (const std::string_view part :
       {std::string_view("my-role"), std::string_view("pod-1"), statement.secret_access_key.expose(),
        std::string_view(statement.access_key_id)}) {
    EXPECT_EQ(bytes.find(part), std::string::npos);
  }
}

TEST_F(SealedSession, OpensWithNoBitChanged) {
  const std::string bytes = *from_base64(sealed());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int bit : {0, 7}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      const auto fault = fault_of(opened(to_base64(changed), statement.access_key_id));
      // version, type | ring key id | random bytes, statement and tag
      const SealFault expected = i < 2   ? SealFault::malformed
                                 : i < 6 ? SealFault::unknown_ring_key
                                         : SealFault::not_authentic;
      ASSERT_EQ(fault, expected) << "byte " << i << " bit " << bit;
    }
  }
  EXPECT_TRUE(opened(to_base64(bytes), statement.access_key_id));
}

TEST_F(SealedSession, OpensAtFullLengthOnly) {
  const std::string bytes = *from_base64(sealed());
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{6}, std::size_t{38},
                                   std::size_t{53}, std::size_t{54}, bytes.size() - 1}) {
    EXPECT_FALSE(opened(to_base64(bytes.substr(0, length)), statement.access_key_id)) << length;
  }
  EXPECT_FALSE(opened(to_base64(bytes + '\0'), statement.access_key_id));
}

TEST_F(SealedSession, HasOneSpelling) {
  std::string token = sealed();
  EXPECT_FALSE(opened(token + "\n", statement.access_key_id));
  EXPECT_FALSE(opened(" " + token, statement.access_key_id));
  EXPECT_FALSE(opened(token + "=", statement.access_key_id));
  EXPECT_FALSE(opened("", statement.access_key_id));
  EXPECT_FALSE(opened("not base64!", statement.access_key_id));
  EXPECT_EQ(fault_of(opened(std::string(max_packed_token_bytes + 4, 'A'), statement.access_key_id)),
            SealFault::malformed);
}

TEST_F(SealedSession, BelongsToItsAccessKey) {
  const std::string token = sealed();
  EXPECT_EQ(fault_of(opened(token, record::make_access_key_id("ASIA", account))), SealFault::not_authentic)
      << "another key of the account";
  EXPECT_EQ(fault_of(opened(token, record::make_access_key_id("ASIA", other_account))),
            SealFault::not_authentic)
      << "the account is bound to the seal";
  EXPECT_EQ(fault_of(opened(token, "ASIA")), SealFault::malformed);
  EXPECT_EQ(fault_of(opened(token, "")), SealFault::malformed);
  EXPECT_TRUE(opened(token, statement.access_key_id));
}

TEST_F(SealedSession, OutlivesTheRotationOfItsRingKeyButNotItsEnd) {
  const std::string old = sealed();
  record::RingKey next = make_ring_key(time_of_seconds(test::noon + 1));
  desk.put_ring_key(next);
  ASSERT_EQ(newest_ring_key(*desk.mirror->snapshot())->id, next.id);
  const std::string fresh = seal(statement, next)->token;
  EXPECT_TRUE(opened(old, statement.access_key_id)) << "retired, still kept";
  EXPECT_TRUE(opened(fresh, statement.access_key_id));
  desk.remove(record::ring_key_key(ring_key.id));
  EXPECT_EQ(fault_of(opened(old, statement.access_key_id)), SealFault::unknown_ring_key);
  EXPECT_TRUE(opened(fresh, statement.access_key_id));
}

TEST_F(SealedSession, NeedsTheKeyItselfNotItsId) {
  const std::string token = sealed();
  record::RingKey forged = make_ring_key(desk.clock.now());
  forged.id = ring_key.id;
  EXPECT_EQ(fault_of(opened(seal(statement, forged)->token, statement.access_key_id)),
            SealFault::not_authentic);
  desk.put_ring_key(forged);
  EXPECT_EQ(fault_of(opened(token, statement.access_key_id)), SealFault::not_authentic);
}

TEST_F(SealedSession, FitsOneKilobyteWithTheLongestNames) {
  statement.policy.clear();
  statement.policies.clear();
  statement.role_name = std::string(64, 'r');
  statement.session_name = std::string(64, 's');
  statement.cluster_arn = "arn:aws-us-gov:eks:us-gov-west-1:111122223333:cluster/" + std::string(100, 'c');
  const auto sealed_again = seal(statement, ring_key);
  ASSERT_TRUE(sealed_again);
  EXPECT_LE(sealed_again->token.size(), max_plain_token_bytes);
  EXPECT_EQ(sealed_again->packed_percent, 0);
}

TEST_F(SealedSession, HoldsPoliciesUpToItsBudget) {
  statement.policies.clear();
  // The longest text that the budget takes, its length prefix of two bytes included.
  constexpr std::size_t budget = (max_packed_token_bytes - max_plain_token_bytes) / 4 * 3;
  statement.policy = std::string(budget - 2, 'p');
  const auto full = seal(statement, ring_key);
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_EQ(full->packed_percent, 100);
  EXPECT_LE(full->token.size(), max_packed_token_bytes);
  EXPECT_TRUE(opened(full->token, statement.access_key_id));
  statement.policy += 'p';
  const auto refused = seal(statement, ring_key);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, SealFault::too_large);
  EXPECT_EQ(refused.error().message,
            "Packed policy consumes 101% of allotted space, please use smaller policy");
  statement.policy = "p";
  EXPECT_EQ(seal(statement, ring_key)->packed_percent, 1) << "never zero when there is one";
}

TEST_F(SealedSession, RefusesToBeLongerThanAllowed) {
  statement.policy.clear();
  statement.policies.clear();
  statement.issuer = std::string(1000, 'i');
  const auto refused = seal(statement, ring_key);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, SealFault::too_large);
}

TEST(SessionCodec, ReadsWhatItWroteAndNothingElse) {
  Statement statement = a_statement();
  statement.policy = std::string(300, 'x');  // a length of two bytes
  const std::string bytes = encode(statement);
  const auto again = decode(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(encode(*again), bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decode(std::string_view(bytes).substr(0, length))) << length;
  }
  EXPECT_FALSE(decode(bytes + '\0'));
}

TEST(SessionCodec, SurvivesLengthsThatLie) {
  const std::string bytes = encode(a_statement());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const char value : {'\0', '\x7f', '\x80', '\xff'}) {
      std::string changed = bytes;
      changed[i] = value;
      if (const auto decoded = decode(changed)) {
        EXPECT_LE(encode(*decoded).size(), bytes.size());
      }
    }
  }
  EXPECT_FALSE(decode(std::string(40, '\xff')));
  EXPECT_FALSE(decode(std::string(13, '\0').substr(0, 12) + "\xff\xff\xff\xff\xff\xff\xff\xff\x7f"));
  EXPECT_TRUE(decode(std::string(14, '\0'))) << "fourteen empty fields";
  EXPECT_FALSE(decode(std::string(13, '\0')));
}

}  // namespace
}  // namespace openirsa::sts
