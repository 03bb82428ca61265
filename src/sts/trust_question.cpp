#include "sts/trust_question.h"

#include <stdexcept>

#include "base/text.h"

namespace openirsa::sts {
namespace {

// Long enough for any subject that Kubernetes makes, and a bound for what others make.
constexpr std::size_t longest_value = 1024;

}  // namespace

policy::Decision TrustQuestion::decide(policy::Explanation* explanation) const {
  const policy::Facts facts{.principal = {.kind = policy::Principal::Kind::federated,
                                          .arn = provider_arn_,
                                          .account = {},
                                          .role_arn = {},
                                          .unique_id = {}},
                            .action = "sts:AssumeRoleWithWebIdentity",
                            .resource = role_arn_,
                            .context = &context_};
  return policy::decide_trust(trust_, facts, explanation);
}

KeptQuestion::KeptQuestion(const TrustQuestion& question)
    : trust_(question.trust_), provider_arn_(question.provider_arn_), role_arn_(question.role_arn_) {
  // Every key of an exchange has one value.
  for (const auto& key : question.context_.keys()) {
    keys_.emplace_back(key.name, utf8_prefix(key.values.front(), longest_value));
  }
}

policy::Explanation KeptQuestion::explain() const {
  TrustQuestion question(trust_, provider_arn_, role_arn_);
  for (const auto& [name, value] : keys_) question.context().add(name, value);
  policy::Explanation explanation;
  (void)question.decide(&explanation);
  return explanation;
}

const policy::Policy& nobodys_trust() {
  static const policy::Policy policy = [] {
    auto parsed = policy::Policy::parse(
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":)"
        R"("sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"sts:RoleSessionName":"/"}}}]})",
        policy::Kind::trust);
    if (!parsed) throw std::logic_error(parsed.error().message);
    return std::move(*parsed);
  }();
  return policy;
}

}  // namespace openirsa::sts
