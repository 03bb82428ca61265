// What is not exactly a record of this release is refused, by a message that names the member.
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/text.h"
#include "policy/evaluate.h"
#include "record/sample.h"

namespace openirsa::record {
namespace {

using Path = std::vector<std::string>;  // member names; digits stand for an index into an array

// Objects whose members belong to the user: no name in them is required.
bool is_free_form(const std::string& name) {
  return name == "vpc_config" || name == "settings" || name == "tags" || name == "inline_policies";
}

// Every member that the form of a record prescribes, at every depth.
void collect(const json::value& value, const Path& here, std::vector<Path>& out) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      Path path = here;
      path.emplace_back(member.key());
      out.push_back(path);
      if (!is_free_form(path.back())) collect(member.value(), path, out);
    }
  } else if (const auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (!(*array)[i].is_object()) continue;
      Path path = here;
      path.push_back(std::to_string(i));
      collect((*array)[i], path, out);
    }
  }
}

std::string shown(const Path& path) {
  std::string out;
  for (const std::string& part : path) out += "/" + part;
  return out;
}

// Changes the object that holds the path's last member.
std::string changed(const std::string& text, const Path& path,
                    const std::function<void(json::object&)>& change) {
  json::value document = *parse_json(text);
  json::value* at = &document;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    at = at->is_array() ? &at->as_array().at(std::stoul(path[i])) : &at->as_object().at(path[i]);
  }
  change(at->as_object());
  return json::serialize(document);
}

// Values of every type other than that of `value`.
std::vector<json::value> mistyped(const json::value& value) {
  std::vector<json::value> out{nullptr, 0.5};
  if (!value.is_string()) out.emplace_back("text");
  if (!value.is_int64()) out.emplace_back(7);
  if (!value.is_bool()) out.emplace_back(true);
  if (!value.is_array()) out.emplace_back(json::array{});
  if (!value.is_object()) out.emplace_back(json::object{});
  return out;
}

class EveryMember : public testing::Test {
 protected:
  void SetUp() override {
    records_ = sample::all();
    ASSERT_EQ(records_.size(), sample::kinds);
    for (const auto& record : records_) {
      const auto read = record.reread(record.key, record.text, sample::vault());
      ASSERT_TRUE(read) << record.kind << ": " << read.error().message;
    }
  }
  // Calls `check(record, path, the member's value)` for each member of each kind.
  void each(const std::function<void(const sample::Sample&, const Path&, const json::value&)>& check) {
    std::size_t members = 0;
    for (const auto& record : records_) {
      std::vector<Path> paths;
      collect(*parse_json(record.text), {}, paths);
      for (const Path& path : paths) {
        json::value value;
        changed(record.text, path, [&](json::object& holder) { value = holder.at(path.back()); });
        check(record, path, value);
        ++members;
      }
    }
    EXPECT_EQ(members, 137U);  // another count: a kind gained or lost a member
  }
  std::vector<sample::Sample> records_;
};

// What the first release did not write; key_pair_test.cpp and fixtures_test.cpp read records without it.
bool is_younger(std::string_view kind, std::string_view name) {
  if (kind == User::kind) return name == "boundary" || name == "groups" || name == "access_keys";
  return name == "public_key" || name == "boundary" || name == "boundary_uses";
}

TEST_F(EveryMember, MissingIsRefused) {
  each([](const sample::Sample& record, const Path& path, const json::value&) {
    if (is_younger(record.kind, path.back())) return;
    const std::string text =
        changed(record.text, path, [&](json::object& holder) { holder.erase(path.back()); });
    const auto read = record.reread(record.key, text, sample::vault());
    ASSERT_FALSE(read) << record.kind << shown(path);
    EXPECT_NE(read.error().message.find(path.back() + "` is missing"), std::string::npos)
        << record.kind << shown(path) << ": " << read.error().message;
  });
}

