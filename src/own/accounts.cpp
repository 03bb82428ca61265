#include "own/accounts.h"

#include <algorithm>

#include "base/text.h"
#include "base/time_text.h"
#include "iam/bootstrap.h"
#include "iam/faults.h"
#include "record/identity.h"
#include "record/key.h"

namespace openirsa::own {
namespace {

using record::AccountName;
using wire::Code;

constexpr std::size_t longest_name = 50;
constexpr std::int64_t most_results = 1000;

wire::Error invalid(std::string message) { return {Code::eks_invalid_parameter, std::move(message)}; }

bool is_account_id(std::string_view text) { return text.size() == 12 && is_digits(text); }

bool is_account_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

struct Wanted {
  std::string name;
  std::string id;  // empty: a random one
};

Result<Wanted, wire::Error> take_wanted(const json::object& body) {
  const auto name = find_string(body, "name");
  if (!name || !is_account_name(*name)) {
    return invalid("member `name` must have 1 to 50 letters, digits and characters of `_.-`");
  }
  if (is_account_id(*name)) {
    return invalid("member `name` must not have 12 digits: it would be taken for an account id");
  }
  if (find_member(body, "accountId") == nullptr) return Wanted{std::string(*name), {}};
  const auto id = find_string(body, "accountId");
  if (!id || !is_account_id(*id)) return invalid("member `accountId` must have 12 digits");
  return Wanted{std::string(*name), std::string(*id)};
}

json::object describe(const store::Snapshot& snapshot, const AccountName& named) {
  json::object out{{"name", named.name}, {"accountId", named.account}};
  const auto* account = record::find<record::Account>(snapshot, record::account_key(named.account));
  if (account != nullptr) out["createdAt"] = to_iso8601(account->created);
  return out;
}

const AccountName* find_by_id(const store::Snapshot& snapshot, std::string_view id) {
  const AccountName* found = nullptr;
  record::scan<AccountName>(snapshot, record::kind_prefix("-", "-", AccountName::kind), "",
                            [&](const AccountName& named) {
                              if (named.account == id) found = &named;
                              return found == nullptr;
                            });
  return found;
}

wire::Error taken(std::string message, const std::string& account) {
  return {Code::eks_resource_in_use, std::move(message), {{"accountId", account}}};
}

// Who has the name or id that was asked for; nothing when neither is taken. Asks the store: the mirror may
// not have what another writer committed this moment.
Result<std::optional<wire::Error>, store::Error> find_obstacle(wire::House& house, const Wanted& wanted) {
  const std::string key = record::account_name_key(wanted.name);
  const auto named = house.mirror.get(key);
  if (!named) return named.error();
  if (*named) {
    const auto owner = AccountName::parse(key, (*named)->value, house.vault);
    const std::string id = owner ? owner->account : std::string("unknown");
    return std::optional(taken("An account named `" + wanted.name + "` exists already: " + id + ".", id));
  }
  if (wanted.id.empty()) return std::optional<wire::Error>();
  const auto account = house.mirror.get(record::account_key(wanted.id));
  if (!account) return account.error();
  if (!*account) return std::optional<wire::Error>();
  return std::optional(taken("Account " + wanted.id + " exists already.", wanted.id));
}

wire::Answer answer_of(wire::Call& call, const Wanted& wanted, const iam::FirstIdentities& made) {
  call.trace.account = made.account;
  call.trace.resource = "arn:" + call.house.names.partition + ":iam::" + made.account + ":root";
  return wire::json_answer(
      {{"account",
        json::object{
            {"name", wanted.name}, {"accountId", made.account}, {"createdAt", to_iso8601(call.now)}}},
       {"user", made.user},
       {"accessKey", json::object{{"accessKeyId", made.access_key_id},
                                  {"secretAccessKey", std::string_view(made.secret_access_key.expose())}}}});
}

}  // namespace

Result<wire::Answer, wire::Error> create_account(wire::Call& call) {
  const auto wanted = take_wanted(call.body);
  if (!wanted) return wanted.error();
  // A conflict without an obstacle: a random id was taken, or what was in the way is gone.
  constexpr int attempts = 100;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto made =
        iam::make_account(call.house.mirror, call.house.vault, call.now,
                          {.name = wanted->name, .id = wanted->id, .partition = call.house.names.partition});
    if (made) return answer_of(call, *wanted, *made);
    if (made.error().code != store::Fault::conflict) return iam::of_store(made.error());
    auto obstacle = find_obstacle(call.house, *wanted);
    if (!obstacle) return iam::of_store(obstacle.error());
    if (*obstacle) return **std::move(obstacle);
  }
  return iam::of_store({store::Fault::conflict, {}});
}

Result<wire::Answer, wire::Error> get_account(wire::Call& call) {
  const std::string& asked = call.labels.at(0);
  const AccountName* named = is_account_id(asked)
                                 ? find_by_id(*call.snapshot, asked)
                                 : record::find<AccountName>(*call.snapshot, record::account_name_key(asked));
  if (named == nullptr) {
    return wire::Error{Code::eks_resource_not_found, "No account found for name or id: " + asked + "."};
  }
  return wire::json_answer({{"account", describe(*call.snapshot, *named)}});
}

Result<wire::Answer, wire::Error> list_accounts(wire::Call& call) {
  const auto given = call.parameters.integer("maxResults");
  if (!given) return given.error();
  const std::int64_t limit = given->value_or(most_results);
  if (limit < 1 || limit > most_results)
    return invalid("parameter `maxResults` must be a whole number from 1 to 1000");
  // The last name that was given: it means the same place when accounts come between two calls.
  const auto token = call.parameters.find("nextToken");
  if (token && !is_account_name(*token)) return invalid("parameter `nextToken` is not one of this list");

  json::array accounts;
  std::string last;
  bool more = false;
  record::scan<AccountName>(*call.snapshot, record::kind_prefix("-", "-", AccountName::kind),
                            token ? record::account_name_key(*token) : std::string(),
                            [&](const AccountName& named) {
                              more = static_cast<std::int64_t>(accounts.size()) == limit;
                              if (more) return false;
                              last = named.name;
                              accounts.emplace_back(describe(*call.snapshot, named));
                              return true;
                            });
  json::object body{{"accounts", std::move(accounts)}};
  if (more) body["nextToken"] = last;
  return wire::json_answer(std::move(body));
}

}  // namespace openirsa::own
