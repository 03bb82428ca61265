// Every record keeps what it is given.
#include "record/record.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "policy/evaluate.h"
#include "record/sample.h"

namespace openirsa::record {
namespace {

template <class R>
R again(std::string_view key, const R& record) {
  auto parsed = R::parse(key, record.to_text(sample::vault(), key), sample::vault());
  if (!parsed) throw std::logic_error("a sample is refused: " + parsed.error().message);
  return std::move(*parsed);
}

void expect_same(const Permissions& a, const Permissions& b) {
  EXPECT_EQ(a.attached, b.attached);
  ASSERT_EQ(a.inline_policies.size(), b.inline_policies.size());
  for (const auto& [name, policy] : a.inline_policies) {
    ASSERT_TRUE(b.inline_policies.contains(name)) << name;
    EXPECT_EQ(policy.text(), b.inline_policies.at(name).text());
  }
}

TEST(Record, RoleComesBack) {
  const Role role = sample::a_role();
  const Role back = again(role_key(sample::account, "my-app"), role);
  EXPECT_EQ(back.account, role.account);
  EXPECT_EQ(back.name, "My-App");
  EXPECT_EQ(back.path, role.path);
  EXPECT_EQ(back.id, role.id);
  EXPECT_EQ(back.description, role.description);
  EXPECT_EQ(back.created, role.created);
  EXPECT_EQ(back.trust.text(), sample::trust_text);
  EXPECT_EQ(back.max_session_seconds, 7200);
  expect_same(role.permissions, back.permissions);
  EXPECT_EQ(back.tags, role.tags);
  EXPECT_EQ(back.arn("aws-cn"), "arn:aws-cn:iam::123456789012:role/apps/My-App");
}

TEST(Record, UserComesBack) {
  const User user = sample::a_user();
  const User back = again(user_key(sample::account, "admin"), user);
  EXPECT_EQ(back.account, user.account);
  EXPECT_EQ(back.name, "Admin");
  EXPECT_EQ(back.path, user.path);
  EXPECT_EQ(back.id, user.id);
  EXPECT_EQ(back.created, user.created);
  expect_same(user.permissions, back.permissions);
  EXPECT_EQ(back.tags, user.tags);
  EXPECT_EQ(back.arn("aws"), "arn:aws:iam::123456789012:user/people/Admin");
}

TEST(Record, AccessKeyComesBack) {
  const AccessKey key = sample::an_access_key();
  const AccessKey back = again(access_key_key(sample::account, key.id), key);
  EXPECT_EQ(back.id, key.id);
  EXPECT_EQ(back.account, key.account);
  EXPECT_EQ(back.user, key.user);
  EXPECT_EQ(back.user_id, key.user_id);
  EXPECT_EQ(back.secret.expose(), key.secret.expose());
  EXPECT_FALSE(back.active);
  EXPECT_EQ(back.created, key.created);
}

TEST(Record, ManagedPolicyComesBack) {
  const ManagedPolicy policy = sample::a_policy();
  const ManagedPolicy back = again(managed_policy_key(sample::account, policy.name), policy);
  EXPECT_EQ(back.account, policy.account);
  EXPECT_EQ(back.name, policy.name);
  EXPECT_EQ(back.path, policy.path);
  EXPECT_EQ(back.id, policy.id);
  EXPECT_EQ(back.description, policy.description);
  EXPECT_EQ(back.created, policy.created);
  EXPECT_EQ(back.updated, policy.updated);
  EXPECT_EQ(back.default_version, "v3");
  EXPECT_EQ(back.next_version, 4);
  EXPECT_EQ(back.attachments, 2);
  EXPECT_EQ(back.tags, policy.tags);
  ASSERT_EQ(back.versions.size(), 2U);
  EXPECT_EQ(back.versions[0].id, "v1");
  EXPECT_EQ(back.versions[1].id, "v3");
  EXPECT_EQ(back.versions[1].document.text(), sample::identity_text);
  EXPECT_EQ(back.versions[1].created, policy.versions[1].created);
  EXPECT_EQ(&back.current(), &back.versions[1]);
  EXPECT_EQ(back.arn("aws"), "arn:aws:iam::123456789012:policy/team/Readers");
}

TEST(Record, AManagedPolicyWithoutItsDefaultVersionIsADefect) {
  ManagedPolicy policy = sample::a_policy();
  policy.default_version = "v2";
  EXPECT_THROW(policy.current(), std::logic_error);
}

TEST(Record, ProviderComesBack) {
  const OpenIdConnectProvider provider = sample::a_provider();
  const auto back = again(provider_key(sample::account, provider.url), provider);
  EXPECT_EQ(back.account, provider.account);
  EXPECT_EQ(back.url, provider.url);
  EXPECT_EQ(back.client_ids, provider.client_ids);
  EXPECT_EQ(back.thumbprints, provider.thumbprints);
  EXPECT_EQ(back.created, provider.created);
  EXPECT_EQ(back.tags, provider.tags);
  EXPECT_EQ(back.arn("aws"),
            "arn:aws:iam::123456789012:oidc-provider/oidc.openirsa.internal/id/"
            "0123456789ABCDEF0123456789ABCDEF");
}

TEST(Record, AProviderKeepsUploadedKeysAndItsAuthority) {
  const std::string key = provider_key(sample::account, sample::issuer_url.substr(8));
  const auto plain = again(key, sample::a_provider());
  EXPECT_EQ(plain.jwks, "");
  EXPECT_EQ(plain.key_set, nullptr);
  EXPECT_EQ(plain.authority_pem, "");
  EXPECT_EQ(plain.to_text(sample::vault(), key).find("jwks"), std::string::npos);

  OpenIdConnectProvider provider = sample::a_provider();
  const auto made = crypto::PrivateKey::generate(crypto::KeyType::p256).public_key();
  provider.jwks = " " + token::JwkSet({{"one", crypto::Algorithm::es256, made}}).to_text() + "\n";
  provider.authority_pem = "-----BEGIN CERTIFICATE-----\n";
  const auto back = again(key, provider);
  EXPECT_EQ(back.jwks, provider.jwks);
  ASSERT_NE(back.key_set, nullptr);
  ASSERT_EQ(back.key_set->keys().size(), 1U);
  EXPECT_EQ(back.key_set->keys()[0].key_id, "one");
  EXPECT_EQ(back.authority_pem, provider.authority_pem);
  EXPECT_TRUE(back.unknown.empty());
}

TEST(Record, ClusterComesBack) {
  const Cluster cluster = sample::a_cluster();
  const Cluster back = again(cluster_key(sample::account, cluster.region, cluster.name), cluster);
  EXPECT_EQ(back.account, cluster.account);
  EXPECT_EQ(back.region, cluster.region);
  EXPECT_EQ(back.name, cluster.name);
  EXPECT_EQ(back.version, cluster.version);
  EXPECT_EQ(back.role_arn, cluster.role_arn);
  EXPECT_EQ(back.issuer_id, cluster.issuer_id);
  EXPECT_EQ(back.issuer_url, cluster.issuer_url);
  EXPECT_EQ(back.client_request_token, cluster.client_request_token);
  EXPECT_EQ(back.vpc_config, cluster.vpc_config);
  EXPECT_EQ(back.settings, cluster.settings);
  EXPECT_EQ(back.created, cluster.created);
  EXPECT_EQ(back.tags, cluster.tags);
  EXPECT_EQ(back.arn("aws"), "arn:aws:eks:us-west-2:123456789012:cluster/Prod");
}

// A request body may nest 64 levels; stored one level down it must not become unreadable.
TEST(Record, DeeplyNestedSettingsComeBack) {
  json::value deep = "bottom";
  for (int i = 0; i < 64; ++i) deep = json::object{{"down", deep}};
  Cluster cluster = sample::a_cluster();
  cluster.settings = deep.get_object();
  const Cluster back = again(cluster_key(sample::account, cluster.region, cluster.name), cluster);
  EXPECT_EQ(back.settings, cluster.settings);
}

TEST(Record, IssuerComesBackWithItsKeySet) {
  const Issuer issuer = sample::an_issuer();
  const Issuer back = again(issuer_key(issuer.id), issuer);
  EXPECT_EQ(back.id, issuer.id);
  EXPECT_EQ(back.url, issuer.url);
  EXPECT_EQ(back.account, issuer.account);
  EXPECT_EQ(back.region, issuer.region);
  EXPECT_EQ(back.cluster, issuer.cluster);
  EXPECT_FALSE(back.deleted);
  EXPECT_EQ(back.created, issuer.created);
  ASSERT_EQ(back.keys.size(), 1U);
  EXPECT_EQ(back.keys[0].key_id, issuer.keys[0].key_id);
  EXPECT_EQ(back.keys[0].key.private_key()->to_pem().expose(),
            issuer.keys[0].key.private_key()->to_pem().expose());
  EXPECT_EQ(back.keys[0].created, issuer.keys[0].created);
  ASSERT_NE(back.key_set, nullptr);
  ASSERT_EQ(back.key_set->keys().size(), 1U);
  EXPECT_EQ(back.key_set->keys()[0].key_id, issuer.keys[0].key_id);
  EXPECT_EQ(back.key_set->keys()[0].algorithm, crypto::Algorithm::rs256);
  EXPECT_EQ(back.key_set->keys()[0].key.to_der(), issuer.keys[0].key.public_key().to_der());
  EXPECT_EQ(back.key_set_text, issuer.key_set_text);
}

TEST(Record, TheKeySetOfAnIssuerIsPublic) {
  const Issuer issuer = sample::an_issuer();
  const auto set = parse_json_object(issuer.key_set_text);
  ASSERT_TRUE(set);
  ASSERT_EQ(find_array(*set, "keys")->size(), 1U);
  std::set<std::string> names;
  for (const auto& member : find_array(*set, "keys")->at(0).as_object()) names.emplace(member.key());
  EXPECT_EQ(names, (std::set<std::string>{"alg", "e", "kid", "kty", "n", "use"}));
}

TEST(Record, ATombstoneKeepsNoPrivateKey) {
  Issuer issuer = sample::an_issuer();
  issuer.deleted = true;
  const std::string text = issuer.to_text(sample::vault(), issuer_key(issuer.id));
  EXPECT_EQ(text.find("private_key"), std::string::npos);
  const Issuer back = again(issuer_key(issuer.id), issuer);
  EXPECT_TRUE(back.deleted);
  EXPECT_EQ(back.id, issuer.id);
  EXPECT_EQ(back.url, issuer.url);
  EXPECT_EQ(back.account, issuer.account);
  EXPECT_EQ(back.region, issuer.region);
  EXPECT_EQ(back.cluster, "");
  EXPECT_TRUE(back.keys.empty());
  EXPECT_TRUE(back.key_set->keys().empty());
  EXPECT_EQ(back.key_set_text, R"({"keys":[]})");
}

TEST(Record, SmallRecordsComeBack) {
  const Account account = again(account_key(sample::account), sample::an_account());
  EXPECT_EQ(account.id, sample::account);
  EXPECT_EQ(account.alias, "acme");
  EXPECT_EQ(account.created, sample::time_at(0));
  const ServerIdentity server = again(server_key(), sample::a_server());
  EXPECT_EQ(server.account, sample::account);
  EXPECT_EQ(server.created, sample::time_at(0));
  const RingKey ring_key = again(ring_key_key("0a1b2c3d"), sample::a_ring_key());
  EXPECT_EQ(ring_key.id, "0a1b2c3d");
  EXPECT_EQ(ring_key.key.expose(), sample::a_ring_key().key.expose());
  EXPECT_EQ(ring_key.created, sample::time_at(0));
  const AuthorityRecord authority = sample::an_authority();
  const AuthorityRecord back = again(authority_key("product"), authority);
  EXPECT_EQ(back.name, "product");
  EXPECT_EQ(back.certificate_pem, authority.certificate_pem);
  EXPECT_EQ(back.key_pem.expose(), authority.key_pem.expose());
  EXPECT_EQ(back.created, authority.created);
}

TEST(Record, TimesKeepTheirMilliseconds) {
  for (const std::int64_t milliseconds : {0, 1, 10, 100, 999, 1000, -1}) {
    Account account = sample::an_account();
    account.created = sample::time_at(milliseconds);
    EXPECT_EQ(again(account_key(account.id), account).created, account.created) << milliseconds;
  }
}

TEST(Record, NoSecretLiesReadable) {
  const std::string access_key = sample::an_access_key().to_text(sample::vault(), "k");
  EXPECT_EQ(access_key.find("wJalrXUtnFEMI"), std::string::npos);
  const std::string issuer = sample::an_issuer().to_text(sample::vault(), "k");
  EXPECT_EQ(issuer.find("PRIVATE KEY"), std::string::npos);
  const std::string authority = sample::an_authority().to_text(sample::vault(), "k");
  EXPECT_EQ(authority.find("PRIVATE KEY"), std::string::npos);
  EXPECT_NE(authority.find("BEGIN CERTIFICATE"), std::string::npos);
  EXPECT_EQ(sample::a_ring_key().to_text(sample::vault(), "k").find("ring key of"), std::string::npos);
}

// What a later version adds, at the top and inside, is still there after this version edited the record.
TEST(Record, UnknownMembersSurviveAnEditOfEveryKind) {
  std::size_t kinds = 0;
  for (const sample::Sample& record : sample::all()) {
    auto members = *parse_json_object(record.text);
    members["later"] = json::object{{"deep", {1, "two", nullptr}}};
    members["a_later_flag"] = true;
    auto rewritten = record.reread(record.key, json::serialize(members), sample::vault());
    ASSERT_TRUE(rewritten) << record.kind << ": " << rewritten.error().message;
    const auto back = *parse_json_object(*rewritten);
    EXPECT_EQ(back.at("later"), members.at("later")) << record.kind;
    EXPECT_EQ(back.at("a_later_flag"), true) << record.kind;
    EXPECT_EQ(back.size(), members.size()) << record.kind;
    ++kinds;
  }
  EXPECT_EQ(kinds, sample::kinds);
}

TEST(Record, UnknownMembersInsideSurviveAnEdit) {
  const auto with = [](std::string text, std::string_view before, std::string_view added) {
    const std::size_t at = text.find(before);
    if (at == std::string::npos) throw std::logic_error("the sample has another form");
    return text.insert(at, added);
  };
  constexpr std::string_view added = R"("later":[1],)";
  const std::string role = role_key(sample::account, "my-app");
  auto edited = Role::parse(
      role, with(sample::a_role().to_text(sample::vault(), role), R"("attached")", added), sample::vault());
  ASSERT_TRUE(edited) << edited.error().message;
  edited->permissions.attached.clear();
  EXPECT_NE(edited->to_text(sample::vault(), role).find(R"("later":[1])"), std::string::npos);

  const std::string policy = managed_policy_key(sample::account, "readers");
  auto versions = ManagedPolicy::parse(
      policy, with(sample::a_policy().to_text(sample::vault(), policy), R"("document")", added),
      sample::vault());
  ASSERT_TRUE(versions) << versions.error().message;
  EXPECT_NE(versions->to_text(sample::vault(), policy).find(R"("later":[1])"), std::string::npos);

  const std::string issuer = issuer_key(sample::issuer_id);
  auto keys = Issuer::parse(
      issuer, with(sample::an_issuer().to_text(sample::vault(), issuer), R"("private_key")", added),
      sample::vault());
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_NE(keys->to_text(sample::vault(), issuer).find(R"("later":[1])"), std::string::npos);
}

TEST(Record, UnknownMembersDisplaceNothing) {
  Account account = sample::an_account();
  account.unknown = {{"v", 99}, {"alias", "mallory"}, {"later", 1}};
  const Account back = again(account_key(account.id), account);
  EXPECT_EQ(back.alias, "acme");
  EXPECT_EQ(back.unknown, (json::object{{"later", 1}}));
}

TEST(Record, EqualDocumentsOfDifferentKindsStayApart) {
  Role role = sample::a_role();
  role.permissions.inline_policies.emplace("again",
                                           sample::compiled(sample::identity_text, policy::Kind::identity));
  const Role back = again(role_key(sample::account, "my-app"), role);
  EXPECT_EQ(back.permissions.inline_policies.size(), 2U);
  // The same text as a trust policy lets nobody in, however often it was compiled as another kind.
  auto members = *parse_json_object(role.to_text(sample::vault(), "k"));
  members["trust"] = json::string_view(sample::identity_text.data(), sample::identity_text.size());
  const auto read =
      Role::parse(role_key(sample::account, "my-app"), json::serialize(members), sample::vault());
  ASSERT_TRUE(read) << read.error().message;
  const policy::Facts facts{.principal = {}, .action = "s3:GetObject", .resource = "*", .context = nullptr};
  EXPECT_EQ(policy::decide_trust(read->trust, facts).effect(), policy::Effect::explicit_deny);
}

}  // namespace
}  // namespace openirsa::record
