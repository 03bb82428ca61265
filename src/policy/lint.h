// What is accepted and yet most likely not meant. The rules see a compiled document and what is known of the
// account's identity providers; they do no I/O, so that server, console and command line can all use them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace openirsa::policy {

// error: the statement cannot do what it says, or lets in whom nobody named. warning: worth a look.
enum class Severity { warning, error };
std::string_view name_of(Severity severity);

struct Finding {
  std::string_view rule;  // "wildcard-under-equals"; one of lint_rules()
  Severity severity = Severity::warning;
  std::size_t statement = 0;  // from 0
  std::string sid{};
  std::string element{};  // "Principal", "Action", "Condition StringEquals oidc.example:sub"
  std::string message{};  // what is wrong, and what to do
};

struct KnownProvider {
  std::string url;                        // without https://
  std::vector<std::string> client_ids{};  // none: not known
  std::vector<std::string> claims{};      // what its tokens carry; none: not known
};

struct LintFacts {
  std::string account{};         // whose providers these are; empty: not known
  bool providers_known = false;  // the list is complete
  std::vector<KnownProvider> providers{};
};

// In order of the statements.
std::vector<Finding> lint(const Policy& policy, const LintFacts& facts);

// The claims of the tokens that Kubernetes makes for service accounts.
std::vector<std::string> service_account_claims();

struct LintRule {
  std::string_view name;
  std::string_view question;
};
// All rules, for help and documents.
const std::vector<LintRule>& lint_rules();

}  // namespace openirsa::policy
