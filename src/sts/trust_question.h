// May this web identity assume that role? Asked of the role's trust policy at once; why not, only when
// somebody wants to know, from a copy of the question.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/evaluate.h"
#include "policy/facts.h"
#include "policy/policy.h"

namespace openirsa::sts {

class TrustQuestion {
 public:
  // Views: provider and role ARN outlive the question, and the action is a literal.
  TrustQuestion(policy::Policy trust, std::string_view provider_arn, std::string_view role_arn)
      : trust_(std::move(trust)), provider_arn_(provider_arn), role_arn_(role_arn) {}

  // The same with a further action, such as sts:TagSession.
  void ask_for(std::string_view action) { action_ = action; }

  policy::Context& context() { return context_; }
  policy::Decision decide(policy::Explanation* explanation = nullptr) const;

 private:
  friend class KeptQuestion;
  policy::Policy trust_;
  std::string_view provider_arn_;
  std::string_view role_arn_;
  std::string_view action_ = "sts:AssumeRoleWithWebIdentity";
  policy::Context context_;
};

// The same question, standing on its own. Values are cut to what an explanation shows of them.
class KeptQuestion {
 public:
  explicit KeptQuestion(const TrustQuestion& question);
  policy::Explanation explain() const;

 private:
  policy::Policy trust_;
  std::string provider_arn_;
  std::string role_arn_;
  std::string_view action_;
  struct Key {
    std::string name;
    std::vector<std::string> values;
    bool multivalued = false;
  };
  std::vector<Key> keys_;
};

// What is evaluated in place of a missing role's trust policy, so that both take the same time: one statement
// whose principal and action match and whose condition does not.
const policy::Policy& nobodys_trust();

}  // namespace openirsa::sts
