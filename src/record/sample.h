// One record of each kind with every member set. Included by tests only.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "crypto/certificate.h"
#include "record/cluster.h"
#include "record/identity.h"
#include "record/key.h"
#include "record/policies.h"
#include "record/provider.h"
#include "record/revocation.h"
#include "record/role.h"
#include "record/secrets.h"
#include "token/signer.h"

namespace openirsa::record::sample {

constexpr std::string_view account = "123456789012";
constexpr std::int64_t moment = 1'795'521'600;  // 2026-11-24T12:00:00Z
constexpr std::string_view issuer_id = "0123456789ABCDEF0123456789ABCDEF";
constexpr std::string_view issuer_url = "https://oidc.openirsa.internal/id/0123456789ABCDEF0123456789ABCDEF";

constexpr std::string_view trust_text =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)"
    R"({"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.openirsa.internal/id/)"
    R"(0123456789ABCDEF0123456789ABCDEF"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":)"
    R"({"oidc.openirsa.internal/id/0123456789ABCDEF0123456789ABCDEF:sub":"system:serviceaccount:default:my-app"}}}]})";
constexpr std::string_view identity_text =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]})";

inline Vault vault() { return Vault(Secret("openirsa fixture master key v1!!")); }

inline Time time_at(std::int64_t milliseconds_after) {
  return time_of_seconds(moment) + std::chrono::milliseconds{milliseconds_after};
}

inline policy::Policy compiled(std::string_view text, policy::Kind kind) {
  auto policy = policy::Policy::parse(text, kind);
  if (!policy) throw std::logic_error("a sample policy is refused: " + policy.error().message);
  return std::move(*policy);
}

inline Permissions permissions() {
  Permissions out;
  out.inline_policies.emplace("read", compiled(identity_text, policy::Kind::identity));
  out.attached = {"arn:aws:iam::123456789012:policy/team/Readers", "arn:aws:iam::aws:policy/ReadOnlyAccess"};
  return out;
}

inline Account an_account() { return {.id = std::string(account), .alias = "acme", .created = time_at(0)}; }

inline AccountName an_account_name() { return {.name = "Acme", .account = std::string(account)}; }

inline User a_user() {
  return {.account = std::string(account),
          .name = "Admin",
          .path = "/people/",
          .id = "AIDAABCDEFGHIJKLMNOPQ",
          .created = time_at(0),
          .permissions = permissions(),
          .boundary = "arn:aws:iam::123456789012:policy/team/Readers",
          .groups = {"AGPAABCDEFGHIJKLMNOPQ"},
          .access_keys = {{"AKIAQABCDEFGHIJKLMNO"}},
          .tags = {{"team", "platform"}, {"Größe", ""}}};
}

inline AccountAlias an_account_alias() { return {.alias = "acme-corp", .account = std::string(account)}; }

inline Group a_group() {
  return {.account = std::string(account),
          .name = "Admins",
          .path = "/people/",
          .id = "AGPAABCDEFGHIJKLMNOPQ",
          .created = time_at(5),
          .permissions = permissions(),
          .members = 1};
}

inline GroupName a_group_name() {
  return {.account = std::string(account), .name = "Admins", .group = "AGPAABCDEFGHIJKLMNOPQ"};
}

