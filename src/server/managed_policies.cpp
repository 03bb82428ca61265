#include "server/managed_policies.h"

#include <filesystem>

#include "iam/managed.h"
#include "server/data_directory.h"

namespace openirsa::server {
namespace {

namespace fs = std::filesystem;

// More than the longest of AWS's own by far.
constexpr std::size_t longest = std::size_t{1} << 20U;

// Hidden directories hold the past versions of a mounted ConfigMap.
bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

Result<policy::NamedPolicy, std::string> read_policy(const fs::path& file, const fs::path& directory) {
  const auto document = read_file(file, longest);
  if (!document) return "managed_policies: " + document.error().message;
  const std::string place = "/" + file.lexically_relative(directory).replace_extension().generic_string();
  auto policy = iam::parse_managed_policy(place, *document);
  if (!policy) return "managed_policies: " + file.string() + ": " + policy.error();
  return policy;
}

}  // namespace

Result<policy::Catalogue, std::string> read_managed_policies(std::string_view partition,
                                                             const std::string& directory) {
  std::vector<policy::NamedPolicy> added;
  if (directory.empty()) return iam::extended_managed_policies(partition, std::move(added));
  std::error_code failed;
  fs::recursive_directory_iterator entries(directory, failed);
  for (const fs::recursive_directory_iterator end; !failed && entries != end; entries.increment(failed)) {
    const fs::path& path = entries->path();
    if (is_hidden(path)) {
      entries.disable_recursion_pending();
      continue;
    }
    if (path.extension() != ".json" || !entries->is_regular_file(failed)) continue;
    auto policy = read_policy(path, directory);
    if (!policy) return std::move(policy).error();
    added.push_back(*std::move(policy));
  }
  if (failed) return "managed_policies: " + directory + ": " + failed.message();
  return iam::extended_managed_policies(partition, std::move(added));
}

}  // namespace openirsa::server
