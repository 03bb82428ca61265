// What the bench measures against: data directories with clusters, providers and roles, written through the
// store before a server opens them, and tokens that every one of them takes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "crypto/key.h"
#include "record/cluster.h"

namespace openirsa::bench {

// Whose tokens are measured: one of our own issuers (RSA-2048), and a foreign one whose P-256 key is
// uploaded.
struct Issuers {
  record::Issuer own;
  crypto::PrivateKey foreign;
};
Issuers make_issuers();

// Requests of AssumeRoleWithWebIdentity as bytes, each with a token of its own, alike but for the signature's
// algorithm and the issuer.
struct Requests {
  std::vector<std::string> rs256, es256;
};
Requests make_requests(const Issuers& issuers, std::size_t count);

// REQUIRES: `directory` does not exist, or is empty; both counts are positive. Clusters share one key pair:
// making ten thousand would take an hour, and what is measured does not depend on it.
void make_world(const std::filesystem::path& directory, const Issuers& issuers, std::size_t clusters,
                std::size_t roles);
// How many records that world has: a cluster is three, itself, its issuer and its provider.
constexpr std::size_t records_of(std::size_t clusters, std::size_t roles) { return 3 * clusters + roles; }

// A token with the claims of `token`, some replaced, signed with another key.
std::string resign(const std::string& token, const json::object& replaced, crypto::Algorithm algorithm,
                   const crypto::PrivateKey& key);
// A POST of that form to our STS.
std::string form_request(const std::string& form);

}  // namespace openirsa::bench