TEST_F(EveryMember, MistypedIsRefused) {
  each([](const sample::Sample& record, const Path& path, const json::value& value) {
    for (const json::value& wrong : mistyped(value)) {
      const std::string text =
          changed(record.text, path, [&](json::object& holder) { holder[path.back()] = wrong; });
      const auto read = record.reread(record.key, text, sample::vault());
      ASSERT_FALSE(read) << record.kind << shown(path) << " as " << json::serialize(wrong);
      EXPECT_NE(read.error().message.find(path.back()), std::string::npos)
          << record.kind << shown(path) << ": " << read.error().message;
    }
  });
}

TEST_F(EveryMember, AnotherVersionIsRefused) {
  for (const auto& record : records_) {
    for (const std::int64_t version : {2, 3, 1000}) {
      const auto text = changed(record.text, {"v"}, [&](json::object& holder) { holder["v"] = version; });
      const auto read = record.reread(record.key, text, sample::vault());
      ASSERT_FALSE(read) << record.kind;
      EXPECT_NE(read.error().message.find("newer release"), std::string::npos) << read.error().message;
    }
    for (const std::int64_t version : {0, -1}) {
      const auto text = changed(record.text, {"v"}, [&](json::object& holder) { holder["v"] = version; });
      const auto read = record.reread(record.key, text, sample::vault());
      ASSERT_FALSE(read) << record.kind;
      EXPECT_EQ(read.error().message, "member `v` is not a form that any release wrote");
    }
  }
}

TEST_F(EveryMember, AnotherKeyIsRefused) {
  for (const auto& record : records_) {
    EXPECT_FALSE(record.reread(record.key + "x", record.text, sample::vault())) << record.kind;
    EXPECT_FALSE(record.reread("", record.text, sample::vault())) << record.kind;
  }
}

TEST_F(EveryMember, TextThatIsNotARecordIsRefused) {
  for (const auto& record : records_) {
    const std::vector<std::string> others{"",
                                          "{}",
                                          "[]",
                                          "null",
                                          "1",
                                          "\"text\"",
                                          record.text + "x",
                                          record.text + record.text,
                                          record.text.substr(0, record.text.size() - 1),
                                          "{\"v\":1," + record.text.substr(1)};
    for (const std::string& text : others) {
      EXPECT_FALSE(record.reread(record.key, text, sample::vault())) << record.kind << ": " << text;
    }
  }
}

TEST_F(EveryMember, SecretsNeedTheirMasterKey) {
  const Vault other(Secret("openirsa fixture master key v1!?"));
  std::size_t sealed = 0;
  for (const auto& record : records_) {
    const bool has_secret = record.kind == "access-key" || record.kind == "issuer" ||
                            record.kind == "ring-key" || record.kind == "authority";
    const auto read = record.reread(record.key, record.text, other);
    EXPECT_EQ(static_cast<bool>(read), !has_secret) << record.kind;
    if (!has_secret) continue;
    ++sealed;
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find("does not open"), std::string::npos) << read.error().message;
  }
  EXPECT_EQ(sealed, 4U);
}

TEST(Refusal, ASealedSecretMovedToAnotherRecord) {
  const std::string mine = access_key_key(sample::account, "AKIAQABCDEFGHIJKLMNO");
  const std::string theirs = access_key_key(sample::account, "AKIAQABCDEFGHIJKLMNP");
  AccessKey other = sample::an_access_key();
  other.id = "AKIAQABCDEFGHIJKLMNP";
  const auto my_members = *parse_json_object(sample::an_access_key().to_text(sample::vault(), mine));
  auto their_members = *parse_json_object(other.to_text(sample::vault(), theirs));
  ASSERT_TRUE(AccessKey::parse(theirs, json::serialize(their_members), sample::vault()));
  their_members["secret"] = my_members.at("secret");
  const auto read = AccessKey::parse(theirs, json::serialize(their_members), sample::vault());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            "member `secret` does not open: it was sealed under another master key or for another record");
}

// The text of a sample with one piece replaced.
std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("the sample has another form");
  return text.replace(at, from.size(), to);
}

TEST(Refusal, TimesThatAreNone) {
  const std::string key = account_key(sample::account);
  const std::string text = sample::an_account().to_text(sample::vault(), key);
  for (const std::string_view time :
       {"", "now", "2026-13-24T12:00:00Z", "2026-11-24T12:00:00", "1795521600"}) {
    const auto read = Account::parse(key, with(text, "2026-11-24T12:00:00Z", time), sample::vault());
    ASSERT_FALSE(read) << time;
    EXPECT_EQ(read.error().message, "member `created` is not a time");
  }
}

