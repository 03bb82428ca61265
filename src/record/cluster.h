// A cluster of the registry, and the issuer that outlives it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "record/key_pair.h"
#include "record/record.h"
#include "record/tag.h"
#include "token/jwk.h"

namespace openirsa::record {

struct Cluster {
  static constexpr std::string_view kind = "cluster";
  std::string account{};
  std::string region{};
  std::string name{};
  std::string version{};  // "1.34"
  std::string role_arn{};
  std::string issuer_id{};   // 32 upper-case hex digits
  std::string issuer_url{};  // https://<issuer.host>/id/<ID>, fixed when the cluster was made
  std::string client_request_token{};
  json::object vpc_config{};  // resourcesVpcConfig as given
  json::object settings{};    // further members of CreateCluster as given (accessConfig, logging, …)
  Time created{};
  Tags tags{};
  json::object unknown{};

  std::string arn(std::string_view partition) const;
  static Result<Cluster, RecordError> parse(std::string_view key, std::string_view text, const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

struct IssuerKey {
  std::string key_id{};
  KeyPair key;  // RSA; the server's own key for the cluster, sealed in the store
  Time created{};
  json::object unknown{};
};

struct Issuer {
  static constexpr std::string_view kind = "issuer";
  std::string id{};
  std::string url{};
  std::string account{};
  std::string region{};
  std::string cluster{};  // name of the cluster it serves; empty in a tombstone
  // A tombstone: the id is never used again, nothing is exchanged, no private key is kept.
  bool deleted = false;
  std::vector<IssuerKey> keys{};
  Time created{};
  json::object unknown{};

  // Derived from `keys` when decoded: what the verifier and the JWKS endpoint use.
  std::shared_ptr<const token::JwkSet> key_set{};
  std::string key_set_text{};
  void derive_key_set();

  static Result<Issuer, RecordError> parse(std::string_view key, std::string_view text, const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

}  // namespace openirsa::record
