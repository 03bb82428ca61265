// create token: as `kubectl create token` does it, for clusters without an API server of their own.
#include <unistd.h>

#include <cstdio>

#include "base/text.h"
#include "cli/nouns.h"

namespace openirsa::cli {
namespace {

struct TokenArguments {
  std::string cluster;
  std::string name_space = "default";
  std::string service_account;
  std::string audience = "sts.amazonaws.com";
  std::int64_t seconds = 3600;
};

// Into a file goes the token alone: SDKs send a token file's bytes as they are, and a line end is not part of
// a token.
void print_token(std::string_view token) {
  if (::isatty(STDOUT_FILENO) != 0) return print(token);
  (void)std::fwrite(token.data(), 1, token.size(), stdout);
}

int create_token(const Common& common, const TokenArguments& arguments) {
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  const auto answer = connection->rest(
      "openirsa", "POST", "/openirsa/v1/clusters/" + percent_encode(arguments.cluster) + "/tokens",
      {{"namespace", arguments.name_space},
       {"serviceAccount", arguments.service_account},
       {"audience", arguments.audience},
       {"expirationSeconds", arguments.seconds}});
  if (!answer) return fail(failure_of_cluster(answer.error()));
  if (common.form() == Form::json)
    print_json(*answer);
  else
    print_token(find_string(*answer, "token").value_or(""));
  return 0;
}

}  // namespace

void add_token_verb(CLI::App& create, Run& run) {
  CLI::App* noun = create.add_subcommand("token", "a service-account token, signed with the cluster's key");
  auto common = add_common(*noun);
  auto arguments = std::make_shared<TokenArguments>();
  refuse_empty(noun->add_option("-c,--cluster", arguments->cluster, "cluster name"))->required();
  refuse_empty(noun->add_option("-n,--namespace", arguments->name_space, "namespace"))->capture_default_str();
  refuse_empty(
      noun->add_option("-s,--service-account,service-account", arguments->service_account, "service account"))
      ->required();
  refuse_empty(noun->add_option("--audience", arguments->audience, "audience"))->capture_default_str();
  noun->add_option("--duration", arguments->seconds, "lifetime in seconds, 600 to 86400")
      ->capture_default_str();
  noun->callback([&run, common, arguments] { run = [=] { return create_token(*common, *arguments); }; });
}

}  // namespace openirsa::cli
