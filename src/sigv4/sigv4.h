// AWS Signature Version 4: canonical request, string to sign, signature; verification of signed headers and
// presigned URLs; signing for our own clients. Pure: takes the request's bytes, the secret and `now`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace openirsa::sigv4 {

enum class Fault {
  missing_authentication,  // neither an Authorization header nor X-Amz-Algorithm in the query
  incomplete_signature,    // malformed header or query, missing part, bad scope shape
  unsupported_algorithm,   // anything but AWS4-HMAC-SHA256
  header_not_signed,       // `host` (or another header that must be) is absent from SignedHeaders
  date_mismatch,           // the scope's date is not the request's date
  expired,                 // older than the skew or than X-Amz-Expires
  not_yet_valid,
  wrong_scope,  // region, service or terminator is not one the server accepts
  signature_mismatch,
  payload_mismatch,  // x-amz-content-sha256 is there and does not fit the body
};
std::string_view name_of(Fault fault);

struct Error {
  Fault code;
  std::string message;   // AWS's own text for the caller
  std::string detail;    // for the trace; no secret, no signature
  std::string expected;  // may be empty
  std::string actual;    // may be empty
};

// The request as it came: `path` and `query` raw, before any decoding; header names in any case, in order.
struct RequestView {
  std::string_view method;
  std::string_view path;
  std::string_view query;  // without '?'
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
};

struct Scope {
  std::string date;  // 20261124
  std::string region;
  std::string service;
};

// What the request claims about its signature, parsed and not believed.
struct Claim {
  bool presigned = false;
  std::string access_key_id;
  Scope scope;
  std::vector<std::string> signed_headers;  // lower case, as listed
  std::string signature;                    // 64 hex digits, lower case
  Time signed_at;                           // X-Amz-Date, or Date
  std::optional<std::int64_t> expires;      // seconds, presigned only, 0 to 604,800
  std::optional<std::string> session_token;
};

// Refuses what is missing, malformed, given twice or given both ways; a terminator other than `aws4_request`;
// a scope date other than the request's; and an unsigned `host`. The query's escapes are well-formed
// afterwards.
Result<Claim, Error> parse_claim(const RequestView& request);

// The refusal, in AWS's words, when the scope names a region or service that is not served.
std::optional<Error> check_scope(const Claim& claim, std::span<const std::string_view> regions,
                                 std::string_view service);

struct Rules {
  std::chrono::seconds skew{300};
  // For presigned cluster tokens, where clients send X-Amz-Expires 0 or 60 and 15 minutes are meant.
  std::optional<std::chrono::seconds> lifetime_override = std::nullopt;
  bool normalize_path = true;      // false: the S3 rule, used by public vectors only
  bool double_encode_path = true;  // every service but S3 (EKS ARNs depend on it)
  // false: a session token added after signing is left out, as AWS IoT wants it; used by public vectors only.
  bool session_token_signed = true;
};

// The part of verify() that needs no key: AWS answers a wrong clock before it looks for the access key.
std::optional<Error> check_time(const Claim& claim, const Rules& rules, Time now);

// The secret narrowed to one day, region and service. Deriving it takes four of the five HMACs of a
// verification, so a caller may keep it for as long as the secret stands.
class SigningKey {
 public:
  SigningKey(const Secret& secret_access_key, const Scope& scope);
  bool fits(const Scope& scope) const;
  const Secret& bytes() const { return bytes_; }  // empty when there was no secret

 private:
  Scope scope_;
  Secret bytes_;
};

// A request whose signature was verified; only verify() can make one.
class VerifiedRequest {
 public:
  const std::string& access_key_id() const { return access_key_id_; }
  const Scope& scope() const { return scope_; }
  Time signed_at() const { return signed_at_; }
  bool presigned() const { return presigned_; }

 private:
  friend Result<VerifiedRequest, Error> verify(const RequestView&, const Claim&, const SigningKey&,
                                               const Rules&, Time);
  VerifiedRequest() = default;
  std::string access_key_id_;
  Scope scope_;
  Time signed_at_;
  bool presigned_ = false;
};

// REQUIRES: `claim` was parsed from `request`. The caller has checked region and service of the scope.
// The comparison is in constant time. Duplicate and unsorted query parameters are canonicalised as AWS does.
// Every x-amz-* header must be signed, a session token among them, and every signed header must be there. An
// empty secret verifies nothing.
Result<VerifiedRequest, Error> verify(const RequestView& request, const Claim& claim,
                                      const Secret& secret_access_key, const Rules& rules, Time now);
Result<VerifiedRequest, Error> verify(const RequestView& request, const Claim& claim, const SigningKey& key,
                                      const Rules& rules, Time now);

// The intermediate texts, for tests against public vectors and for explaining a mismatch.
std::string canonical_request(const RequestView& request, const Claim& claim, const Rules& rules = {});
std::string string_to_sign(const Claim& claim, std::string_view canonical_request);
std::string signature(const Claim& claim, std::string_view string_to_sign, const Secret& secret_access_key);
std::string signature(std::string_view string_to_sign, const SigningKey& key);

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  std::optional<std::string> session_token;
};
// The headers to add (X-Amz-Date, X-Amz-Security-Token where there is a token, Authorization). REQUIRES:
// `request` has a Host header and none of those to add. Signs host, content-type where present, and x-amz-*.
std::vector<std::pair<std::string, std::string>> sign(const RequestView& request,
                                                      const Credentials& credentials, std::string_view region,
                                                      std::string_view service, Time now);

}  // namespace openirsa::sigv4
