// What the bench measures against: a data directory with clusters, providers and roles, written through the
// store before a server opens it, and tokens minted for one of the clusters.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace openirsa::bench {

struct World {
  std::filesystem::path directory;
  std::string role_arn;             // of the measured role
  std::vector<std::string> tokens;  // distinct, RS256, for the measured cluster and role
};

// REQUIRES: `directory` does not exist. Clusters share one key pair: making ten thousand would take an hour,
// and what is measured does not depend on it.
World make_world(const std::filesystem::path& directory, std::size_t clusters, std::size_t roles,
                 std::size_t tokens);

}  // namespace openirsa::bench
