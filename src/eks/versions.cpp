#include "eks/versions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/time_text.h"
#include "eks/faults.h"
#include "eks/page.h"

namespace openirsa::eks {
namespace {

struct Version {
  std::string_view name;
  std::string_view released;       // on EKS
  std::string_view standard_ends;  // 14 months later
  std::string_view extended_ends;  // 26 months later
};

// EKS User Guide, "Amazon EKS Kubernetes release calendar". Newest first, as EKS lists them.
constexpr std::array versions{
    Version{"1.36", "2026-06-02", "2027-08-02", "2028-08-02"},
    Version{"1.35", "2026-01-27", "2027-03-27", "2028-03-27"},
    Version{"1.34", "2025-10-02", "2026-12-02", "2027-12-02"},
    Version{"1.33", "2025-05-29", "2026-07-29", "2027-07-29"},
    Version{"1.32", "2025-01-23", "2026-03-23", "2027-03-23"},
    Version{"1.31", "2024-09-26", "2025-11-26", "2026-11-26"},
    Version{"1.30", "2024-05-23", "2025-07-23", "2026-07-23"},
};
constexpr std::string_view preferred = "1.35";

struct Status {
  std::string_view lower;
  std::string_view upper;
};
constexpr Status standard{"standard-support", "STANDARD_SUPPORT"};
constexpr Status extended{"extended-support", "EXTENDED_SUPPORT"};
constexpr Status unsupported{"unsupported", "UNSUPPORTED"};
constexpr std::array statuses{unsupported, standard, extended};

Time date(std::string_view text) { return *parse_iso8601(text); }

// The newest never ages: a server that nobody updated for years still has a version to offer, and clients
// that got an empty list break (eksctl from 0.202.0 on indexes it unchecked).
const Status& status_of(const Version& version, Time now) {
  if (&version == versions.begin() || now < date(version.standard_ends)) return standard;
  return now < date(version.extended_ends) ? extended : unsupported;
}

const Version* find_version(std::string_view name) {
  const auto* found = std::ranges::find(versions, name, &Version::name);
  return found == versions.end() ? nullptr : found;
}

json::object version_json(const Version& version, Time now) {
  const Status& status = status_of(version, now);
  return {{"clusterVersion", version.name},
          {"clusterType", "eks"},
          {"defaultPlatformVersion", "eks.1"},
          {"defaultVersion", version.name == default_version(now)},
          {"releaseDate", seconds_of(date(version.released))},
          {"endOfStandardSupportDate", seconds_of(date(version.standard_ends))},
          {"endOfExtendedSupportDate", seconds_of(date(version.extended_ends))},
          {"status", status.lower},
          {"versionStatus", status.upper}};
}

struct Filter {
  std::string_view cluster_type;
  std::vector<std::string_view> names;
  const Status* status = nullptr;
  bool default_only = false;
  bool all = false;

  bool shows(const Version& version, Time now) const {
    const Status& its = status_of(version, now);
    if (!cluster_type.empty() && cluster_type != "eks") return false;
    if (!names.empty() && std::ranges::find(names, version.name) == names.end()) return false;
    if (status != nullptr && its.lower != status->lower) return false;
    if (default_only && version.name != default_version(now)) return false;
    // What was asked for by name or status is shown whatever became of it.
    return all || !names.empty() || status != nullptr || its.lower != unsupported.lower;
  }
};

Result<const Status*, wire::Error> take_status(const wire::Parameters& parameters, std::string_view parameter,
                                               std::string_view Status::* form) {
  const auto given = parameters.find(parameter);
  if (!given) return static_cast<const Status*>(nullptr);
  const auto* found = std::ranges::find(statuses, *given, form);
  if (found != statuses.end()) return found;
  std::string constraint = "Member must satisfy enum value set: [";
  for (const Status& status : statuses) {
    if (&status != statuses.begin()) constraint += ", ";
    constraint += status.*form;
  }
  return wire::validation_error(*given, parameter, constraint + "]");
}

Result<Filter, wire::Error> take_filter(const wire::Parameters& parameters) {
  Filter filter;
  filter.cluster_type = parameters.find("clusterType").value_or("");
  auto names = parameters.list("clusterVersions");
  if (!names) return std::move(names).error();
  filter.names = *std::move(names);
  const auto default_only = parameters.boolean("defaultOnly");
  if (!default_only) return default_only.error();
  filter.default_only = default_only->value_or(false);
  const auto all = parameters.boolean("includeAll");
  if (!all) return all.error();
  filter.all = all->value_or(false);
  // `status` is the older name of `versionStatus`.
  const auto lower = take_status(parameters, "status", &Status::lower);
  if (!lower) return lower.error();
  const auto upper = take_status(parameters, "versionStatus", &Status::upper);
  if (!upper) return upper.error();
  if (*lower != nullptr && *upper != nullptr && *lower != *upper) {
    return invalid_parameter("status and versionStatus must not differ.");
  }
  filter.status = *lower != nullptr ? *lower : *upper;
  return filter;
}

}  // namespace

std::string_view default_version(Time now) {
  const Version& version = *find_version(preferred);
  return &status_of(version, now) == &standard ? version.name : versions.front().name;
}

bool is_offered(std::string_view name, Time now) {
  const Version* version = find_version(name);
  return version != nullptr && &status_of(*version, now) != &unsupported;
}

Result<wire::Answer, wire::Error> describe_cluster_versions(wire::Call& call) {
  const auto filter = take_filter(call.parameters);
  if (!filter) return filter.error();
  auto page = Page::of(call);
  if (!page) return std::move(page).error();
  const Version* after = find_version(page->after());
  json::array listed;
  for (const Version& version : versions) {
    if (after != nullptr && &version <= after) continue;
    if (!filter->shows(version, call.now)) continue;
    if (!page->take(version.name)) break;
    listed.push_back(version_json(version, call.now));
  }
  json::object body{{"clusterVersions", std::move(listed)}};
  page->write_end(body);
  return wire::json_answer(std::move(body));
}

}  // namespace openirsa::eks
