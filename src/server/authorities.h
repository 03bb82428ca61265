// Our two certificate authorities and the leaves they sign. The product authority is constrained to the
// configured names; the verbatim authority to the AWS names that verbatim mode answers for, and is made on
// first use only.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/certificate.h"
#include "http/tls.h"
#include "record/vault.h"
#include "store/mirror.h"

namespace openirsa::server {

struct AuthorityError {
  std::string message;
};

class Authorities {
 public:
  struct Needs {
    store::Mirror& mirror;
    const record::Vault& vault;
    const Clock& clock;
    crypto::SubjectNames product_names;  // of the product leaf; the first DNS name is the issuer host
  };
  // Loads the product authority, or makes it. An authority whose constraints do not cover the configured
  // names, or that is near its end, is replaced by a new one.
  static Result<std::unique_ptr<Authorities>, AuthorityError> open(Needs needs);

  // For http::TlsContext: the leaf for a server name. AWS names get a verbatim leaf once that authority
  // exists; names under amazonaws.com that nothing here answers for are refused (null).
  std::shared_ptr<const http::LoadedIdentity> choose(std::string_view server_name);

  const std::string& product_pem() const { return product_->certificate_pem; }
  // SHA-1 of the last certificate that the issuer's listener serves.
  std::string product_thumbprint() const;
  // Made on first use.
  Result<std::string, AuthorityError> verbatim_pem();
  bool has_verbatim() const;

 private:
  explicit Authorities(Needs needs) : needs_(std::move(needs)) {}
  struct CachedLeaf {
    std::shared_ptr<const http::LoadedIdentity> identity;
    Time renew_at;
  };
  std::shared_ptr<const http::LoadedIdentity> leaf(const crypto::Authority& authority,
                                                   const std::string& cache_key,
                                                   const crypto::SubjectNames& names);

  Needs needs_;
  std::optional<crypto::Authority> product_;
  mutable std::mutex
      mutex_;  // guards what follows; held for a handshake's look-up and, seldom, a leaf's making
  std::optional<crypto::Authority> verbatim_;
  std::map<std::string, CachedLeaf, std::less<>> leaves_;
};

// The AWS names that verbatim mode answers for: iam, sts, and sts.<region> and eks.<region> of known regions.
bool is_served_aws_name(std::string_view host);
// Any name of AWS's own, served or not: what must never pass the proxy to the real AWS.
bool is_aws_name(std::string_view host);

}  // namespace openirsa::server
