// The rules of lint.h, a file for each subject. Each adds what it finds in one statement.
#pragma once

#include "policy/lint.h"
#include "policy/statement.h"

namespace openirsa::policy::lint_rule {

inline constexpr std::string_view provider_missing = "provider-missing";
inline constexpr std::string_view wildcard_under_equals = "wildcard-under-equals";
inline constexpr std::string_view letter_case = "letter-case";
inline constexpr std::string_view white_space = "white-space";
inline constexpr std::string_view open_subject = "open-subject";
inline constexpr std::string_view open_audience = "open-audience";
inline constexpr std::string_view unreachable = "unreachable-statement";
inline constexpr std::string_view never_true = "never-true";
inline constexpr std::string_view unknown_key = "unknown-key";

class Findings {
 public:
  Findings(const Policy::Document& document, const LintFacts& facts) : document_(document), facts_(facts) {}

  const Policy::Document& document() const { return document_; }
  const LintFacts& facts() const { return facts_; }
  std::size_t index() const { return index_; }
  const Statement& statement() const { return document_.statements[index_]; }
  void begin(std::size_t index) { index_ = index; }

  void add(std::string_view rule, Severity severity, std::string element, std::string message);
  std::vector<Finding> take() { return std::move(found_); }

 private:
  const Policy::Document& document_;
  const LintFacts& facts_;
  std::size_t index_ = 0;
  std::vector<Finding> found_;
};

std::string quoted(std::string_view text);
std::string element_of(const Condition& condition);  // "Condition StringEquals key"
// The URL, without https://, of an OpenID Connect provider's ARN; empty for any other principal.
std::string_view provider_url(const NamedPrincipal& principal);
// The claim of a key that begins with this issuer, whatever the letters' case; empty for any other key.
std::string_view claim_of(std::string_view key, std::string_view url);
bool is_web_identity(const Statement& statement);  // it lets tokens of a provider in

void check_texts(Findings& findings);      // lint_texts.cpp: white space, wildcards, case, impossible values
void check_providers(Findings& findings);  // lint_providers.cpp: providers, subject, audience, keys
void check_reach(Findings& findings);      // lint_reach.cpp: statements that others make void

}  // namespace openirsa::policy::lint_rule
