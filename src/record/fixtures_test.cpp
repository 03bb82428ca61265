// test/fixtures/v1 holds one record of each kind as the first release wrote it, each later directory the
// kinds that are new or written otherwise since. Later releases must read them all.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include "record/sample.h"

namespace openirsa::record {
namespace {

const std::string fixtures = OPENIRSA_SOURCE_DIR "/test/fixtures/";

struct Fixture {
  std::string key;   // the file's first line
  std::string text;  // its second
};

constexpr const char* versions[] = {"v1", "v2", "v3"};

std::optional<Fixture> fixture_of(std::string_view kind, const std::string& version = "v1") {
  std::ifstream file(fixtures + version + "/" + std::string(kind));
  Fixture fixture;
  if (!std::getline(file, fixture.key) || !std::getline(file, fixture.text)) return std::nullopt;
  return fixture;
}

// As this release writes the kind.
std::optional<Fixture> newest_fixture_of(std::string_view kind) {
  std::optional<Fixture> newest;
  for (const char* version : versions) {
    if (auto found = fixture_of(kind, version)) newest = std::move(found);
  }
  return newest;
}

template <class R>
R read(const std::string& version = "v1") {
  const auto fixture = fixture_of(R::kind, version);
  if (!fixture) throw std::runtime_error("no fixture of kind " + std::string(R::kind));
  EXPECT_EQ(kind_of(fixture->key), R::kind);
  auto record = R::parse(fixture->key, fixture->text, sample::vault());
  if (!record) throw std::runtime_error("the fixture is refused: " + record.error().message);
  return std::move(*record);
}

// A record without what differs each time it is written or made: sealed secrets, fresh keys and certificates.
void drop_fresh(json::value& value) {
  if (auto* object = value.if_object()) {
    for (const char* name :
         {"secret", "key", "key_pem", "private_key", "public_key", "key_id", "certificate_pem"})
      object->erase(name);
    for (auto& member : *object) drop_fresh(member.value());
  } else if (auto* array = value.if_array()) {
    for (auto& item : *array) drop_fresh(item);
  }
}

std::string without_fresh(std::string_view text) {
  json::value value = *parse_json(text);
  drop_fresh(value);
  return json::serialize(value);
}

TEST(Fixtures, EveryKindIsThereAndDecodes) {
  std::size_t complaints = 0;
  const auto decode = make_decoder(sample::vault(), [&](std::string_view key, std::string_view why) {
    ++complaints;
    ADD_FAILURE() << key << ": " << why;
  });
  std::size_t kinds = 0;
  for (const auto& record : sample::all()) {
    std::size_t found = 0;
    for (const char* version : versions) {
      const auto fixture = fixture_of(record.kind, version);
      if (!fixture) continue;
      ++found;
      EXPECT_EQ(fixture->key, record.key);
      EXPECT_NE(decode(fixture->key, fixture->text), nullptr) << record.kind << " of " << version;
    }
    EXPECT_GE(found, 1U) << record.kind;
    ++kinds;
  }
  EXPECT_EQ(kinds, sample::kinds);
  EXPECT_EQ(complaints, 0U);
}

// This release still writes what the fixtures hold. A change of the text form shows here, and asks whether an
// older release beside this one can live with it.
TEST(Fixtures, AreWrittenAgainUnchanged) {
  for (const auto& record : sample::all()) {
    const auto fixture = newest_fixture_of(record.kind);
    ASSERT_TRUE(fixture) << record.kind;
    const auto again = record.reread(fixture->key, fixture->text, sample::vault());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(without_fresh(*again), without_fresh(fixture->text));
    EXPECT_EQ(without_fresh(record.text), without_fresh(fixture->text));
  }
}

TEST(Fixtures, SecretsOpen) {
  EXPECT_EQ(read<AccessKey>().secret.expose(), sample::an_access_key().secret.expose());
  EXPECT_EQ(read<RingKey>().key.expose(), sample::a_ring_key().key.expose());
}

TEST(Fixtures, TheIssuerKeepsItsKeys) {
  for (const char* version : {"v1", "v2"}) {
    const Issuer issuer = read<Issuer>(version);
    ASSERT_EQ(issuer.keys.size(), 1U);
    EXPECT_EQ(token::key_id_of(issuer.keys[0].key.public_key()), issuer.keys[0].key_id);
    const auto key = issuer.keys[0].key.private_key();
    ASSERT_TRUE(key) << key.error().message;
    const std::string signature = key->sign(crypto::Algorithm::rs256, "message");
    EXPECT_TRUE(issuer.key_set->keys().at(0).key.verify(crypto::Algorithm::rs256, "message", signature));
  }
}

TEST(Fixtures, TheAuthorityKeepsItsKey) {
  const AuthorityRecord authority = read<AuthorityRecord>();
  const auto key = crypto::PrivateKey::from_pem(authority.key_pem.expose());
  ASSERT_TRUE(key);
  const auto leaf = crypto::make_leaf({authority.certificate_pem, *key},
                                      {.dns = {"oidc.openirsa.internal"}, .addresses = {}},
                                      sample::time_at(0), std::chrono::days{30});
  EXPECT_TRUE(crypto::verifies(leaf.chain_pem, authority.certificate_pem, "oidc.openirsa.internal",
                               sample::time_at(1000)));
}

TEST(Fixtures, ThePoliciesCompile) {
  const Role role = read<Role>();
  EXPECT_EQ(role.trust.text(), sample::trust_text);
  EXPECT_EQ(role.permissions.inline_policies.at("read").text(), sample::identity_text);
  EXPECT_EQ(read<ManagedPolicy>().current().document.text(), sample::identity_text);
  EXPECT_EQ(read<User>().permissions.attached.size(), 2U);
}

TEST(Fixtures, EarlierReleasesKnewNeitherGroupsNorBoundaries) {
  EXPECT_TRUE(read<User>("v1").groups.empty());
  EXPECT_TRUE(read<User>("v1").boundary.empty());
  EXPECT_FALSE(read<User>("v1").access_keys);
  EXPECT_TRUE(read<Role>("v1").boundary.empty());
  EXPECT_EQ(read<ManagedPolicy>("v1").boundary_uses, 0);

  EXPECT_EQ(read<User>("v3").groups, sample::a_user().groups);
  EXPECT_EQ(read<User>("v3").boundary, sample::a_user().boundary);
  EXPECT_EQ(read<User>("v3").access_keys, sample::a_user().access_keys);
  EXPECT_EQ(read<Role>("v3").boundary, sample::a_role().boundary);
  EXPECT_EQ(read<ManagedPolicy>("v3").boundary_uses, 1);
}

// How the directory of a new form is made: OPENIRSA_WRITE_FIXTURES=test/fixtures/vN record_test.
TEST(Fixtures, AreWrittenOnRequest) {
  const char* target = std::getenv("OPENIRSA_WRITE_FIXTURES");
  if (target == nullptr) GTEST_SKIP() << "OPENIRSA_WRITE_FIXTURES names no directory to write to";
  for (const auto& record : sample::all()) {
    std::ofstream file(std::string(target) + "/" + std::string(record.kind));
    file << record.key << "\n" << record.text << "\n";
    ASSERT_TRUE(file.good()) << record.kind;
  }
}

}  // namespace
}  // namespace openirsa::record
