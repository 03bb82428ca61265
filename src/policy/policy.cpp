#include "policy/policy.h"

#include <algorithm>
#include <mutex>

#include "base/json.h"
#include "policy/grammar.h"
#include "policy/shared_issuer.h"
#include "policy/statement.h"

namespace openirsa::policy {
namespace {

// Document, statements, statement, condition, operator, values: six levels, and one so
// that a document that is only too deep is refused by the grammar, with its text.
constexpr std::size_t depth = 7;

PatternList compile_list(const json::object& statement, std::string_view name, std::string_view negated_name,
                         Pattern (*compile)(std::string_view, bool), bool variables) {
  PatternList list;
  const json::value* member = find_member(statement, name);
  if (member == nullptr) {
    member = find_member(statement, negated_name);
    list.negated = member != nullptr;
  }
  if (member == nullptr) return list;
  const auto texts = texts_of(*member);
  for (const std::string_view text : *texts) {
    list.patterns.push_back(compile(text, variables));
    list.texts.emplace_back(text);
  }
  return list;
}

Pattern compile_action(std::string_view text, bool) {
  return Pattern::compile(text, {.wildcards = true, .variables = false});
}

// Variables have a meaning from the sixth part of an ARN on; before it they are plain
// text.
Pattern compile_resource(std::string_view text, bool variables) {
  const auto colons = colons_outside_variables(text, variables, 5);
  if (colons.size() < 5) return Pattern::compile(text, {.wildcards = true, .variables = false});
  return Pattern::compile(text, {.wildcards = true, .variables = variables, .variables_from = colons.back()});
}

std::vector<NamedPrincipal> compile_principals(const json::object& statement) {
  std::vector<NamedPrincipal> principals;
  const json::value* member = find_member(statement, "Principal");
  if (member == nullptr) member = find_member(statement, "NotPrincipal");
  if (member == nullptr) return principals;
  // The grammar lets a text stand here in a resource's policy only, and no other than this one.
  if (member->is_string()) return {*parse_principal("AWS", "*")};
  const json::object* types = member->if_object();
  for (const auto& entry : *types) {
    const auto values = texts_of(entry.value());
    for (const std::string_view value : *values) {
      principals.push_back(*parse_principal({entry.key().data(), entry.key().size()}, value));
    }
  }
  return principals;
}

std::vector<Condition> compile_conditions(const json::object& statement, bool variables) {
  std::vector<Condition> conditions;
  const json::object* block = find_object(statement, "Condition");
  if (block == nullptr) return conditions;
  for (const auto& member : *block) {
    const std::string name(member.key().data(), member.key().size());
    const auto op = parse_operator(name);
    for (const auto& key : member.value().get_object()) {
      Condition condition{.op = *op, .operator_name = name, .key = std::string(key.key()), .operands = {}};
      const auto values = condition_values_of(key.value());
      for (const std::string& text : *values) {
        condition.operands.push_back(compile_operand(op->comparator, text, variables));
      }
      conditions.push_back(std::move(condition));
    }
  }
  return conditions;
}

// REQUIRES: the grammar accepted the statement.
Statement compile_statement(const json::object& statement, bool variables) {
  return Statement{
      .sid = std::string(find_string(statement, "Sid").value_or("")),
      .deny = find_string(statement, "Effect") == "Deny",
      .principals = compile_principals(statement),
      .not_principals = find_member(statement, "NotPrincipal") != nullptr,
      .actions = compile_list(statement, "Action", "NotAction", compile_action, variables),
      .resources = compile_list(statement, "Resource", "NotResource", compile_resource, variables),
      .conditions = compile_conditions(statement, variables),
  };
}

std::size_t count_without_whitespace(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    const bool whitespace = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    const bool continuation = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;  // quotas count characters
    return !whitespace && !continuation;
  }));
}

PolicyError not_json(Kind kind) {
  const bool own_text = names_principals(kind) || kind == Kind::session;
  return {own_text ? "This policy contains invalid Json" : "Syntax errors in policy."};
}

PatternList everything() {
  PatternList list;
  list.patterns.push_back(compile_action("*", false));
  list.texts.emplace_back("*");
  return list;
}

// To ignore a policy that cannot be read could drop a Deny of its own.
Policy::Document denying(Kind kind, const PolicyError& why) {
  Statement deny;
  deny.sid = "the stored policy cannot be read: " + why.message;
  deny.deny = true;
  deny.actions = everything();
  if (names_principals(kind)) deny.principals.push_back(*parse_principal("AWS", "*"));
  if (!names_principals(kind)) deny.resources = everything();
  Policy::Document document;
  document.kind = kind;
  document.statements.push_back(std::move(deny));
  return document;
}

Refusal check_document(const json::object& document, Kind kind) {
  if (kind == Kind::trust) return check_trust_document(document);
  return kind == Kind::resource ? check_resource_document(document) : check_identity_document(document, kind);
}

}  // namespace

Result<Policy, PolicyError> Policy::parse(std::string_view text, Kind kind) {
  const auto json = parse_json_object(text, {.depth = depth});
  if (!json) return not_json(kind);
  auto refusal = check_document(*json, kind);
  if (refusal) return std::move(*refusal);
  auto document = std::make_shared<Document>();
  document->text = text;
  document->size_without_whitespace = count_without_whitespace(text);
  document->kind = kind;
  document->variables = find_string(*json, "Version") == "2012-10-17";
  for (const json::object* statement : statements_of(*json)) {
    document->statements.push_back(compile_statement(*statement, document->variables));
    const Statement& compiled = document->statements.back();
    if (kind != Kind::trust || compiled.deny) continue;
    if (auto shared = check_shared_issuers(compiled.principals, compiled.conditions))
      return std::move(*shared);
  }
  return Policy(std::move(document));
}

struct Policy::Deferred {
  std::string text;
  Kind kind = Kind::identity;
  mutable std::once_flag once;
  mutable std::shared_ptr<const Document> document;
};

Policy Policy::deferred(std::string text, Kind kind) {
  auto deferred = std::make_shared<Deferred>();
  deferred->text = std::move(text);
  deferred->kind = kind;
  return Policy(std::shared_ptr<const Deferred>(std::move(deferred)));
}

const Policy::Document& Policy::compiled() const {
  const Deferred& deferred = *deferred_;
  std::call_once(deferred.once, [&] {
    auto policy = parse(deferred.text, deferred.kind);
    deferred.document = policy ? std::move(policy->document_)
                               : std::make_shared<const Document>(denying(deferred.kind, policy.error()));
  });
  return *deferred.document;
}

const std::string& Policy::text() const { return document_ ? document_->text : deferred_->text; }

std::size_t Policy::size_without_whitespace() const {
  return document_ ? document_->size_without_whitespace : count_without_whitespace(deferred_->text);
}

}  // namespace openirsa::policy
