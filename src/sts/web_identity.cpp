#include "sts/web_identity.h"

#include "base/text.h"
#include "sts/issue.h"
#include "sts/refusal.h"
#include "sts/sealed_policies.h"
#include "sts/web_identity_check.h"
#include "wire/xml.h"

namespace openirsa::sts {
namespace {

class Exchange {
 public:
  explicit Exchange(wire::Call& call) : call_(call), check_(call) {}
  Result<wire::Answer, wire::Error> run();

 private:
  Result<wire::Answer, wire::Error> issue(const token::IdToken& token);
  wire::Answer answer(const StatementView& statement, const Issued& issued,
                      const token::IdToken& token) const;

  wire::Call& call_;
  WebIdentityCheck check_;
};

Result<wire::Answer, wire::Error> Exchange::issue(const token::IdToken& token) {
  const wire::WebIdentityInput& input = check_.input();
  const record::Role& role = check_.role();
  const std::string cluster =
      check_.issuer() == nullptr ? std::string() : cluster_arn(call_.house.names.partition, *check_.issuer());
  const std::vector<SealedPolicy> policies =
      seal_policies(input.policy_arns, input.account, *call_.snapshot, call_.house.names.partition);
  StatementView statement;
  statement.account = input.account;
  statement.role_id = role.id;
  statement.role_name = role.name;
  statement.session_name = input.session_name;
  statement.provider_arn = check_.provider_arn();
  statement.issuer = token.issuer();
  if (token.key_id()) statement.key_id = *token.key_id();
  statement.cluster_arn = cluster;
  statement.policy = input.policy_text;
  statement.policies = policies;
  statement.extras = check_.extras();
  auto issued = sts::issue(call_, statement, input.duration);
  if (!issued) return std::move(issued).error();
  call_.trace.access_key_id = issued->access_key_id;
  return answer(statement, *issued, token);
}

wire::Answer Exchange::answer(const StatementView& statement, const Issued& issued,
                              const token::IdToken& token) const {
  wire::Xml xml(1024 + issued.token.size());
  xml.text("SubjectFromWebIdentityToken", token.subject());
  xml.text("Audience", token.audience());
  xml.open("AssumedRoleUser");
  xml.text("AssumedRoleId", concatenate({statement.role_id, ":", statement.session_name}));
  xml.text("Arn", session_arn(call_.house.names.partition, statement));
  xml.close("AssumedRoleUser");
  write_credentials(xml, issued);
  xml.text("Provider", check_.provider_arn());
  write_packed_size(xml, issued);
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
