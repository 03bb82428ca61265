#include "iam/managed.h"

#include <map>
#include <mutex>

#include "base/text.h"
#include "crypto/digest.h"
#include "iam/managed_text.h"
#include "iam/rules.h"

namespace openirsa::iam {
namespace {

constexpr std::string_view sources[] = {
#include "iam/managed/administration.inc"
    ,
#include "iam/managed/auditing.inc"
    ,
#include "iam/managed/clusters.inc"
    ,
#include "iam/managed/compute.inc"
    ,
#include "iam/managed/data.inc"
    ,
#include "iam/managed/messages.inc"
    ,
#include "iam/managed/monitoring.inc"
    ,
#include "iam/managed/read_only.inc"
    ,
#include "iam/managed/secrets.inc"
    ,
#include "iam/managed/storage.inc"
};

// AWS's documents name ARNs of the partition in which they are published.
std::string in_partition(std::string document, std::string_view partition) {
  constexpr std::string_view written = "\"arn:aws:";
  if (partition == "aws") return document;
  const std::string wanted = concatenate({"\"arn:", partition, ":"});
  for (std::size_t at = document.find(written); at != std::string::npos;
       at = document.find(written, at + wanted.size())) {
    document.replace(at, written.size(), wanted);
  }
  return document;
}

// Compiled when first needed: a server meets few of them.
std::vector<policy::NamedPolicy> our_copies(std::string_view partition) {
  std::vector<policy::NamedPolicy> copies;
  for (const std::string_view source : sources) {
    for (WrittenPolicy& written : read_policies(source)) {
      copies.push_back({.place = std::string(written.place),
                        .description = std::string(written.about),
                        .document = policy::Policy::deferred(
                            in_partition(std::move(written.document), partition), policy::Kind::managed)});
    }
  }
  return copies;
}

bool is_place(std::string_view place) {
  const std::size_t name = place.rfind('/') + 1;
  const auto fits = [](std::string_view text, const TextRule& rule) {
    return text.size() >= rule.min && text.size() <= rule.max &&
           (rule.matches == nullptr || rule.matches(text));
  };
  return place.starts_with('/') && fits(place.substr(name), rule::policy_name) &&
         fits(place.substr(0, name), rule::policy_path);
}

}  // namespace

const policy::Catalogue& aws_managed_policies(std::string_view partition) {
  static std::mutex mutex;
  static std::map<std::string, policy::Catalogue, std::less<>> by_partition;
  const std::scoped_lock lock(mutex);
  auto found = by_partition.find(partition);
  if (found == by_partition.end()) {
    const std::string name(partition);
    found = by_partition.emplace(name, policy::Catalogue(name, our_copies(partition))).first;
  }
  return found->second;
}

policy::Catalogue extended_managed_policies(std::string_view partition,
                                            std::vector<policy::NamedPolicy> added) {
  auto all = our_copies(partition);
  for (policy::NamedPolicy& policy : added) all.push_back(std::move(policy));
  return {std::string(partition), std::move(all)};
}

Result<policy::NamedPolicy, std::string> parse_managed_policy(std::string_view place,
                                                              std::string_view document) {
  if (!is_place(place))
    return concatenate({"`", place,
                        "` is no path and name of a managed policy: name it /[PATH/]NAME, the name with up "
                        "to 128 of the letters A-Z a-z 0-9 + = , . @ - _"});
  auto policy = policy::Policy::parse(document, policy::Kind::managed);
  if (!policy)
    return concatenate({"the policy document of `", place, "` is refused: ", policy.error().message});
  return policy::NamedPolicy{.place = std::string(place),
                             .description = "Added by the operator of this server.",
                             .document = *std::move(policy)};
}

const policy::Catalogue& managed_policies(const wire::House& house) {
  if (house.managed_policies != nullptr) return *house.managed_policies;
  return aws_managed_policies(house.names.partition);
}

const AwsManagedPolicy* find_aws_managed(const wire::Call& call, std::string_view arn) {
  return managed_policies(call.house).find(arn);
}

std::string id_of(const AwsManagedPolicy& policy) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id = "ANPA";
  const auto digest = crypto::sha256(policy.name());
  for (std::size_t i = 0; i < 17; ++i) id += alphabet[digest[i] % alphabet.size()];
  return id;
}

bool is_attachable(const AwsManagedPolicy& policy) { return policy.path() != "/aws-service-role/"; }

}  // namespace openirsa::iam
