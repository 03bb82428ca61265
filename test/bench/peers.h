// Other people's servers in the same run, where they are installed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "subject.h"

namespace openirsa::bench {

// nginx with one worker, kept alive, no access log, answering a file as long as our fixed reply. `plain` as
// Debian sets it up (sendfile); `cached` with open_file_cache besides.
struct Nginx {
  Subject plain;
  Subject cached;
};
std::optional<Nginx> start_nginx(const std::filesystem::path& scratch);

// MinIO (OPENIRSA_MINIO or `minio` on the PATH) exchanging RS256 tokens that a claim gives a policy, with the
// keys that this process publishes; on one processor.
struct Minio {
  Subject subject;
  std::vector<std::string> requests;
};
// `token`: one of ours, whose claims are taken over.
std::optional<Minio> start_minio(const std::filesystem::path& scratch, const std::string& token,
                                 std::size_t requests);

}  // namespace openirsa::bench