TEST(Refusal, ListsAndTagsOfOtherThings) {
  const std::string key = provider_key(sample::account, sample::issuer_url.substr(8));
  const std::string text = sample::a_provider().to_text(sample::vault(), key);
  ASSERT_TRUE(OpenIdConnectProvider::parse(key, text, sample::vault()));
  const auto list = OpenIdConnectProvider::parse(key, with(text, R"("Other")", "7"), sample::vault());
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().message, "member `client_ids` is not an array of texts");
  const auto tags = OpenIdConnectProvider::parse(key, with(text, R"("prod")", "{}"), sample::vault());
  ASSERT_FALSE(tags);
  EXPECT_EQ(tags.error().message, "member `tags` holds a value that is not text");
}

// Limits on keys may become narrower: a store with keys beyond them opens, and those keys verify nothing.
TEST(Refusal, UploadedKeysBeyondTheLimitsVerifyNothingAndStopNoStart) {
  OpenIdConnectProvider provider = sample::a_provider();
  const std::string key = provider_key(sample::account, provider.url);
  const token::Jwk made{"one", std::nullopt,
                        crypto::PrivateKey::generate(crypto::KeyType::p256).public_key()};
  provider.jwks = token::JwkSet({made, made}).to_text();
  const auto usable =
      OpenIdConnectProvider::parse(key, provider.to_text(sample::vault(), key), sample::vault());
  ASSERT_TRUE(usable);
  EXPECT_EQ(usable->key_set->keys().size(), 2U);
  const std::string crowded = token::JwkSet({made, made, made}).to_text();
  const std::string slow =
      R"({"keys":[{"kty":"RSA","n":")" + to_base64url(std::string(256, '\xff')) + R"(","e":"__________8"}]})";
  for (const std::string& jwks : {crowded, slow}) {
    provider.jwks = jwks;
    const std::string text = provider.to_text(sample::vault(), key);
    const auto kept = OpenIdConnectProvider::parse(key, text, sample::vault());
    ASSERT_TRUE(kept) << kept.error().message;
    ASSERT_NE(kept->key_set, nullptr);  // none would have them fetched
    EXPECT_TRUE(kept->key_set->keys().empty());
    EXPECT_EQ(kept->to_text(sample::vault(), key), text);
  }
}

TEST(Refusal, UploadedKeysThatAreNone) {
  OpenIdConnectProvider provider = sample::a_provider();
  const std::string key = provider_key(sample::account, provider.url);
  const auto made = crypto::PrivateKey::generate(crypto::KeyType::p256).public_key();
  provider.jwks = token::JwkSet({{"one", std::nullopt, made}}).to_text();
  const std::string text = provider.to_text(sample::vault(), key);
  ASSERT_TRUE(OpenIdConnectProvider::parse(key, text, sample::vault()));
  const auto broken =
      OpenIdConnectProvider::parse(key, with(text, R"(\"keys\")", R"(\"kees\")"), sample::vault());
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message, "member `jwks` is not a key set: `keys` is not an array");
  provider.jwks = {};
  const std::string without = provider.to_text(sample::vault(), key);
  ASSERT_TRUE(OpenIdConnectProvider::parse(key, without, sample::vault()));
  const auto number =
      OpenIdConnectProvider::parse(key, with(without, R"({"v":1,)", R"({"v":1,"jwks":7,)"), sample::vault());
  ASSERT_FALSE(number);
  EXPECT_EQ(number.error().message, "member `jwks` is not text");
}

