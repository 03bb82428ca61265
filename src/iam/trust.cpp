#include "iam/trust.h"

#include <functional>

#include "iam/faults.h"
#include "policy/arn.h"
#include "record/identity.h"
#include "record/role.h"

namespace openirsa::iam {
namespace {

using wire::Call;
using wire::Error;

bool is_unique_id(std::string_view text) { return text.starts_with("AROA") || text.starts_with("AIDA"); }

// Whether a document can name anything that is replaced: most name a provider or a service only.
bool may_name(std::string_view document, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (document.find(word) != std::string_view::npos) return true;
  }
  return false;
}

// Calls `visit` for each principal of type "AWS" in the document; it may change the text.
void each_aws_principal(json::value& document, const std::function<void(json::string&)>& visit) {
  const auto visit_value = [&](json::value& value) {
    if (json::string* text = value.if_string()) return visit(*text);
    if (json::array* list = value.if_array()) {
      for (json::value& item : *list) {
        if (json::string* text = item.if_string()) visit(*text);
      }
    }
  };
  const auto visit_statement = [&](json::value& statement) {
    json::object* members = statement.if_object();
    json::value* principal = members == nullptr ? nullptr : members->if_contains("Principal");
    json::object* types = principal == nullptr ? nullptr : principal->if_object();
    json::value* named = types == nullptr ? nullptr : types->if_contains("AWS");
    if (named != nullptr) visit_value(*named);
  };
  json::object* root = document.if_object();
  json::value* statements = root == nullptr ? nullptr : root->if_contains("Statement");
  if (statements == nullptr) return;
  if (json::array* list = statements->if_array()) {
    for (json::value& statement : *list) visit_statement(statement);
  } else {
    visit_statement(*statements);
  }
}

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

// The id of a user or role by its exact ARN, in whichever account; empty when there is none.
std::string id_of(const Call& call, const store::Snapshot& snapshot, std::string_view arn,
                  const policy::Arn& parsed) {
  const auto name = parsed.resource.substr(parsed.resource.rfind('/') + 1);
  const std::string& partition = call.house.names.partition;
  if (parsed.resource.starts_with("role/")) {
    const auto* role = record::find<record::Role>(snapshot, record::role_key(parsed.account, name));
    return role != nullptr && role->has_arn(partition, arn) ? role->id : std::string();
  }
  const auto* user = record::find<record::User>(snapshot, record::user_key(parsed.account, name));
  return user != nullptr && user->arn(partition) == arn ? user->id : std::string();
}

// Principals of accounts elsewhere stay as they are written: nobody of them calls here.
bool is_here(const Call& call, const store::Snapshot& snapshot, std::string_view account) {
  return account == call.account() || snapshot.find(record::account_key(account)) != nullptr;
}

Error invalid_principal(std::string_view text) {
  return malformed_policy("Invalid principal in policy: \"AWS\":\"" + std::string(text) + "\"");
}

}  // namespace

Result<policy::Policy, Error> trust_to_save(const Call& call, std::string_view document) {
  auto policy = policy::Policy::parse(document, policy::Kind::trust);
  if (!policy) return malformed_policy(std::move(policy).error().message);
  // AWS documents that white space does not count for inline and managed policies and is silent about trust
  // policies. It keeps those in another form (principals become ids), so that white space cannot count for it
  // either; and every document that is refused for its white space alone would hurt its author.
  const std::int64_t limit = call.house.quotas.trust_policy_characters;
  if (static_cast<std::int64_t>(policy->size_without_whitespace()) > limit) {
    return quota_exceeded("ACLSizePerRole", limit);
  }
  if (!may_name(document, {":role/", ":user/", "\\", "AROA", "AIDA"})) return *std::move(policy);

  auto parsed = parse_json(document);
  if (!parsed) return malformed_policy("This policy contains invalid Json");
  const auto snapshot = call.house.mirror.snapshot();
  TrustView names(call, *snapshot);
  std::optional<Error> refused;
  bool changed = false;
  each_aws_principal(*parsed, [&](json::string& text) {
    const std::string given(view_of(text));
    if (is_unique_id(given)) {
      if (!names.knows(given)) refused = invalid_principal(given);
      return;
    }
    const auto arn = policy::parse_arn(given);
    const bool named = arn && arn->service == "iam" && is_here(call, *snapshot, arn->account) &&
                       (arn->resource.starts_with("role/") || arn->resource.starts_with("user/"));
    if (!named) return;
    const std::string id = id_of(call, *snapshot, given, *arn);
    if (id.empty()) refused = invalid_principal(given);
    text = id;
    changed = true;
  });
  if (refused) return *std::move(refused);
  if (!changed) return *std::move(policy);
  auto saved = policy::Policy::parse(json::serialize(*parsed), policy::Kind::trust);
  if (!saved) return malformed_policy(std::move(saved).error().message);
  return *std::move(saved);
}

bool TrustView::knows(std::string_view id) { return arn_of(id) != nullptr; }

// Most ids are of the caller's own account: the others are looked at only for one that is not.
const std::string* TrustView::arn_of(std::string_view id) {
  if (!own_loaded_) {
    own_loaded_ = true;
    load(call_.account());
  }
  if (const auto found = arns_.find(id); found != arns_.end()) return &found->second;
  if (!others_loaded_) {
    others_loaded_ = true;
    record::scan<record::AccountName>(snapshot_, record::kind_prefix("-", "-", record::AccountName::kind), {},
                                      [&](const record::AccountName& named) {
                                        if (named.account != call_.account()) load(named.account);
                                        return true;
                                      });
  }
  const auto found = arns_.find(id);
  return found == arns_.end() ? nullptr : &found->second;
}

void TrustView::load(const std::string& account) {
  const std::string& partition = call_.house.names.partition;
  const auto add = [&](const auto& entity) {
    arns_.emplace(entity.id, entity.arn(partition));
    return true;
  };
  record::scan<record::Role>(snapshot_, record::kind_prefix(account, "-", record::Role::kind), {}, add);
  record::scan<record::User>(snapshot_, record::kind_prefix(account, "-", record::User::kind), {}, add);
}

std::string TrustView::text(const policy::Policy& trust) {
  if (!may_name(trust.text(), {"AROA", "AIDA"})) return trust.text();
  auto document = parse_json(trust.text());
  if (!document) return trust.text();
  bool changed = false;
  each_aws_principal(*document, [&](json::string& text) {
    if (!is_unique_id(view_of(text))) return;
    const std::string* arn = arn_of(view_of(text));
    if (arn == nullptr) return;  // its owner is gone: the id itself is shown
    text = *arn;
    changed = true;
  });
  return changed ? json::serialize(*document) : trust.text();
}

}  // namespace openirsa::iam
