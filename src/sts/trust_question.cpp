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
                            .action = action_,
                            .resource = role_arn_,
                            .context = &context_};
  return policy::decide_trust(trust_, facts, explanation);
}

KeptQuestion::KeptQuestion(const TrustQuestion& question)
    : trust_(question.trust_),
      provider_arn_(question.provider_arn_),
      role_arn_(question.role_arn_),
      action_(question.action_) {
  for (const auto& key : question.context_.keys()) {
    Key& kept = keys_.emplace_back(Key{std::string(key.name), {}, key.multivalued});
    for (const std::string_view value : key.values)
      kept.values.emplace_back(utf8_prefix(value, longest_value));
  }
}

policy::Explanation KeptQuestion::explain() const {
  TrustQuestion question(trust_, provider_arn_, role_arn_);
  question.ask_for(action_);
  for (const Key& key : keys_) {
    if (key.multivalued)
      question.context().add_list(key.name, {key.values.begin(), key.values.end()});
    else
      question.context().add(key.name, key.values.front());
  }
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
