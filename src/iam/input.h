// Reads the parameters of one call and gathers what is wrong with them, because AWS reports all such faults
// in one answer. A handler reads everything first and then asks fault() once; until then a faulty parameter
// reads as empty.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iam/rules.h"
#include "wire/operation.h"

namespace openirsa::iam {

using TagList = std::vector<std::pair<std::string_view, std::string_view>>;

class Input {
 public:
  explicit Input(const wire::Call& call) : parameters_(call.parameters) {}

  std::string_view required(std::string_view name, const TextRule& rule);
  std::optional<std::string_view> optional(std::string_view name, const TextRule& rule);
  // `most` 0: the model has no limit.
  std::vector<std::string_view> list(std::string_view name, const TextRule& rule, std::size_t most = 0);
  std::vector<std::string_view> required_list(std::string_view name, const TextRule& rule,
                                              std::size_t most = 0);
  TagList tags(std::string_view name);
  TagList required_tags(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  bool flag(std::string_view name);  // false when absent
  std::optional<std::string_view> choice(std::string_view name,
                                         std::initializer_list<std::string_view> values);
  std::string_view required_choice(std::string_view name, std::initializer_list<std::string_view> values);
  // Each member is one of them.
  std::vector<std::string_view> choices(std::string_view name,
                                        std::initializer_list<std::string_view> values);

  // A fault that no rule above covers.
  void fail(std::string_view name, std::string_view constraint);

  // Everything that was wrong, in the order of the parameters' names, or nothing.
  std::optional<wire::Error> fault() const;

 private:
  struct Fault {
    std::string field;
    std::optional<std::string> value;
    std::string constraint;
  };
  void check(std::string_view field, std::string_view value, const TextRule& rule);
  void require(std::string_view name);
  template <class T>
  T take(Result<T, wire::Error> read);

  const wire::Parameters& parameters_;
  std::optional<wire::Error> malformed_;  // the first parameter that could not even be read
  std::vector<Fault> faults_;
};

// "RoleName" → "roleName": how AWS's texts name a parameter.
std::string field_name(std::string_view parameter);

}  // namespace openirsa::iam
