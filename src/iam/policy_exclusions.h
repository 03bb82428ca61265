// PolicyExclusionList: which of a principal's policies a simulation leaves out.
#pragma once

#include <string_view>
#include <vector>

#include "policy/pattern.h"
#include "wire/operation.h"

namespace openirsa::iam {

class PolicyExclusions {
 public:
  // Refuses an entry of another form than the model's union (InvalidInput).
  static Result<PolicyExclusions, wire::Error> read(const wire::Call& call);

  bool excludes_type(std::string_view type) const;  // "inline", "aws-managed", "user-managed", …
  bool excludes_managed(std::string_view arn) const;
  bool excludes_inline(std::string_view kind, std::string_view entity, std::string_view policy) const;

 private:
  struct Inline {
    std::string_view policy;
    std::string_view kind;
    policy::Pattern entity;
  };
  std::vector<std::string_view> types_;
  std::vector<policy::Pattern> arns_;
  std::vector<Inline> inline_;
};

}  // namespace openirsa::iam
