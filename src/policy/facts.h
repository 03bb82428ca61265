// What a decision is made from: who asks, for what action, on what resource, with which context keys. Views
// only: the caller keeps the texts alive for the length of the evaluation.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openirsa::policy {

// The principal as trust and resource policies see it.
struct Principal {
  enum class Kind { account, user, role, assumed_role, federated, service, anonymous };
  Kind kind = Kind::anonymous;
  std::string_view
      arn;  // user, role or assumed-role session ARN; provider ARN for federated; name for service
  std::string_view account;    // 12 digits; empty for federated, service and anonymous
  std::string_view role_arn;   // of an assumed-role session: the role's own ARN
  std::string_view unique_id;  // AIDA… or AROA…: what saved policies name
};

// Context keys with their values, looked up without regard to case. A key may have several values
// (multi-valued) and `multivalued` says that it is of that kind even with one.
class Context {
 public:
  struct Key {
    std::string_view name;
    std::vector<std::string_view> values;
    bool multivalued = false;
  };
  void add(std::string_view name, std::string_view value);
  void add_list(std::string_view name, std::vector<std::string_view> values);
  // The text is kept by the context.
  void add_owned(std::string name, std::string value);
  const Key* find(std::string_view name) const;
  const std::vector<Key>& keys() const { return keys_; }

 private:
  std::vector<Key> keys_;
  std::vector<std::unique_ptr<std::string>> owned_;
};

struct Facts {
  Principal principal;
  std::string_view action;    // "iam:GetRole"
  std::string_view resource;  // an ARN, or "*" for actions without a resource
  const Context* context = nullptr;
};

}  // namespace openirsa::policy
