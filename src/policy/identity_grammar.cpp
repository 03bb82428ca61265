// Identity, managed and session policies. The order of the checks is AWS's: one document has one message.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "policy/condition.h"
#include "policy/grammar.h"
#include "policy/pattern.h"
#include "policy/value.h"

namespace openirsa::policy {
namespace {

using Statements = std::vector<const json::object*>;

constexpr std::array<std::string_view, 9> partitions{
    "*", "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"};
constexpr std::array<std::string_view, 13> iam_paths{"user/",
                                                     "federated-user/",
                                                     "role/",
                                                     "group/",
                                                     "instance-profile/",
                                                     "mfa/",
                                                     "server-certificate/",
                                                     "policy/",
                                                     "sms-mfa/",
                                                     "saml-provider/",
                                                     "oidc-provider/",
                                                     "report/",
                                                     "access-report/"};

PolicyError refuse(std::string message) { return {std::move(message)}; }
PolicyError legacy() { return refuse("The policy failed legacy parsing"); }

std::vector<std::string_view> texts_at(const json::object& statement, std::string_view name) {
  const json::value* member = find_member(statement, name);
  return member == nullptr ? std::vector<std::string_view>{}
                           : texts_of(*member).value_or(std::vector<std::string_view>{});
}

bool has(const json::object& statement, std::string_view name) {
  return find_member(statement, name) != nullptr;
}

bool is_statement(const json::object& statement) {
  if (!has_only_members(statement, {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
                                    "Resource", "NotResource", "Condition"})) {
    return false;
  }
  if (has(statement, "Resource") && has(statement, "NotResource")) return false;
  if (has(statement, "Action") && has(statement, "NotAction")) return false;
  const auto effect = find_string(statement, "Effect");
  if (!effect || !(equal_ignoring_case(*effect, "Allow") || equal_ignoring_case(*effect, "Deny")))
    return false;
  for (const std::string_view name : {"Action", "NotAction", "Resource", "NotResource"}) {
    if (!is_optional_texts(statement, name)) return false;
  }
  const json::value* condition = find_member(statement, "Condition");
  return (condition == nullptr || is_condition_block(*condition)) && is_optional_text(statement, "Sid");
}

bool is_well_formed(const json::object& document, const Statements& statements) {
  if (!has_only_members(document, {"Version", "Id", "Statement"})) return false;
  if (has(document, "Version") && !is_version(find_string(document, "Version").value_or(""))) return false;
  if (!is_optional_text(document, "Id") || statements.empty()) return false;
  return std::ranges::all_of(statements, [](const json::object* s) { return is_statement(*s); });
}

// AWS reads dates when a policy is written; no other value.
bool has_readable_dates(const json::object& statement) {
  const json::object* block = find_object(statement, "Condition");
  return block == nullptr || std::ranges::all_of(*block, [](const auto& member) {
           const auto op = parse_operator({member.key().data(), member.key().size()});
           if (!op || !is_date(*op)) return true;
           return std::ranges::all_of(member.value().get_object(), [](const auto& key) {
             return std::ranges::all_of(*condition_values_of(key.value()), [](const std::string& text) {
               return parse_moment(text).has_value();
             });
           });
         });
}

PolicyError partition_refusal(std::string_view partition, std::string_view rest) {
  const auto parts = split(rest, ':');
  const auto part = [&](std::size_t i) {
    return i < parts.size() ? std::string(parts[i]) : std::string("*");
  };
  const std::string first = rest.empty() ? "*" : part(0);
  std::string last = "*";
  if (parts.size() > 3)
    last = std::string(rest.substr(static_cast<std::size_t>(parts[3].data() - rest.data())));
  const std::string name(partition);
  return refuse("Partition \"" + name + "\" is not valid for resource \"arn:" + name + ":" + first + ":" +
                part(1) + ":" + part(2) + ":" + last + "\".");
}

Refusal check_iam_path(std::string_view path) {
  const auto starts = [&](std::string_view allowed) { return path.starts_with(allowed); };
  if (path == "*" || std::ranges::any_of(iam_paths, starts)) return std::nullopt;
  std::string list;
  for (const std::string_view allowed : iam_paths) list += (list.empty() ? "" : ", ") + std::string(allowed);
  return refuse("IAM resource path must either be \"*\" or start with " + list + ".");
}

bool passes_legacy_parsing(std::string_view resource) {
  if (resource == "*") return true;
  const auto parts = split(resource, ':');
  const bool parsed = parts.size() >= 6 || resource.find("::") == std::string_view::npos;
  return parsed && parts.size() > 2 && !parts[2].empty();
}

// The first fault in a resource is kept for later: other checks go first. A resource that only legacy parsing
// refuses ends the matter at once.
struct ResourceFindings {
  Refusal first_fault;
  bool legacy_fault = false;
};

ResourceFindings look_at_resources(const Statements& statements) {
  ResourceFindings findings;
  for (const std::string_view name : {"Resource", "NotResource"}) {
    for (const json::object* statement : statements) {
      for (const std::string_view resource : texts_at(*statement, name)) {
        if (findings.first_fault) return findings;
        findings.first_fault = check_resource(resource);
        if (!findings.first_fault && !passes_legacy_parsing(resource)) {
          findings.legacy_fault = true;
          return findings;
        }
      }
    }
  }
  return findings;
}

Refusal check_actions(const Statements& statements) {
  for (const std::string_view name : {"Action", "NotAction"}) {
    for (const json::object* statement : statements) {
      for (const std::string_view action : texts_at(*statement, name)) {
        if (auto refusal = check_action(action)) return refusal;
      }
    }
  }
  return std::nullopt;
}

bool all_have(const Statements& statements, std::string_view name, std::string_view other) {
  return std::ranges::all_of(statements, [&](const json::object* statement) {
    return !texts_at(*statement, name).empty() || !texts_at(*statement, other).empty();
  });
}

}  // namespace

// What AWS says about one resource of a policy; an ARN with parts missing at its end is accepted.
Refusal check_resource(std::string_view resource) {
  if (resource == "*") return std::nullopt;
  const auto parts = split(resource, ':');
  const std::string text(resource);
  if (parts.size() == 1) return refuse("Resource " + text + " must be in ARN format or \"*\".");
  const std::string_view partition = parts[1];
  const std::string_view rest =
      parts.size() == 2 ? "" : resource.substr(static_cast<std::size_t>(parts[2].data() - resource.data()));
  if (std::ranges::find(partitions, partition) == partitions.end()) return partition_refusal(partition, rest);
  if (parts[0] != "arn") return refuse("Resource " + text + " must be in ARN format or \"*\".");
  if (parts.size() == 2 || parts[2].find_first_of("*?") != std::string_view::npos) {
    return refuse("Resource vendor must be fully qualified and cannot contain regexes.");
  }
  const std::string_view service = parts[2];
  const bool region = parts.size() > 3 && !parts[3].empty();
  if (service == "iam" && region)
    return refuse("IAM resource " + text + " cannot contain region information.");
  // Access points do have a region, and an account with it; buckets and objects have neither.
  if (service == "s3" && region && (parts.size() < 5 || parts[4].empty())) {
    return refuse("Resource " + text + " can not contain region information.");
  }
  if (service != "iam" || parts.size() < 6) return std::nullopt;
  return check_iam_path(resource.substr(static_cast<std::size_t>(parts[5].data() - resource.data())));
}

Refusal check_action(std::string_view action) {
  if (action == "*") return std::nullopt;
  const auto parts = split(action, ':');
  if (parts.size() == 1) {
    return refuse("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
  if (parts.size() > 2) return refuse("Actions/Condition can contain only one colon.");
  const std::string_view vendor = parts[0];
  const bool valid = vendor == "*" || std::ranges::all_of(vendor, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              c == '-' || c == '.';
                     });
  if (!valid) return refuse("Vendor " + std::string(vendor) + " is not valid");
  return std::nullopt;
}

Refusal check_identity_document(const json::object& document, Kind kind) {
  const Statements statements = statements_of(document);
  if (!is_well_formed(document, statements)) return refuse("Syntax errors in policy.");
  if (kind == Kind::managed && find_string(document, "Version") != "2012-10-17") {
    return refuse("Policy document must be version 2012-10-17 or greater.");
  }
  for (const json::object* statement : statements) {
    if (has(*statement, "Principal") || has(*statement, "NotPrincipal")) {
      return refuse("Policy document should not specify a principal.");
    }
  }
  for (const json::object* statement : statements) {
    const auto effect = find_string(*statement, "Effect");
    if (effect != "Allow" && effect != "Deny") return legacy();
    if (!has_readable_dates(*statement)) return legacy();
  }
  const ResourceFindings resources = look_at_resources(statements);
  if (resources.legacy_fault) return legacy();
  if (!has_unique_sids(statements)) return refuse("Statement IDs (SID) in a single policy must be unique.");
  if (!all_have(statements, "Action", "NotAction")) return refuse("Policy statement must contain actions.");
  if (resources.first_fault) return resources.first_fault;
  if (auto refusal = check_actions(statements)) return refusal;
  if (!all_have(statements, "Resource", "NotResource"))
    return refuse("Policy statement must contain resources.");
  return std::nullopt;
}

}  // namespace openirsa::policy
