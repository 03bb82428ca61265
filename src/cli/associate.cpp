// utils associate-iam-oidc-provider: eksctl's verb, with eksctl's words and exit codes. The issuer is not
// connected to: the server knows its own thumbprint.
#include <ctime>

#include "base/text.h"
#include "base/time_text.h"
#include "cli/nouns.h"

namespace openirsa::cli {
namespace {

struct AssociateArguments {
  std::string cluster;
  bool approve = false;
};

// eksctl's log line, in local time as there.
void log_line(std::string_view icon, const std::string& text) {
  const std::time_t now = static_cast<std::time_t>(seconds_of(SystemClock().now()));
  std::tm fields{};
  localtime_r(&now, &fields);
  char stamp[32] = {};
  std::strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &fields);
  print(std::string(stamp) + " [" + std::string(icon) + "]  " + text);
}

struct ClusterFacts {
  std::string arn;
  std::string url;  // issuer without https://
  std::string provider_arn;
};

Result<ClusterFacts, Failure> describe(const Connection& connection, const std::string& name) {
  const auto answer = connection.rest("eks", "GET", "/clusters/" + percent_encode(name));
  if (!answer)
    return Failure{"unable to describe cluster control plane: " + failure_of(answer.error()).message};
  const json::object* cluster = find_object(*answer, "cluster");
  const json::object* identity = cluster == nullptr ? nullptr : find_object(*cluster, "identity");
  const json::object* oidc = identity == nullptr ? nullptr : find_object(*identity, "oidc");
  const std::string issuer(oidc == nullptr ? "" : find_string(*oidc, "issuer").value_or(""));
  const std::string arn(cluster == nullptr ? "" : find_string(*cluster, "arn").value_or(""));
  const auto parts = split(arn, ':');
  if (!issuer.starts_with("https://") || parts.size() != 6) return Failure{"unknown OIDC issuer URL"};
  ClusterFacts facts{arn, issuer.substr(8), {}};
  facts.provider_arn =
      "arn:" + std::string(parts[1]) + ":iam::" + std::string(parts[4]) + ":oidc-provider/" + facts.url;
  return facts;
}

Result<bool, Failure> provider_exists(const Connection& connection, const ClusterFacts& facts) {
  const auto found = connection.query("iam", iam_version, "GetOpenIDConnectProvider",
                                      {{"OpenIDConnectProviderArn", facts.provider_arn}});
  if (found) return true;
  if (found.error().service && found.error().service->code == "NoSuchEntity") return false;
  return failure_of(found.error());
}

Result<Done, Failure> create_provider(const Connection& connection, const ClusterFacts& facts,
                                      const std::string& name) {
  const auto created = connection.query("iam", iam_version, "CreateOpenIDConnectProvider",
                                        {{"Url", "https://" + facts.url},
                                         {"ClientIDList.member.1", "sts.amazonaws.com"},
                                         {"Tags.member.1.Key", "alpha.eksctl.io/cluster-name"},
                                         {"Tags.member.1.Value", name}});
  if (!created) return Failure{"creating OIDC provider: " + failure_of(created.error()).message};
  const auto tagged = connection.rest("eks", "POST", "/tags/" + percent_encode(facts.arn),
                                      {{"tags", {{"alpha.eksctl.io/cluster-oidc-enabled", "true"}}}});
  if (!tagged)
    return Failure{"error tagging EKS cluster with OIDC tag: " + failure_of(tagged.error()).message};
  return Done{};
}

int report(const Common& common, const ClusterFacts& facts, std::string_view outcome) {
  if (common.form() == Form::json) {
    print_json(json::object{{"openIDConnectProviderArn", facts.provider_arn}, {"outcome", outcome}});
  }
  return 0;
}

int associate(const Common& common, const AssociateArguments& arguments) {
  if (arguments.cluster.empty()) return fail({"--cluster must be set"});
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  const auto facts = describe(*connection, arguments.cluster);
  if (!facts) return fail(facts.error());
  const auto exists = provider_exists(*connection, *facts);
  if (!exists) return fail(exists.error());
  const std::string where = "cluster \"" + arguments.cluster + "\" in \"" + connection->region() + "\"";
  const bool text = common.form() == Form::text;
  if (*exists) {
    if (text) log_line("ℹ", "IAM Open ID Connect provider is already associated with " + where);
    return report(common, *facts, "exists");
  }
  if (!arguments.approve) {
    if (text) {
      log_line("ℹ", "(plan) would create IAM Open ID Connect provider for " + where);
      log_line("!", "no changes were applied, run again with '--approve' to apply the changes");
    }
    return report(common, *facts, "planned");
  }
  if (text) log_line("ℹ", "will create IAM Open ID Connect provider for " + where);
  const auto created = create_provider(*connection, *facts, arguments.cluster);
  if (!created) return fail(created.error());
  if (text) log_line("✔", "created IAM Open ID Connect provider for " + where);
  return report(common, *facts, "created");
}

}  // namespace

void add_associate_verb(CLI::App& utils, Run& run) {
  CLI::App* verb = utils.add_subcommand("associate-iam-oidc-provider",
                                        "make the IAM OIDC provider for a cluster's issuer");
  auto common = add_common(*verb);
  auto arguments = std::make_shared<AssociateArguments>();
  verb->add_option("-c,--cluster,cluster", arguments->cluster, "cluster name");
  verb->add_flag("--approve", arguments->approve, "apply the changes");
  verb->callback([&run, common, arguments] { run = [=] { return associate(*common, *arguments); }; });
}

}  // namespace openirsa::cli
