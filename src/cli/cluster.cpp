// create, get and delete cluster: EKS calls, as any AWS client makes them.
#include <map>

#include "base/text.h"
#include "base/time_text.h"
#include "cli/nouns.h"

namespace openirsa::cli {
namespace {

struct ClusterArguments {
  std::string name;
  std::string version;
  std::vector<std::string> tags;
};

std::string path_of(const std::string& name) { return "/clusters/" + percent_encode(name); }

std::string text_of(const json::object& object, std::string_view member) {
  return std::string(find_string(object, member).value_or(""));
}

std::string issuer_of(const json::object& cluster) {
  const json::object* identity = find_object(cluster, "identity");
  const json::object* oidc = identity == nullptr ? nullptr : find_object(*identity, "oidc");
  return oidc == nullptr ? std::string{} : text_of(*oidc, "issuer");
}

std::string created_of(const json::object& cluster) {
  const json::value* created = find_member(cluster, "createdAt");
  if (created == nullptr || !created->is_number()) return {};
  // The protocol has seconds with a fraction.
  const double seconds = created->to_number<double>();
  if (!(seconds >= 0 && seconds < 253402300800.0)) return {};  // to the end of the year 9999
  return to_iso8601(time_of_seconds(static_cast<std::int64_t>(seconds)));
}

void show(const json::object& cluster) {
  print_fields({{"Name", text_of(cluster, "name")},
                {"Status", text_of(cluster, "status")},
                {"Version", text_of(cluster, "version")},
                {"ARN", text_of(cluster, "arn")},
                {"OpenID Connect provider URL", issuer_of(cluster)},
                {"API server endpoint", text_of(cluster, "endpoint")},
                {"Created", created_of(cluster)}});
}

int show_answer(const Result<json::object, CallError>& answer, Form form) {
  if (!answer) return fail(failure_of_cluster(answer.error()));
  const json::object* cluster = find_object(*answer, "cluster");
  if (cluster == nullptr) return fail({"the server's answer holds no cluster"});
  if (form == Form::json)
    print_json(*answer);
  else
    show(*cluster);
  return 0;
}

int create(const Common& common, const ClusterArguments& arguments) {
  json::object tags;
  for (const std::string& tag : arguments.tags) {
    const std::size_t equals = tag.find('=');
    if (equals == std::string::npos) return fail({"tag `" + tag + "` is not KEY=VALUE"});
    tags[tag.substr(0, equals)] = tag.substr(equals + 1);
  }
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  const auto identity = connection->query("sts", "2011-06-15", "GetCallerIdentity", {});
  if (!identity) return fail(failure_of(identity.error()));
  const std::string arn = xml_text(*identity, "Arn").value_or("");
  const auto parts = split(arn, ':');
  const std::string partition(parts.size() > 1 ? parts[1] : "aws");
  // EKS wants a cluster role and a network; a registered cluster runs elsewhere and uses neither.
  json::object body{{"name", arguments.name},
                    {"roleArn", "arn:" + partition + ":iam::" + xml_text(*identity, "Account").value_or("") +
                                    ":role/openirsa-cluster"},
                    {"resourcesVpcConfig", json::object{}}};
  if (!arguments.version.empty()) body["version"] = arguments.version;
  if (!tags.empty()) body["tags"] = std::move(tags);
  return show_answer(connection->rest("eks", "POST", "/clusters", body), common.form());
}

Result<std::vector<std::string>, CallError> list_names(const Connection& connection) {
  std::vector<std::string> names;
  std::string next;
  do {
    auto page = connection.rest("eks", "GET",
                                "/clusters" + (next.empty() ? "" : "?nextToken=" + percent_encode(next)));
    if (!page) return std::move(page).error();
    if (const json::array* clusters = find_array(*page, "clusters")) {
      for (const auto& name : *clusters) {
        if (const auto* text = name.if_string()) names.emplace_back(*text);
      }
    }
    next = text_of(*page, "nextToken");
  } while (!next.empty());
  return names;
}

int get_all(const Common& common, const Connection& connection) {
  const auto names = list_names(connection);
  if (!names) return fail(failure_of(names.error()));
  json::array clusters;
  std::vector<std::vector<std::string>> rows{{"NAME", "VERSION", "STATUS", "CREATED", "OIDC PROVIDER URL"}};
  for (const std::string& name : *names) {
    const auto answer = connection.rest("eks", "GET", path_of(name));
    if (!answer) return fail(failure_of(answer.error()));
    const json::object* cluster = find_object(*answer, "cluster");
    if (cluster == nullptr) return fail({"the server's answer holds no cluster"});
    rows.push_back({text_of(*cluster, "name"), text_of(*cluster, "version"), text_of(*cluster, "status"),
                    created_of(*cluster), issuer_of(*cluster)});
    clusters.push_back(*cluster);
  }
  if (common.form() == Form::json)
    print_json(json::object{{"clusters", std::move(clusters)}});
  else if (names->empty())
    print("No clusters found. Make one: openirsa create cluster --name NAME");
  else
    print_table(rows);
  return 0;
}

int get(const Common& common, const ClusterArguments& arguments) {
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  if (arguments.name.empty()) return get_all(common, *connection);
  return show_answer(connection->rest("eks", "GET", path_of(arguments.name)), common.form());
}

int remove(const Common& common, const ClusterArguments& arguments) {
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  const auto answer = connection->rest("eks", "DELETE", path_of(arguments.name));
  if (!answer) return fail(failure_of_cluster(answer.error()));
  if (common.form() == Form::json)
    print_json(*answer);
  else
    print("deleted cluster \"" + arguments.name + "\"; its tokens are exchanged no more");
  return 0;
}

// Adds `noun` under a verb with the cluster's name as --name, -n or the only argument, as eksctl takes it.
template <class Act>
CLI::App* add_noun(CLI::App& verb, const char* help, bool name_required, Run& run, Act act,
                   const std::shared_ptr<ClusterArguments>& arguments) {
  CLI::App* noun = verb.add_subcommand("cluster", help);
  auto common = add_common(*noun);
  CLI::Option* name = refuse_empty(noun->add_option("-n,--name,name", arguments->name, "cluster name"));
  if (name_required) name->required();
  noun->callback([&run, act, common, arguments] { run = [=] { return act(*common, *arguments); }; });
  return noun;
}

}  // namespace

void add_cluster_verbs(CLI::App& create_verb, CLI::App& get_verb, CLI::App& delete_verb, Run& run) {
  auto arguments = std::make_shared<ClusterArguments>();
  CLI::App* noun =
      add_noun(create_verb, "register a cluster; its issuer is there at once", true, run, create, arguments);
  noun->add_option("--version", arguments->version, "Kubernetes version");
  noun->add_option("--tags", arguments->tags, "KEY=VALUE, several separated by commas")->delimiter(',');
  add_noun(get_verb, "show one cluster, or all", false, run, get, arguments);
  add_noun(delete_verb, "delete a cluster and end its exchanges", true, run, remove, arguments);
}

}  // namespace openirsa::cli
