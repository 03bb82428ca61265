// Policy documents with where they are from, judged by the rules of policy/lint.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/connection.h"
#include "policy/lint.h"

namespace openirsa::cli {

struct LintedDocument {
  std::string name;  // "trust.json", "role web, trust policy"
  std::string text;
  policy::Kind kind = policy::Kind::identity;
};

struct LintReport {
  struct Entry {
    std::string document;
    std::string rule;  // "malformed" where the document is no policy
    policy::Severity severity = policy::Severity::error;
    std::optional<std::size_t> statement;  // from 1
    std::string sid;
    std::string element;
    std::string message;
  };
  std::size_t documents = 0;
  std::vector<Entry> entries;

  std::size_t count(policy::Severity severity) const;
};

// Which rules of the grammar a document is meant to keep to: who is named, and for what actions.
policy::Kind kind_of_document(const std::string& text);

LintReport lint_documents(const std::vector<LintedDocument>& documents, const policy::LintFacts& facts);

json::object to_json(const LintReport& report);
std::vector<std::string> lines_of(const LintReport& report);

// What is known of a provider by its URL: the issuers of clusters sign service-account tokens.
policy::KnownProvider known_provider(std::string url, std::vector<std::string> client_ids);

// The providers of the caller's account, and its roles' and policies' documents.
Result<policy::LintFacts, Failure> providers_of_server(const Connection& connection);
Result<std::vector<LintedDocument>, Failure> documents_of_server(const Connection& connection);

}  // namespace openirsa::cli
