// What a decision is made from: who asks, for what action, on what resource, with which context keys. Views
// only: the caller keeps the texts alive for the length of the evaluation.
#pragma once

#include <forward_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
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
  bool bounded = false;        // a permissions boundary is attached to the user or role
};

// Context keys with their values, looked up without regard to case. A key may have several values
// (multi-valued) and `multivalued` says that it is of that kind even with one.
class Context {
 public:
  // Nearly every key has one value: it lies in place, more of them in a vector.
  class Values {
   public:
    Values() = default;
    Values(std::string_view value) : one_(value), single_(true) {}
    Values(std::vector<std::string_view> values) : many_(std::move(values)) {}
    const std::string_view* begin() const { return single_ ? &one_ : many_.data(); }
    const std::string_view* end() const { return begin() + size(); }
    std::size_t size() const { return single_ ? 1 : many_.size(); }
    bool empty() const { return size() == 0; }
    std::string_view front() const { return *begin(); }  // REQUIRES: !empty()

   private:
    std::string_view one_;
    bool single_ = false;
    std::vector<std::string_view> many_;
  };

  struct Key {
    std::string_view name;
    Values values;
    bool multivalued = false;
  };

  Context() { keys_.reserve(usual_keys); }
  void add(std::string_view name, std::string_view value);
  void add_list(std::string_view name, std::vector<std::string_view> values);
  // Texts given as strings are kept by the context.
  void add_owned(std::string name, std::string value);
  void add_value(std::string_view name, std::string value);
  const Key* find(std::string_view name) const;
  const std::vector<Key>& keys() const { return keys_; }

 private:
  std::string_view keep(std::string text);

  std::vector<Key> keys_;
  static constexpr std::size_t usual_keys = 14;  // of an exchange: a kilobyte, which allocators have at hand
  // Few and short texts lie in one block, others in a list; both stay where they are when a context moves.
  static constexpr std::size_t room_size = 256;
  std::unique_ptr<char[]> room_;
  std::size_t used_ = 0;
  std::forward_list<std::string> owned_;
};

struct Facts {
  Principal principal;
  std::string_view action;    // "iam:GetRole"
  std::string_view resource;  // an ARN, or "*" for actions without a resource
  const Context* context = nullptr;
};

}  // namespace openirsa::policy
