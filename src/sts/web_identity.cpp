#include "sts/web_identity.h"

#include "base/text.h"
#include "base/time_text.h"
#include "crypto/random.h"
#include "record/identifier.h"
#include "sts/refusal.h"
#include "sts/sealed_policies.h"
#include "sts/session_seal.h"
#include "sts/web_identity_check.h"
#include "wire/session_input.h"
#include "wire/xml.h"

namespace openirsa::sts {
namespace {

using wire::Code;
using wire::Step;

class Exchange {
 public:
  explicit Exchange(wire::Call& call) : call_(call), check_(call) {}
  Result<wire::Answer, wire::Error> run();

 private:
  Result<wire::Answer, wire::Error> issue(const token::IdToken& token);
  wire::Answer answer(const StatementView& statement, const Sealed& sealed,
                      const token::IdToken& token) const;

  wire::Call& call_;
  WebIdentityCheck check_;
};

Result<wire::Answer, wire::Error> Exchange::issue(const token::IdToken& token) {
  const wire::WebIdentityInput& input = check_.input();
  const record::Role& role = check_.role();
  const record::RingKey* ring_key = newest_ring_key(*call_.snapshot);
  if (ring_key == nullptr) return wire::Error{Code::service_unavailable, "no session ring key is kept here"};
  const std::string access_key_id = record::make_access_key_id("ASIA", input.account);
  const Secret secret = record::make_secret_access_key();
  const std::string cluster =
      check_.issuer() == nullptr ? std::string() : cluster_arn(call_.house.names.partition, *check_.issuer());
  const std::vector<SealedPolicy> policies =
      seal_policies(input.policy_arns, input.account, *call_.snapshot, call_.house.names.partition);
  StatementView statement;
  statement.account = input.account;
  statement.access_key_id = access_key_id;
  statement.secret_access_key = secret.expose();
  statement.role_id = role.id;
  statement.role_name = role.name;
  statement.session_name = input.session_name;
  statement.provider_arn = check_.provider_arn();
  statement.issuer = token.issuer();
  if (token.key_id()) statement.key_id = *token.key_id();
  statement.cluster_arn = cluster;
  statement.issued_at = seconds_of(call_.now);
  statement.milliseconds = call_.now.time_since_epoch().count() - statement.issued_at * 1000;
  statement.expires_at = statement.issued_at + input.duration;
  statement.policy = input.policy_text;
  statement.policies = policies;
  statement.extras = check_.extras();
  auto sealed = seal(statement, *ring_key);
  if (!sealed) {
    call_.trace.fail(Step::session_policy_valid, "session_too_large", sealed.error().message);
    return wire::Error{Code::packed_policy_too_large, std::move(sealed).error().message};
  }
  call_.trace.pass(Step::session_policy_valid);
  call_.trace.access_key_id = access_key_id;
  return answer(statement, *sealed, token);
}

wire::Answer Exchange::answer(const StatementView& statement, const Sealed& sealed,
                              const token::IdToken& token) const {
  wire::Xml xml(1024 + sealed.token.size());
  xml.text("SubjectFromWebIdentityToken", token.subject());
  xml.text("Audience", token.audience());
  xml.open("AssumedRoleUser");
  xml.text("AssumedRoleId", concatenate({statement.role_id, ":", statement.session_name}));
  xml.text("Arn", session_arn(call_.house.names.partition, statement));
  xml.close("AssumedRoleUser");
  xml.open("Credentials");
  xml.text("AccessKeyId", statement.access_key_id);
  xml.text("SecretAccessKey", statement.secret_access_key);
  xml.text("SessionToken", sealed.token);
  xml.text("Expiration", to_iso8601(time_of_seconds(statement.expires_at)));
  xml.close("Credentials");
  xml.text("Provider", check_.provider_arn());
  if (sealed.packed_percent > 0) xml.number("PackedPolicySize", sealed.packed_percent);
  if (statement.extras != nullptr && !statement.extras->source_identity.empty()) {
    xml.text("SourceIdentity", statement.extras->source_identity);
  }
  return wire::xml_answer(xml.take());
}

Result<wire::Answer, wire::Error> Exchange::run() {
  auto verified = check_.run();
  if (!verified) return std::move(verified).error();
  if (!*verified) return wire::wait_for(call_, check_.fetch());
  return issue(**verified);
}

}  // namespace

Result<wire::Answer, wire::Error> assume_role_with_web_identity(wire::Call& call) {
  return Exchange(call).run();
}

}  // namespace openirsa::sts
