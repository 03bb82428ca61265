// Texts of a policy that are compared with texts of a request: literal runs, `*`, `?` and policy variables,
// compiled once. Matching allocates nothing and takes at most |pattern| × |text| steps whatever the pattern.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/facts.h"

namespace openirsa::policy {

enum class Case { sensitive, ignored };

// The value of a policy variable in this request; nothing when it has none.
std::optional<std::string_view> value_of_variable(std::string_view key, const Context* context);

struct Piece {
  enum class Kind { literal, any, one, variable };
  Kind kind = Kind::literal;
  std::string text;                     // the literal run, or the variable's key
  std::optional<std::string> fallback;  // of a variable: ${key, 'fallback'}
};

class Pattern {
 public:
  struct Syntax {
    bool wildcards = false;  // `*` and `?` stand for any run of characters and for one character
    bool variables = false;  // `${key}`, `${key, 'default'}`, `${*}`, `${?}`, `${$}` (Version 2012-10-17)
    std::size_t variables_from = 0;  // where in the text they begin to count
  };
  static Pattern compile(std::string_view text, Syntax syntax);

  // A variable without a value matches nothing; what a variable stands for is literal,
  // so that nobody widens a policy with a name that contains `*`.
  bool matches(std::string_view text, const Context* context, Case letters = Case::sensitive) const;

  bool resolves(const Context* context) const;  // every variable has a value
  bool has_variables() const { return has_variables_; }
  bool has_only_wildcards_or_variables() const;
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  std::vector<Piece> pieces_;
  bool has_variables_ = false;
};

// A pattern in the form of an ARN: six parts between colons, each compared by itself.
class ArnPattern {
 public:
  // Nothing when the text has fewer than six parts: it can match no ARN.
  static std::optional<ArnPattern> compile(std::string_view text, bool variables);
  bool matches(std::string_view arn, const Context* context) const;
  const std::vector<Pattern>& parts() const { return parts_; }

 private:
  std::vector<Pattern> parts_;
};

// The places of the colons in `text` that stand outside `${…}` (anywhere, when `variables` is false), at most
// `limit`.
std::vector<std::size_t> colons_outside_variables(std::string_view text, bool variables, std::size_t limit);

}  // namespace openirsa::policy
