// What lint judges on a server: read with IAM's own operations, as the caller may.
#include "base/text.h"
#include "cli/lint.h"
#include "cli/provider_calls.h"

namespace openirsa::cli {
namespace {

using Form = std::vector<std::pair<std::string, std::string>>;

// Calls `take(xml)` for every page of a list.
template <class Take>
Result<Done, Failure> for_each_page(const Connection& connection, std::string_view action, const Form& form,
                                    Take take) {
  std::string marker;
  do {
    Form page = form;
    page.emplace_back("MaxItems", "1000");
    if (!marker.empty()) page.emplace_back("Marker", marker);
    const auto xml = connection.query("iam", iam_version, action, page);
    if (!xml) return failure_of(xml.error());
    if (auto done = take(*xml); !done) return done;
    const bool more = xml_text(*xml, "IsTruncated") == "true";
    marker = more ? xml_text(*xml, "Marker").value_or("") : "";
  } while (!marker.empty());
  return Done{};
}

Result<std::string, Failure> document_in(const std::string& xml, std::string_view element) {
  auto text = percent_decode(xml_text(xml, element).value_or(""));
  if (!text || text->empty()) return Failure{"the server's answer holds no policy document"};
  return *std::move(text);
}

// What holds inline policies, and how IAM's operations call it.
struct Holder {
  std::string_view shown;          // "role"
  std::string_view list_action;    // "ListRoles"
  std::string_view list;           // "Roles"
  std::string_view name;           // "RoleName"
  std::string_view list_policies;  // "ListRolePolicies"
  std::string_view get_policy;     // "GetRolePolicy"
};
constexpr Holder roles{"role", "ListRoles", "Roles", "RoleName", "ListRolePolicies", "GetRolePolicy"};
constexpr Holder users{"user", "ListUsers", "Users", "UserName", "ListUserPolicies", "GetUserPolicy"};
constexpr Holder groups{"group", "ListGroups", "Groups", "GroupName", "ListGroupPolicies", "GetGroupPolicy"};

std::string named(const Holder& holder, const std::string& name, std::string_view what) {
  return concatenate({holder.shown, " ", name, ", ", what});
}

Result<Done, Failure> add_inline(const Connection& connection, const Holder& holder, const std::string& name,
                                 std::vector<LintedDocument>& documents) {
  const std::pair<std::string, std::string> of{holder.name, name};
  return for_each_page(
      connection, holder.list_policies, {of}, [&](const std::string& xml) -> Result<Done, Failure> {
        for (const std::string& policy : xml_texts(xml, "PolicyNames", "member")) {
          const auto answer =
              connection.query("iam", iam_version, holder.get_policy, {of, {"PolicyName", policy}});
          if (!answer) return failure_of(answer.error());
          auto text = document_in(*answer, "PolicyDocument");
          if (!text) return std::move(text).error();
          documents.push_back({.name = named(holder, name, "policy " + policy),
                               .text = *std::move(text),
                               .kind = policy::Kind::identity});
        }
        return Done{};
      });
}

Result<Done, Failure> add_trust(const std::string& list, const std::vector<std::string>& names,
                                std::vector<LintedDocument>& documents) {
  const auto trusts = xml_texts(list, roles.list, "AssumeRolePolicyDocument");
  if (names.size() != trusts.size()) return Failure{"the server's list of roles cannot be read"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto text = percent_decode(trusts[i]);
    if (!text) return Failure{"the trust policy of role " + names[i] + " cannot be read"};
    documents.push_back({.name = named(roles, names[i], "trust policy"),
                         .text = *std::move(text),
                         .kind = policy::Kind::trust});
  }
  return Done{};
}

Result<Done, Failure> add_holders(const Connection& connection, const Holder& holder,
                                  std::vector<LintedDocument>& documents) {
  return for_each_page(connection, holder.list_action, {},
                       [&](const std::string& xml) -> Result<Done, Failure> {
                         const auto names = xml_texts(xml, holder.list, holder.name);
                         if (&holder == &roles) {
                           if (auto done = add_trust(xml, names, documents); !done) return done;
                         }
                         for (const std::string& name : names) {
                           if (auto done = add_inline(connection, holder, name, documents); !done)
                             return done;
                         }
                         return Done{};
                       });
}

Result<Done, Failure> add_managed(const Connection& connection, std::vector<LintedDocument>& documents) {
  return for_each_page(
      connection, "ListPolicies", {{"Scope", "Local"}}, [&](const std::string& xml) -> Result<Done, Failure> {
        const auto names = xml_texts(xml, "Policies", "PolicyName");
        const auto arns = xml_texts(xml, "Policies", "Arn");
        const auto versions = xml_texts(xml, "Policies", "DefaultVersionId");
        if (names.size() != arns.size() || names.size() != versions.size())
          return Failure{"the server's list of policies cannot be read"};
        for (std::size_t i = 0; i < names.size(); ++i) {
          const auto version = connection.query("iam", iam_version, "GetPolicyVersion",
                                                {{"PolicyArn", arns[i]}, {"VersionId", versions[i]}});
          if (!version) return failure_of(version.error());
          auto text = document_in(*version, "Document");
          if (!text) return std::move(text).error();
          documents.push_back(
              {.name = "policy " + names[i], .text = *std::move(text), .kind = policy::Kind::identity});
        }
        return Done{};
      });
}

}  // namespace

Result<policy::LintFacts, Failure> providers_of_server(const Connection& connection) {
  const auto identity = connection.query("sts", "2011-06-15", "GetCallerIdentity", {});
  if (!identity) return failure_of(identity.error());
  policy::LintFacts facts{.account = xml_text(*identity, "Account").value_or(""), .providers_known = true};
  const auto arns = list_provider_arns(connection);
  if (!arns) return arns.error();
  for (const std::string& arn : *arns) {
    const auto provider = find_provider(connection, arn);
    if (!provider) return provider.error();
    // One that was deleted meanwhile is none.
    if (!*provider) continue;
    constexpr std::string_view type = ":oidc-provider/";
    facts.providers.push_back(
        known_provider(arn.substr(arn.find(type) + type.size()), (*provider)->client_ids));
  }
  return facts;
}

Result<std::vector<LintedDocument>, Failure> documents_of_server(const Connection& connection) {
  std::vector<LintedDocument> documents;
  for (const Holder* holder : {&roles, &users, &groups}) {
    if (auto done = add_holders(connection, *holder, documents); !done) return std::move(done).error();
  }
  if (auto done = add_managed(connection, documents); !done) return std::move(done).error();
  return documents;
}

}  // namespace openirsa::cli
