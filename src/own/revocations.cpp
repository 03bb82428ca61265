#include "own/revocations.h"

#include <algorithm>

#include "base/text.h"
#include "base/time_text.h"
#include "iam/arns.h"
#include "iam/transaction.h"
#include "own/tokens.h"
#include "record/cluster.h"
#include "record/identifier.h"
#include "record/identity.h"
#include "record/key.h"
#include "record/revocation.h"
#include "record/role.h"

namespace openirsa::own {
namespace {

namespace kinds = record::revocable;
using record::Revocation;
using wire::Answer;
using wire::Call;
using wire::Code;
using wire::Error;

constexpr std::size_t longest_subject = 512;
// No session is older: 36 hours and the clocks' difference.
constexpr std::chrono::hours longest_session{37};
constexpr std::string_view https = "https://";

Error invalid(std::string message) { return {Code::eks_invalid_parameter, std::move(message)}; }
Error not_found(std::string_view kind, std::string_view subject) {
  return {Code::eks_resource_not_found, concatenate({"No ", kind, " found for: ", subject, "."})};
}

std::string iam_arn(const Call& call, std::string_view resource) {
  return concatenate({"arn:", call.house.names.partition, ":iam::", call.account(), ":", resource});
}

struct Asked {
  std::string_view kind;
  std::string_view subject;
  std::string_view issuer;  // of a signing key
};
Asked asked_of(const Call& call) {
  return {.kind = find_string(call.body, "kind").value_or(""),
          .subject = find_string(call.body, "subject").value_or(""),
          .issuer = find_string(call.body, "issuer").value_or("")};
}

const record::Role* find_role(const Call& call, std::string_view name) {
  return record::find<record::Role>(*call.snapshot, record::role_key(call.account(), name));
}
const record::User* find_user(const Call& call, std::string_view name) {
  return record::find<record::User>(*call.snapshot, record::user_key(call.account(), name));
}

// What the record names. Things that are gone need no revocation: their sessions ended with them.
Result<std::string, Error> role_subject(const Call& call, const Asked& asked) {
  const auto* role = find_role(call, asked.subject);
  if (role == nullptr) return not_found("role", asked.subject);
  return role->id;
}
Result<std::string, Error> user_subject(const Call& call, const Asked& asked) {
  const auto* user = find_user(call, asked.subject);
  if (user == nullptr) return not_found("user", asked.subject);
  return user->id;
}
Result<std::string, Error> provider_subject(const Call& call, const Asked& asked) {
  const auto url = iam::provider_of_arn(call, asked.subject);
  if (!url || call.snapshot->find(record::provider_key(call.account(), *url)) == nullptr)
    return not_found("provider", asked.subject);
  return std::string(asked.subject);
}
Result<std::string, Error> issuer_subject(const Call&, const Asked& asked) {
  if (!asked.subject.starts_with(https)) return invalid("member `subject` must be the issuer's https URL");
  return std::string(asked.subject);
}
Result<std::string, Error> cluster_subject(const Call& call, const Asked& asked) {
  const auto* cluster = record::find<record::Cluster>(
      *call.snapshot, record::cluster_key(call.account(), call.region, asked.subject));
  if (cluster == nullptr) return not_found("cluster", asked.subject);
  return cluster->arn(call.house.names.partition);
}
Result<std::string, Error> signing_key_subject(const Call&, const Asked& asked) {
  if (!asked.issuer.starts_with(https))
    return invalid("member `issuer` must be the https URL of the signing key's issuer");
  return record::signing_key_subject(asked.issuer, asked.subject);
}
// Of a user's long-lived key or of a session.
Result<std::string, Error> access_key_subject(const Call& call, const Asked& asked) {
  if (record::account_of_access_key(asked.subject) != call.account())
    return not_found("access key", asked.subject);
  return std::string(asked.subject);
}

std::string role_arn(const Call& call, const Asked& asked) {
  const auto* role = find_role(call, asked.subject);
  return role != nullptr ? role->arn(call.house.names.partition)
                         : iam_arn(call, concatenate({"role/", asked.subject}));
}
std::string user_arn(const Call& call, const Asked& asked) {
  const auto* user = find_user(call, asked.subject);
  return user != nullptr ? user->arn(call.house.names.partition)
                         : iam_arn(call, concatenate({"user/", asked.subject}));
}
std::string provider_arn(const Call&, const Asked& asked) { return std::string(asked.subject); }
std::string provider_of_issuer(const Call& call, std::string_view issuer) {
  return iam_arn(call, concatenate({"oidc-provider/",
                                    issuer.starts_with(https) ? issuer.substr(https.size()) : issuer}));
}

struct Kind {
  std::string_view name;
  Result<std::string, Error> (*subject)(const Call&, const Asked&);
  std::string (*arn)(const Call&, const Asked&);
};
constexpr Kind all_kinds[] = {
    {kinds::role, role_subject, role_arn},
    {kinds::user, user_subject, user_arn},
    {kinds::provider, provider_subject, provider_arn},
    {kinds::issuer, issuer_subject,
     [](const Call& call, const Asked& asked) { return provider_of_issuer(call, asked.subject); }},
    {kinds::cluster, cluster_subject,
     [](const Call& call, const Asked& asked) { return cluster_arn(call, asked.subject); }},
    {kinds::signing_key, signing_key_subject,
     [](const Call& call, const Asked& asked) { return provider_of_issuer(call, asked.issuer); }},
    {kinds::access_key, access_key_subject,
     [](const Call& call, const Asked& asked) {
       return iam_arn(call, concatenate({"access-key/", asked.subject}));
     }},
};

const Kind* kind_of(std::string_view name) {
  const auto* found = std::ranges::find(all_kinds, name, &Kind::name);
  return found == std::end(all_kinds) ? nullptr : found;
}

Result<Time, Error> take_until(const Call& call) {
  if (find_member(call.body, "until") == nullptr) return call.now;
  const auto text = find_string(call.body, "until");
  const auto until = text ? parse_iso8601(*text) : std::nullopt;
  if (!until) return invalid("member `until` is not a time such as 2026-11-24T12:00:00Z");
  // Who could say "never again" would have a way to shut a role for good.
  if (*until > call.now) return invalid("member `until` lies in the future; now is " + to_iso8601(call.now));
  return *until;
}

json::object to_json(const Revocation& revocation) {
  return {{"kind", revocation.subject_kind},
          {"subject", revocation.subject},
          {"until", to_iso8601(revocation.until)},
          {"createdAt", to_iso8601(revocation.created)},
          {"createdBy", revocation.author}};
}

// Old ones have nothing left to end. Their age counts from when they were said, not from their moment: a
// session made just before from one that they ended is as young as they are.
void forget_spent(iam::Transaction& transaction, const Call& call, std::string_view but) {
  constexpr int most = 50;
  int forgotten = 0;
  record::scan<Revocation>(*call.snapshot, record::kind_prefix(call.account(), "-", Revocation::kind), {},
                           [&](const Revocation& old) {
                             const std::string key =
                                 record::revocation_key(old.account, old.subject_kind, old.subject);
                             if (old.created + longest_session > call.now || key == but) return true;
                             // Read, so that one renewed meanwhile is not forgotten.
                             const auto now_kept = transaction.read<Revocation>(key);
                             if (now_kept && *now_kept && (*now_kept)->created == old.created)
                               transaction.remove(key);
                             return ++forgotten < most;
                           });
}

}  // namespace

std::string revoked_of_body(const Call& call) {
  const Asked asked = asked_of(call);
  const Kind* kind = kind_of(asked.kind);
  return kind == nullptr ? "*" : kind->arn(call, asked);
}

Result<Answer, Error> revoke_sessions(Call& call) {
  if (call.account().empty()) return invalid("sign the request with an access key of the account");
  const Asked asked = asked_of(call);
  const Kind* kind = kind_of(asked.kind);
  if (kind == nullptr) {
    return invalid("member `kind` must be role, user, provider, issuer, cluster, signing-key or access-key");
  }
  if (asked.subject.empty() || asked.subject.size() > longest_subject)
    return invalid("member `subject` must have 1 to 512 characters");
  if (asked.issuer.size() > longest_subject)
    return invalid("member `issuer` must have at most 512 characters");
  const auto until = take_until(call);
  if (!until) return until.error();
  const auto subject = kind->subject(call, asked);
  if (!subject) return subject.error();
  const std::string key = record::revocation_key(call.account(), kind->name, *subject);
  return iam::transact(call, [&](iam::Transaction& transaction) -> Result<Answer, Error> {
    const auto earlier = transaction.read<Revocation>(key);
    if (!earlier) return earlier.error();
    Revocation revocation{.account = call.account(),
                          .subject_kind = std::string(kind->name),
                          .subject = *subject,
                          .until = *until,
                          .created = call.now,
                          .author = call.caller->arn};
    // What has ended stays ended.
    if (*earlier) revocation.until = std::max(revocation.until, (*earlier)->until);
    transaction.write(key, revocation);
    forget_spent(transaction, call, key);
    return wire::json_answer({{"revocation", to_json(revocation)}});
  });
}

Result<Answer, Error> list_revocations(Call& call) {
  if (call.account().empty()) return invalid("sign the request with an access key of the account");
  json::array list;
  record::scan<Revocation>(*call.snapshot, record::kind_prefix(call.account(), "-", Revocation::kind), {},
                           [&](const Revocation& revocation) {
                             list.emplace_back(to_json(revocation));
                             return true;
                           });
  return wire::json_answer({{"revocations", std::move(list)}});
}

}  // namespace openirsa::own
