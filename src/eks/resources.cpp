#include "eks/resources.h"

#include "eks/tags.h"
#include "record/cluster.h"
#include "record/key.h"

namespace openirsa::eks {
namespace {

using wire::Call;

std::string arn(const Call& call, std::string_view resource) {
  std::string text = "arn:" + call.house.names.partition + ":eks:" + call.region + ":" + call.account() + ":";
  return text.append(resource);
}

void add_cluster_tags(const Call& call, std::string_view name, policy::Context& context) {
  const auto* cluster =
      record::find<record::Cluster>(*call.snapshot, record::cluster_key(call.account(), call.region, name));
  if (cluster == nullptr) return;
  for (const auto& [key, value] : cluster->tags) context.add_owned("aws:ResourceTag/" + key, value);
}

}  // namespace

namespace resource {

std::string new_cluster(const Call& call) {
  return arn(call, "cluster/" + std::string(find_string(call.body, "name").value_or("*")));
}
std::string cluster(const Call& call) { return arn(call, "cluster/" + call.labels.at(0)); }
std::string clusters(const Call& call) { return arn(call, "cluster/*"); }
std::string region(const Call& call) { return arn(call, "*"); }
std::string tagged(const Call& call) { return call.labels.at(0); }

}  // namespace resource

namespace keys {

void of_request(const Call& call, policy::Context& context) {
  std::vector<std::string_view> names;
  if (const json::object* tags = find_object(call.body, "tags")) {
    for (const auto& [key, value] : *tags) {
      names.push_back(key);
      if (value.is_string()) {
        context.add_owned("aws:RequestTag/" + std::string(key), std::string(value.get_string()));
      }
    }
  }
  if (const auto removed = call.parameters.list("tagKeys")) {
    names.insert(names.end(), removed->begin(), removed->end());
  }
  if (!names.empty()) context.add_list("aws:TagKeys", std::move(names));
}

void of_cluster(const Call& call, policy::Context& context) {
  add_cluster_tags(call, call.labels.at(0), context);
}

void of_tagged(const Call& call, policy::Context& context) {
  of_request(call, context);
  if (const auto name = own_cluster_of(call, call.labels.at(0))) add_cluster_tags(call, *name, context);
}

}  // namespace keys

}  // namespace openirsa::eks
