#include <algorithm>

#include "base/text.h"
#include "cli/lint.h"
#include "cli/output.h"

namespace openirsa::cli {
namespace {

using policy::Severity;

// An issuer's URL of EKS's form: …/id/ and 32 upper-case hex digits.
bool is_cluster_issuer(std::string_view url) {
  constexpr std::string_view before = "/id/";
  constexpr std::size_t digits = 32;
  if (url.size() <= before.size() + digits) return false;
  const std::string_view id = url.substr(url.size() - digits);
  return url.substr(0, url.size() - digits).ends_with(before) &&
         std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
}

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

bool is_sts_action(const json::value& value) {
  const auto all_sts = [](const json::value& one) {
    const auto text = text_of(&one);
    return text && equal_ignoring_case(text->substr(0, 4), "sts:");
  };
  const auto* list = value.if_array();
  return list == nullptr ? all_sts(value) : std::ranges::all_of(*list, all_sts);
}

}  // namespace

policy::Kind kind_of_document(const std::string& text) {
  const auto document = parse_json_object(text);
  if (!document) return policy::Kind::identity;
  std::vector<const json::object*> statements;
  if (const auto* one = find_object(*document, "Statement")) statements.push_back(one);
  if (const auto* several = find_array(*document, "Statement")) {
    for (const json::value& value : *several) {
      if (const auto* statement = value.if_object()) statements.push_back(statement);
    }
  }
  const auto names_somebody = [](const json::object* statement) {
    return statement->contains("Principal") || statement->contains("NotPrincipal");
  };
  if (std::ranges::none_of(statements, names_somebody)) return policy::Kind::identity;
  const bool trust = std::ranges::all_of(statements, [](const json::object* statement) {
    const json::value* action = find_member(*statement, "Action");
    return action != nullptr && is_sts_action(*action) && !statement->contains("Resource");
  });
  return trust ? policy::Kind::trust : policy::Kind::resource;
}

policy::KnownProvider known_provider(std::string url, std::vector<std::string> client_ids) {
  auto claims = is_cluster_issuer(url) ? policy::service_account_claims() : std::vector<std::string>();
  return {.url = std::move(url), .client_ids = std::move(client_ids), .claims = std::move(claims)};
}

std::size_t LintReport::count(Severity severity) const {
  return static_cast<std::size_t>(std::ranges::count(entries, severity, &Entry::severity));
}

LintReport lint_documents(const std::vector<LintedDocument>& documents, const policy::LintFacts& facts) {
  LintReport report;
  report.documents = documents.size();
  for (const LintedDocument& document : documents) {
    const auto policy = policy::Policy::parse(document.text, document.kind);
    if (!policy) {
      report.entries.push_back({.document = document.name,
                                .rule = "malformed",
                                .severity = Severity::error,
                                .statement = std::nullopt,
                                .sid = {},
                                .element = {},
                                .message = policy.error().message});
      continue;
    }
    for (policy::Finding& found : policy::lint(*policy, facts)) {
      report.entries.push_back({.document = document.name,
                                .rule = std::string(found.rule),
                                .severity = found.severity,
                                .statement = found.statement + 1,
                                .sid = std::move(found.sid),
                                .element = std::move(found.element),
                                .message = std::move(found.message)});
    }
  }
  return report;
}

json::object to_json(const LintReport& report) {
  json::array findings;
  for (const LintReport::Entry& entry : report.entries) {
    json::object one{{"document", entry.document},
                     {"rule", entry.rule},
                     {"severity", policy::name_of(entry.severity)},
                     {"message", entry.message}};
    if (entry.statement) one["statement"] = *entry.statement;
    if (!entry.sid.empty()) one["sid"] = entry.sid;
    if (!entry.element.empty()) one["element"] = entry.element;
    findings.push_back(std::move(one));
  }
  return {{"documents", report.documents},
          {"errors", report.count(Severity::error)},
          {"warnings", report.count(Severity::warning)},
          {"findings", std::move(findings)}};
}

std::vector<std::string> lines_of(const LintReport& report) {
  std::vector<std::string> lines;
  for (const LintReport::Entry& entry : report.entries) {
    std::string line = entry.document + ": ";
    line += policy::name_of(entry.severity);
    if (entry.statement) line += ", statement " + std::to_string(*entry.statement);
    if (!entry.sid.empty()) line += " (" + entry.sid + ")";
    if (!entry.element.empty()) line += ", " + entry.element;
    lines.push_back(shown(line + ": " + entry.message + " [" + entry.rule + "]"));
  }
  const std::string of = " in " + counted(report.documents, "document");
  const std::size_t errors = report.count(Severity::error);
  const std::size_t warnings = report.count(Severity::warning);
  lines.push_back(errors + warnings == 0
                      ? "nothing found" + of
                      : counted(errors, "error") + ", " + counted(warnings, "warning") + of);
  return lines;
}

}  // namespace openirsa::cli