inline AccessKeyUse an_access_key_use() {
  return {.account = std::string(account),
          .id = "AKIAQABCDEFGHIJKLMNO",
          .used = time_at(90'000),
          .service = "iam",
          .region = "us-west-2"};
}

inline AccessKey an_access_key() {
  return {.id = "AKIAQABCDEFGHIJKLMNO",
          .account = std::string(account),
          .user = "Admin",
          .user_id = "AIDAABCDEFGHIJKLMNOPQ",
          .secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYFIXTURES00"),
          .active = false,
          .created = time_at(7)};
}

inline Role a_role() {
  return {.account = std::string(account),
          .name = "My-App",
          .path = "/apps/",
          .id = "AROAABCDEFGHIJKLMNOPQ",
          .description = "reads \"things\"\n\tand nothing else",
          .created = time_at(120),
          .trust = compiled(trust_text, policy::Kind::trust),
          .max_session_seconds = 7200,
          .permissions = permissions(),
          .boundary = "arn:aws:iam::aws:policy/PowerUserAccess",
          .tags = {{"team", "apps"}}};
}

inline ManagedPolicy a_policy() {
  ManagedPolicy out{.account = std::string(account),
                    .name = "Readers",
                    .path = "/team/",
                    .id = "ANPAABCDEFGHIJKLMNOPQ",
                    .description = "who reads",
                    .created = time_at(0),
                    .updated = time_at(60'000),
                    .default_version = "v3",
                    .next_version = 4,
                    .attachments = 2,
                    .boundary_uses = 1,
                    .tags = {{"team", "platform"}}};
  out.versions.push_back({"v1", compiled(identity_text, policy::Kind::managed), time_at(0)});
  out.versions.push_back({"v3", compiled(identity_text, policy::Kind::managed), time_at(60'000)});
  return out;
}

inline OpenIdConnectProvider a_provider() {
  return {.account = std::string(account),
          .url = std::string(issuer_url.substr(8)),
          .client_ids = {"sts.amazonaws.com", "Other"},
          .thumbprints = {"9e99a48a9960b14926bb7f3b02e22da2b0ab7280"},
          .created = time_at(999),
          .tags = {{"alpha.eksctl.io/cluster-name", "prod"}}};
}

inline Revocation a_revocation() {
  return {.account = std::string(account),
          .subject_kind = std::string(revocable::signing_key),
          .subject = signing_key_subject(issuer_url, "key 1"),
          .until = time_at(250),
          .created = time_at(300),
          .author = "arn:aws:iam::123456789012:user/people/Admin"};
}

inline Cluster a_cluster() {
  return {.account = std::string(account),
          .region = "us-west-2",
          .name = "Prod",
          .version = "1.34",
          .role_arn = "arn:aws:iam::123456789012:role/eks",
          .issuer_id = std::string(issuer_id),
          .issuer_url = std::string(issuer_url),
          .client_request_token = "7f1c0f5e-0000-4000-8000-000000000001",
          .vpc_config = {{"subnetIds", {"subnet-1", "subnet-2"}}, {"endpointPublicAccess", true}},
          .settings = {{"kubernetesNetworkConfig", {{"ipFamily", "ipv4"}}}, {"ratio", 0.5}},
          .created = time_at(45),
          .tags = {{"team", "apps"}}};
}

inline Issuer an_issuer() {
  auto key = crypto::PrivateKey::generate(crypto::KeyType::rsa);
  Issuer out{.id = std::string(issuer_id),
             .url = std::string(issuer_url),
             .account = std::string(account),
             .region = "us-west-2",
             .cluster = "Prod",
             .created = time_at(45)};
  std::string key_id = token::key_id_of(key.public_key());
  out.keys.push_back({std::move(key_id), std::move(key), time_at(45)});
  out.derive_key_set();
  return out;
}

inline RingKey a_ring_key() {
  return {.id = "0a1b2c3d",
          .key = Secret(std::string("\x00\xff ring key of the fixtures.. \n", 32)),
          .created = time_at(0)};
}

inline AuthorityRecord an_authority() {
  const auto made =
      crypto::make_authority("OpenIRSA fixture", {.dns = {"oidc.openirsa.internal"}, .addresses = {}},
                             time_at(0), std::chrono::days{3650});
  return {.name = "product",
          .certificate_pem = made.certificate_pem,
          .key_pem = made.key.to_pem(),
          .created = time_at(0)};
}

inline ServerIdentity a_server() { return {.account = std::string(account), .created = time_at(0)}; }

// A record as text, with what every kind has in common.
struct Sample {
  std::string_view kind;
  std::string key;
  std::string text;
  Result<std::string, RecordError> (*reread)(std::string_view key, std::string_view text, const Vault& vault);
};

template <class R>
Result<std::string, RecordError> reread(std::string_view key, std::string_view text, const Vault& vault) {
  auto record = R::parse(key, text, vault);
  if (!record) return std::move(record).error();
  return record->to_text(vault, key);
}

template <class R>
Sample sample_of(std::string key, const R& record) {
  std::string text = record.to_text(vault(), key);
  return {R::kind, std::move(key), std::move(text), reread<R>};
}

// Every kind there is.
inline std::vector<Sample> all() {
  return {sample_of(account_key(account), an_account()),
          sample_of(account_name_key("Acme"), an_account_name()),
          sample_of(account_alias_key("acme-corp"), an_account_alias()),
          sample_of(user_key(account, "Admin"), a_user()),
          sample_of(group_key(account, "AGPAABCDEFGHIJKLMNOPQ"), a_group()),
          sample_of(group_name_key(account, "Admins"), a_group_name()),
          sample_of(access_key_use_key(account, "AKIAQABCDEFGHIJKLMNO"), an_access_key_use()),
          sample_of(access_key_key(account, "AKIAQABCDEFGHIJKLMNO"), an_access_key()),
          sample_of(role_key(account, "My-App"), a_role()),
          sample_of(managed_policy_key(account, "Readers"), a_policy()),
          sample_of(provider_key(account, issuer_url.substr(8)), a_provider()),
          sample_of(revocation_key(account, revocable::signing_key, signing_key_subject(issuer_url, "key 1")),
                    a_revocation()),
          sample_of(cluster_key(account, "us-west-2", "Prod"), a_cluster()),
          sample_of(issuer_key(issuer_id), an_issuer()),
          sample_of(ring_key_key("0a1b2c3d"), a_ring_key()),
          sample_of(authority_key("product"), an_authority()),
          sample_of(server_key(), a_server())};
}

constexpr std::size_t kinds = 17;

}  // namespace openirsa::record::sample
