#include "eks/tags.h"

#include <functional>

#include "base/text.h"
#include "eks/cluster_input.h"
#include "eks/faults.h"
#include "eks/shape.h"
#include "policy/arn.h"
#include "record/cluster.h"
#include "record/key.h"
#include "store/update.h"

namespace openirsa::eks {
namespace {

using wire::Answer;
using wire::Call;
using wire::Code;
using wire::Error;

constexpr std::size_t longest_key = 128;
constexpr std::size_t longest_value = 256;
constexpr std::string_view reserved = "aws:";

Error bad_request(std::string message) { return {Code::eks_bad_request, std::move(message)}; }
Error no_such_resource() { return {Code::eks_not_found, "Resource was not found"}; }
Error bad_request(const wire::ValidationErrors& errors) { return bad_request(errors.error().message); }

Error too_many(std::int64_t quota) {
  return bad_request("A resource can have at most " + std::to_string(quota) + " tags.");
}

void check_key(std::string_view key, std::string_view field, wire::ValidationErrors& errors) {
  if (key.empty()) errors.add(key, field, wire::length_at_least(1));
  if (scalar_count(key) > longest_key) errors.add(key, field, wire::length_at_most(longest_key));
}

// The name of the cluster that the route's ARN means, or why it means none.
Result<std::string, Error> take_cluster(const Call& call) {
  const std::string& text = call.labels.at(0);
  const auto arn = policy::parse_arn(text);
  if (!arn || arn->partition != call.house.names.partition || arn->service != "eks" ||
      arn->resource.empty()) {
    return bad_request("Invalid resource ARN: " + text);
  }
  if (arn->account != call.account()) return not_authorized(call, text);
  auto name = own_cluster_of(call, text);
  if (!name) return no_such_resource();
  return *std::move(name);
}

using Change = std::function<std::optional<Error>(record::Tags&)>;

// Reads, changes and commits, again when somebody else was quicker.
Result<Answer, Error> change_tags(Call& call, const Change& change) {
  const auto name = take_cluster(call);
  if (!name) return name.error();
  const std::string key = record::cluster_key(call.account(), call.region, *name);
  const store::Edit<Error> edit =
      [&](const std::optional<store::Entry>& entry) -> Result<std::optional<std::string>, Error> {
    if (!entry) return no_such_resource();
    auto cluster = record::Cluster::parse(key, entry->value, call.house.vault);
    if (!cluster) return unreadable_record();
    if (auto refused = change(cluster->tags)) return *std::move(refused);
    return std::optional(cluster->to_text(call.house.vault, key));
  };
  const auto done = store::update<Error>(call.house.mirror, key, edit, of_store);
  if (!done) return done.error();
  return wire::nothing();
}

}  // namespace

Result<record::Tags, Error> new_tags(const json::object& given, std::int64_t quota) {
  wire::ValidationErrors errors;
  record::Tags tags;
  for (const auto& [key, value] : given) {
    const std::string_view text = value.as_string();
    check_key(key, "tags", errors);
    if (scalar_count(text) > longest_value) errors.add(text, "tags", wire::length_at_most(longest_value));
    if (equal_ignoring_case(std::string_view(key).substr(0, reserved.size()), reserved)) {
      return bad_request("Tag keys must not begin with 'aws:': " + std::string(key));
    }
    tags.emplace(key, text);
  }
  if (!errors.empty()) return bad_request(errors);
  if (tags.size() > static_cast<std::size_t>(quota)) return too_many(quota);
  return tags;
}

std::optional<std::string> own_cluster_of(const Call& call, std::string_view text) {
  constexpr std::string_view type = "cluster/";
  const auto arn = policy::parse_arn(text);
  if (!arn || arn->partition != call.house.names.partition || arn->service != "eks" ||
      arn->account != call.account() || arn->region != call.region || !arn->resource.starts_with(type)) {
    return std::nullopt;
  }
  const std::string_view name = arn->resource.substr(type.size());
  if (!is_cluster_name(name)) return std::nullopt;
  return std::string(name);
}

Result<Answer, Error> list_tags_for_resource(Call& call) {
  const auto name = take_cluster(call);
  if (!name) return name.error();
  const auto* cluster =
      record::find<record::Cluster>(*call.snapshot, record::cluster_key(call.account(), call.region, *name));
  if (cluster == nullptr) return no_such_resource();
  json::object tags;
  for (const auto& [key, value] : cluster->tags) tags.emplace(key, value);
  return wire::json_answer({{"tags", std::move(tags)}});
}

Result<Answer, Error> tag_resource(Call& call) {
  wire::ValidationErrors errors;
  const auto body = take(tag_resource_request, call.body, errors);
  if (!body) return bad_request(body.error().message);
  if (!errors.empty()) return bad_request(errors);
  const std::int64_t quota = call.house.quotas.tags_per_entity;
  auto given = new_tags(*find_object(*body, "tags"), quota);
  if (!given) return std::move(given).error();
  if (given->empty()) {
    errors.add("tags", wire::length_at_least(1));
    return bad_request(errors);
  }
  return change_tags(call, [&](record::Tags& tags) -> std::optional<Error> {
    for (const auto& [key, value] : *given) tags.insert_or_assign(key, value);
    if (tags.size() > static_cast<std::size_t>(quota)) return too_many(quota);
    return std::nullopt;
  });
}

Result<Answer, Error> untag_resource(Call& call) {
  constexpr std::size_t most_keys = 50;
  const auto given = call.parameters.list("tagKeys");
  if (!given) return bad_request(given.error().message);
  wire::ValidationErrors errors;
  if (given->empty()) errors.add("tagKeys", wire::must_not_be_null());
  if (given->size() > most_keys) errors.add("tagKeys", wire::length_at_most(most_keys));
  for (const std::string_view key : *given) check_key(key, "tagKeys", errors);
  if (!errors.empty()) return bad_request(errors);
  return change_tags(call, [&](record::Tags& tags) -> std::optional<Error> {
    for (const std::string_view key : *given) tags.erase(std::string(key));
    return std::nullopt;
  });
}

}  // namespace openirsa::eks
