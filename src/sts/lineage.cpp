#include "sts/lineage.h"

#include <array>

#include "base/text.h"
#include "issuer/registry.h"
#include "policy/arn.h"
#include "record/key.h"
#include "record/provider.h"
#include "record/revocation.h"
#include "record/role.h"

namespace openirsa::sts {
namespace {

using Verdict = std::optional<Ended>;

std::string whose(const wire::Ancestor& link) {
  return link.name.empty() ? "the root of account " + link.account : "`" + link.name + "`";
}

// A role is looked up by its name and must have the id that was sealed: a namesake is another.
Verdict missing_role(const wire::Ancestor& link, const store::Snapshot& snapshot) {
  if (!link.unique_id.starts_with("AROA")) return std::nullopt;
  const auto* role = record::find<record::Role>(snapshot, record::role_key(link.account, link.name));
  if (role != nullptr && role->id == link.unique_id) return std::nullopt;
  return Ended{"role_gone", "the role " + whose(link) + " was deleted, or deleted and made anew"};
}

// Only the last link of a line can be a long-lived key's.
const record::AccessKey* first_key(const Statement& statement, const store::Snapshot& snapshot) {
  if (statement.extras.ancestors.empty()) return nullptr;
  const wire::Ancestor& first = statement.extras.ancestors.back();
  return record::find<record::AccessKey>(snapshot,
                                         record::access_key_key(first.account, first.access_key_id));
}

const record::User* user_of_key(const record::AccessKey& key, const store::Snapshot& snapshot) {
  const auto* user = record::find<record::User>(snapshot, record::user_key(key.account, key.user));
  return user != nullptr && user->id == key.user_id ? user : nullptr;
}

// A user's sealed name may be an old one.
Verdict missing_user(const wire::Ancestor& link, const Statement& statement,
                     const store::Snapshot& snapshot) {
  if (link.unique_id.starts_with("AROA") || link.name.empty()) return std::nullopt;
  const auto* key = first_key(statement, snapshot);
  if (key == nullptr)
    return Ended{"access_key_gone", "the access key that " + whose(link) + " made it with was deleted"};
  const auto* user = user_of_key(*key, snapshot);
  if (user != nullptr && user->id == link.unique_id) return std::nullopt;
  return Ended{"user_gone", "the user " + whose(link) + " was deleted, or deleted and made anew"};
}

Verdict missing_access_key(const wire::Ancestor& link, const store::Snapshot& snapshot) {
  if (!link.access_key_id.starts_with("AKIA")) return std::nullopt;
  const auto* key =
      record::find<record::AccessKey>(snapshot, record::access_key_key(link.account, link.access_key_id));
  if (key != nullptr && key->active) return std::nullopt;
  return Ended{key == nullptr ? "access_key_gone" : "access_key_inactive",
               "the access key " + link.access_key_id + " that the session was made with was " +
                   (key == nullptr ? "deleted" : "deactivated")};
}

// A provider has no id: one made anew is younger than the session.
Verdict missing_provider(const wire::Ancestor& link, const store::Snapshot& snapshot) {
  if (link.provider_arn.empty()) return std::nullopt;
  constexpr std::string_view type = "oidc-provider/";
  const auto arn = policy::parse_arn(link.provider_arn);
  const auto* provider =
      !arn || !arn->resource.starts_with(type)
          ? nullptr
          : record::find<record::OpenIdConnectProvider>(
                snapshot, record::provider_key(link.account, arn->resource.substr(type.size())));
  if (provider != nullptr && provider->created <= link.issued_at) return std::nullopt;
  return Ended{"provider_gone",
               "the provider " + link.provider_arn + " was deleted, or deleted and made anew"};
}

Verdict missing_cluster(const wire::Ancestor& link, const store::Snapshot& snapshot) {
  if (link.cluster_arn.empty() || issuer::find_live(snapshot, link.issuer) != nullptr) return std::nullopt;
  return Ended{"cluster_gone", "the cluster " + link.cluster_arn + " whose token was exchanged was deleted"};
}

bool has_revocations(std::string_view account, const store::Snapshot& snapshot) {
  bool any = false;
  snapshot.scan(record::kind_prefix(account, "-", record::Revocation::kind), {}, [&](const store::Item&) {
    any = true;
    return false;
  });
  return any;
}

struct Subject {
  std::string_view kind;
  std::string_view name;
};

Verdict revoked_in(std::string_view account, std::span<const Subject> subjects, const wire::Ancestor& link,
                   const store::Snapshot& snapshot) {
  for (const Subject& subject : subjects) {
    if (subject.name.empty()) continue;
    const auto* revocation = record::find<record::Revocation>(
        snapshot, record::revocation_key(account, subject.kind, subject.name));
    if (revocation == nullptr || link.issued_at > revocation->until) continue;
    return Ended{"session_revoked", concatenate({"sessions of the ", subject.kind, " ", subject.name,
                                                 " were revoked by ", revocation->author})};
  }
  return std::nullopt;
}

Verdict revoked(const wire::Ancestor& link, const store::Snapshot& snapshot) {
  const auto cluster = policy::parse_arn(link.cluster_arn);
  const std::string_view owner = cluster ? cluster->account : std::string_view{};
  const bool own = has_revocations(link.account, snapshot);
  const bool owners = !owner.empty() && owner != link.account && has_revocations(owner, snapshot);
  if (!own && !owners) return std::nullopt;
  namespace kinds = record::revocable;
  const std::string signing_key =
      link.key_id.empty() ? std::string() : record::signing_key_subject(link.issuer, link.key_id);
  // Whoever owns the cluster may end what came of its tokens, in whichever account; all else is for the
  // account whose role or user it is.
  const std::array all{
      Subject{kinds::issuer, link.issuer},
      Subject{kinds::cluster, link.cluster_arn},
      Subject{kinds::signing_key, signing_key},
      Subject{kinds::provider, link.provider_arn},
      Subject{kinds::access_key, link.access_key_id},
      Subject{link.unique_id.starts_with("AROA") ? kinds::role : kinds::user, link.unique_id}};
  if (own) {
    if (auto ended = revoked_in(link.account, all, link, snapshot)) return ended;
  }
  if (!owners) return std::nullopt;
  return revoked_in(owner, std::span(all).first(3), link, snapshot);
}

Verdict end_of_link(const wire::Ancestor& link, const Statement& statement, const store::Snapshot& snapshot) {
  if (auto ended = missing_user(link, statement, snapshot)) return ended;
  for (const auto check : {missing_role, missing_access_key, missing_provider, missing_cluster, revoked}) {
    if (auto ended = check(link, snapshot)) return ended;
  }
  return std::nullopt;
}

wire::Ancestor own_link(const Statement& statement) {
  return {.account = statement.account,
          .unique_id = statement.role_id,
          .name = statement.role_name,
          .access_key_id = statement.access_key_id,
          .provider_arn = statement.provider_arn,
          .issuer = statement.issuer,
          .key_id = statement.key_id,
          .cluster_arn = statement.cluster_arn,
          .issued_at = statement.issued()};
}

}  // namespace

std::optional<Ended> end_of(const Statement& statement, const store::Snapshot& snapshot) {
  if (auto ended = end_of_link(own_link(statement), statement, snapshot)) return ended;
  for (const wire::Ancestor& ancestor : statement.extras.ancestors) {
    auto ended = end_of_link(ancestor, statement, snapshot);
    if (!ended) continue;
    ended->detail = "this session was made from another: " + ended->detail;
    return ended;
  }
  return std::nullopt;
}

const record::User* user_of(const Statement& statement, const store::Snapshot& snapshot) {
  const auto* key = first_key(statement, snapshot);
  return key == nullptr ? nullptr : user_of_key(*key, snapshot);
}

std::vector<wire::Ancestor> ancestors_below(const wire::Caller& caller, Time now) {
  wire::Ancestor self{.account = caller.account,
                      .unique_id = caller.unique_id,
                      .name = caller.name,
                      .access_key_id = caller.access_key_id,
                      .provider_arn = {},
                      .issuer = {},
                      .key_id = {},
                      .cluster_arn = {},
                      .issued_at = now};
  if (!caller.session) return {std::move(self)};
  const wire::Session& session = *caller.session;
  self.provider_arn = session.provider_arn;
  self.issuer = session.issuer;
  self.key_id = session.key_id;
  self.cluster_arn = session.cluster_arn;
  self.issued_at = session.issued_at;
  std::vector<wire::Ancestor> line{std::move(self)};
  line.insert(line.end(), session.ancestors.begin(), session.ancestors.end());
  return line;
}

}  // namespace openirsa::sts
