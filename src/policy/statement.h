// A compiled policy document. Everything that a decision needs is here in the form in which it is compared.
#pragma once

#include <string>
#include <vector>

#include "policy/condition.h"
#include "policy/pattern.h"
#include "policy/policy.h"
#include "policy/principal.h"

namespace openirsa::policy {

// A list of patterns with the texts they were compiled from.
struct PatternList {
  std::vector<Pattern> patterns;
  std::vector<std::string> texts;
  bool negated = false;  // NotAction, NotResource
};

// Trust policies and resources' policies say whom they are about.
constexpr bool names_principals(Kind kind) { return kind == Kind::trust || kind == Kind::resource; }

struct Statement {
  std::string sid;
  bool deny = false;
  std::vector<NamedPrincipal> principals;  // where names_principals()
  bool not_principals = false;             // they stand under NotPrincipal
  PatternList actions;
  // Empty in trust policies; in a resource's policy, where none are named, the resource that carries it.
  PatternList resources;
  std::vector<Condition> conditions;

  bool matches_principal(const Principal& principal) const;
  bool matches_action(const Facts& facts) const;
  bool matches_resource(const Facts& facts) const;
  bool speaks_of_resources(Kind kind) const {
    return kind != Kind::trust && (kind != Kind::resource || !resources.patterns.empty());
  }
  bool matches(const Facts& facts, Kind kind) const;
};

struct Policy::Document {
  std::string text;
  std::size_t size_without_whitespace = 0;
  Kind kind = Kind::identity;
  bool variables = false;  // Version 2012-10-17
  std::vector<Statement> statements;
};

}  // namespace openirsa::policy
