// X.509 certificates for our own two authorities and their leaves (ECDSA P-256), and what others need to know
// of a certificate. Chains are PEM, leaf first.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/key.h"

namespace openirsa::crypto {

struct CertificateError {
  std::string message;
};

// Names a certificate is good for, or an authority is constrained to. DNS names may be wildcards in leaves;
// in constraints a DNS name also covers its subdomains (RFC 5280 §4.2.1.10).
struct SubjectNames {
  std::vector<std::string> dns;
  std::vector<std::string> addresses;  // literal IPv4 or IPv6; anything else throws std::invalid_argument
};

struct Authority {
  std::string certificate_pem;
  PrivateKey key;
};

// A self-signed CA, path length 0, with critical name constraints permitting `names` only: a kind of name of
// which there is none (no DNS name, or no address) is excluded as a whole. Valid from five minutes before
// `now`, for clients whose clock is behind.
Authority make_authority(std::string_view common_name, const SubjectNames& names, Time now,
                         std::chrono::days lifetime);

struct Leaf {
  std::string chain_pem;  // leaf, then the authority
  PrivateKey key;
};
// A server certificate (EKU serverAuth) with `names` as subject alternative names. It never outlives the
// authority. REQUIRES: at least one name.
Leaf make_leaf(const Authority& authority, const SubjectNames& names, Time now, std::chrono::days lifetime);

struct CertificateInfo {
  std::string sha1_thumbprint;  // 40 lower-case hex digits of the DER's SHA-1
  std::string subject;
  std::string issuer;
  Time not_before;
  Time not_after;
  SubjectNames names;
  bool authority = false;  // it may sign certificates (RFC 5280 §4.2.1.9 and §4.2.1.3)
};
// Each certificate of a PEM text in order.
Result<std::vector<CertificateInfo>, CertificateError> inspect_pem(std::string_view pem);

// Whether the chain (leaf first, PEM) verifies to one of the roots at `now` for `host`, a DNS name or a
// literal address, as a TLS server's. The subject's common name is not looked at (RFC 9525 §2).
bool verifies(std::string_view chain_pem, std::string_view roots_pem, std::string_view host, Time now);

}  // namespace openirsa::crypto