TEST(Refusal, PoliciesThatAreNone) {
  const std::string key = role_key(sample::account, "my-app");
  const std::string text = sample::a_role().to_text(sample::vault(), key);
  ASSERT_TRUE(Role::parse(key, text, sample::vault()));
  const auto trust =
      Role::parse(key, with(text, "sts:AssumeRoleWithWebIdentity", "s3:GetObject"), sample::vault());
  ASSERT_TRUE(trust) << "a trust policy is looked at when somebody wants to assume the role";
  const policy::Facts facts{.principal = {.kind = policy::Principal::Kind::user,
                                          .arn = "arn:aws:iam::123456789012:user/Admin",
                                          .account = sample::account,
                                          .role_arn = {},
                                          .unique_id = {}},
                            .action = "s3:GetObject",
                            .resource = "*",
                            .context = nullptr};
  EXPECT_EQ(policy::decide_trust(trust->trust, facts).effect(), policy::Effect::explicit_deny);
  const auto inside = Role::parse(
      key, with(text, R"(\"Action\":\"s3:GetObject\")", R"(\"Akt\":\"s3:GetObject\")"), sample::vault());
  ASSERT_FALSE(inside);
  EXPECT_TRUE(inside.error().message.starts_with(
      "within `permissions`: member `inline_policies.read` is not a policy: "))
      << inside.error().message;

  const std::string managed = managed_policy_key(sample::account, "readers");
  const auto version = ManagedPolicy::parse(
      managed, with(sample::a_policy().to_text(sample::vault(), managed), R"(\"Action\":)", R"(\"Akt\":)"),
      sample::vault());
  ASSERT_FALSE(version);
  EXPECT_TRUE(version.error().message.starts_with("member `versions[0].document` is not a policy: "))
      << version.error().message;
}

TEST(Refusal, AManagedPolicyWithoutItsDefaultVersion) {
  const std::string key = managed_policy_key(sample::account, "readers");
  ManagedPolicy policy = sample::a_policy();
  policy.default_version = "v2";
  const auto read = ManagedPolicy::parse(key, policy.to_text(sample::vault(), key), sample::vault());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "member `default_version` names a version that the record does not hold");
}

TEST(Refusal, ElementsThatAreNotObjects) {
  const std::string key = issuer_key(sample::issuer_id);
  auto members = *parse_json_object(sample::an_issuer().to_text(sample::vault(), key));
  members["keys"].as_array().emplace_back("text");
  const auto read = Issuer::parse(key, json::serialize(members), sample::vault());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "member `keys[1]` is not an object");
}

TEST(Refusal, ATombstoneWithPrivateKeys) {
  const std::string key = issuer_key(sample::issuer_id);
  auto members = *parse_json_object(sample::an_issuer().to_text(sample::vault(), key));
  members["deleted"] = true;
  const auto read = Issuer::parse(key, json::serialize(members), sample::vault());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "member `keys` holds private keys of a deleted issuer");
}

TEST(Refusal, PrivateKeysThatAreNone) {
  const std::string key = issuer_key(sample::issuer_id);
  auto members = *parse_json_object(sample::an_issuer().to_text(sample::vault(), key));
  // As the first release wrote it; with a public half beside it, a private key is looked at when it is used
  // (key_pair_test.cpp).
  members["keys"].as_array()[0].as_object().erase("public_key");
  auto& private_key = members["keys"].as_array()[0].as_object()["private_key"];
  private_key = sample::vault().seal(key, Secret("no PEM"));
  const auto none = Issuer::parse(key, json::serialize(members), sample::vault());
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().message.starts_with("member `keys[0].private_key` is not a private key"))
      << none.error().message;
  private_key = sample::vault().seal(key, crypto::PrivateKey::generate(crypto::KeyType::p256).to_pem());
  const auto curve = Issuer::parse(key, json::serialize(members), sample::vault());
  ASSERT_FALSE(curve);
  EXPECT_EQ(curve.error().message, "member `keys[0].private_key` is not an RSA key");
}

TEST(Refusal, RingKeysOfAnotherLength) {
  const std::string key = ring_key_key("0a1b2c3d");
  RingKey ring_key = sample::a_ring_key();
  for (const std::size_t length : {0U, 16U, 31U, 33U}) {
    ring_key.key = Secret(std::string(length, 'k'));
    const auto read = RingKey::parse(key, ring_key.to_text(sample::vault(), key), sample::vault());
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().message, "member `key` is not 32 bytes long");
  }
}

}  // namespace
}  // namespace openirsa::record
