// Trust policies as they are saved and as they are shown. A role or user named by ARN, of any account that is
// here, is saved as its unique id, so that whoever takes the name after it is gone is not trusted; it is
// shown by its ARN for as long as it exists. Sessions and federated users stay ARNs, as on AWS.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "policy/policy.h"
#include "store/mirror.h"
#include "wire/operation.h"

namespace openirsa::iam {

// Parses the document of a request and replaces users and roles by their ids. Refuses what
// the policy grammar or the size quota refuses, and a principal that does not exist.
Result<policy::Policy, wire::Error> trust_to_save(const wire::Call& call, std::string_view document);

// Shows saved documents. Looks the ids up once, when the first document needs them.
class TrustView {
 public:
  explicit TrustView(const wire::Call& call, const store::Snapshot& snapshot)
      : call_(call), snapshot_(snapshot) {}
  std::string text(const policy::Policy& trust);
  bool knows(std::string_view unique_id);  // of a user or role that exists

 private:
  const std::string* arn_of(std::string_view unique_id);
  void load(const std::string& account);
  const wire::Call& call_;
  const store::Snapshot& snapshot_;
  std::unordered_map<std::string_view, std::string> arns_;  // by unique id
  bool own_loaded_ = false;
  bool others_loaded_ = false;
};

}  // namespace openirsa::iam
