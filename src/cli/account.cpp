// create and get account: for the host's administrator, over the admin socket.
#include "base/text.h"
#include "cli/files.h"
#include "cli/nouns.h"

namespace openirsa::cli {
namespace {

constexpr const char* accounts_path = "/openirsa/v1/accounts";

struct AccountArguments {
  std::string name;
  std::string id;
};

std::string text_of(const json::object& object, std::string_view member) {
  return std::string(find_string(object, member).value_or(""));
}

// Beside the first account's, in the same form: AWS_SHARED_CREDENTIALS_FILE may name it.
std::string file_beside(const json::object& facts, const std::string& account_name) {
  return text_of(facts, "credentialsFile") + "-" + account_name;
}

Result<json::object, Failure> find_account(const Common& common, const std::string& name_or_id) {
  const auto answer =
      ask_as_administrator(common, std::string(accounts_path) + "/" + percent_encode(name_or_id));
  if (!answer) return answer.error();
  const json::object* account = find_object(*answer, "account");
  if (account == nullptr) return Failure{"the server's answer holds no account"};
  return *account;
}

Result<Done, Failure> write_credentials(const std::string& path, const json::object& access_key) {
  // A file that is there already may hold another account's only copy of its secret.
  return write_new_file(path,
                        with_section("", "default",
                                     {{"aws_access_key_id", text_of(access_key, "accessKeyId")},
                                      {"aws_secret_access_key", text_of(access_key, "secretAccessKey")}}),
                        0600);
}

int create(const Common& common, const AccountArguments& arguments) {
  const auto facts = ask_server_facts(common, false);
  if (!facts) return fail(facts.error());
  json::object wanted{{"name", arguments.name}};
  if (!arguments.id.empty()) wanted["accountId"] = arguments.id;
  const auto answer = ask_as_administrator(common, accounts_path, &wanted);
  if (!answer) return fail(answer.error());
  const json::object* account = find_object(*answer, "account");
  const json::object* access_key = find_object(*answer, "accessKey");
  if (account == nullptr || access_key == nullptr)
    return fail({"the server's answer holds no account with an access key"});
  if (common.form() == Form::json) {
    print_json(*answer);
    return 0;
  }
  const std::string name = text_of(*account, "name");
  const std::string path = file_beside(*facts, name);
  if (const auto written = write_credentials(path, *access_key); !written) {
    // The server never tells the secret again: better on the terminal than lost.
    print_json(*answer);
    return fail({"the account is made, but " + written.error().message +
                 "; put the printed access key there, or use it from elsewhere"});
  }
  print_fields({{"Name", name},
                {"Account ID", text_of(*account, "accountId")},
                {"User", text_of(*answer, "user")},
                {"Credentials", path},
                {"Use it", "eval \"$(openirsa env --account " + name + ")\""}});
  return 0;
}

Result<json::array, Failure> list_accounts(const Common& common) {
  json::array accounts;
  std::string next;
  do {
    const auto page = ask_as_administrator(
        common, accounts_path + (next.empty() ? std::string() : "?nextToken=" + percent_encode(next)));
    if (!page) return page.error();
    const json::array* part = find_array(*page, "accounts");
    if (part == nullptr) return Failure{"the server's answer holds no accounts"};
    accounts.insert(accounts.end(), part->begin(), part->end());
    next = text_of(*page, "nextToken");
  } while (!next.empty());
  return accounts;
}

int get_all(const Common& common) {
  auto accounts = list_accounts(common);
  if (!accounts) return fail(accounts.error());
  if (common.form() == Form::json) {
    print_json(json::object{{"accounts", std::move(*accounts)}});
    return 0;
  }
  std::vector<std::vector<std::string>> rows{{"NAME", "ACCOUNT ID", "CREATED"}};
  for (const auto& account : *accounts) {
    const json::object* members = account.if_object();
    if (members == nullptr) return fail({"the server's answer holds an account that is none"});
    rows.push_back(
        {text_of(*members, "name"), text_of(*members, "accountId"), text_of(*members, "createdAt")});
  }
  print_table(rows);
  return 0;
}

int get(const Common& common, const AccountArguments& arguments) {
  if (arguments.name.empty()) return get_all(common);
  const auto account = find_account(common, arguments.name);
  if (!account) return fail(account.error());
  if (common.form() == Form::json) {
    print_json(json::object{{"account", *account}});
    return 0;
  }
  print_fields({{"Name", text_of(*account, "name")},
                {"Account ID", text_of(*account, "accountId")},
                {"Created", text_of(*account, "createdAt")}});
  return 0;
}

}  // namespace

Result<std::string, Failure> credentials_file_of(const Common& common, const json::object& facts,
                                                 const std::string& account) {
  const auto found = find_account(common, account);
  if (!found) return found.error();
  if (text_of(*found, "accountId") == text_of(facts, "account")) return text_of(facts, "credentialsFile");
  return file_beside(facts, text_of(*found, "name"));
}

void add_account_verbs(CLI::App& create_verb, CLI::App& get_verb, Run& run) {
  auto arguments = std::make_shared<AccountArguments>();
  CLI::App* made =
      create_verb.add_subcommand("account", "another account on this server, with its own user `admin`");
  auto common = add_common(*made);
  refuse_empty(made->add_option("-n,--name,name", arguments->name, "account name"))->required();
  refuse_empty(
      made->add_option("--account-id", arguments->id, "12 digits (default: random ones that are free)"));
  made->callback([&run, common, arguments] { run = [=] { return create(*common, *arguments); }; });

  CLI::App* shown = get_verb.add_subcommand("account", "show one account of this server, or all");
  common = add_common(*shown);
  refuse_empty(shown->add_option("-n,--name,name", arguments->name, "account name or id"));
  shown->callback([&run, common, arguments] { run = [=] { return get(*common, *arguments); }; });
}

}  // namespace openirsa::cli
