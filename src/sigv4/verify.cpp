#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "base/time_text.h"
#include "crypto/digest.h"
#include "sigv4/request_parts.h"

namespace openirsa::sigv4 {
namespace {

Error mismatch(Fault code, std::string detail, std::string expected = {}, std::string actual = {}) {
  return {code, std::string(mismatch_text), std::move(detail), std::move(expected), std::move(actual)};
}

std::string window_text(std::int64_t seconds) {
  return seconds % 60 == 0 ? std::to_string(seconds / 60) + " min." : std::to_string(seconds) + " sec.";
}

// `2015…Z (2015…Z - 5 min.)`: the limit, and how it came about.
std::string limit_text(std::int64_t limit, std::int64_t now, char sign, std::int64_t window) {
  return to_basic_iso8601(time_of_seconds(limit)) + " (" + to_basic_iso8601(time_of_seconds(now)) + ' ' +
         sign + ' ' + window_text(window) + ")";
}

// How long after its date a request may arrive.
std::int64_t lifetime(const Claim& claim, const Rules& rules) {
  if (!claim.presigned) return rules.skew.count();
  if (rules.lifetime_override) return rules.lifetime_override->count();
  return claim.expires.value_or(rules.skew.count());
}

bool is_signed(const Claim& claim, std::string_view header) {
  return std::ranges::any_of(claim.signed_headers,
                             [&](const std::string& name) { return equal_ignoring_case(name, header); });
}

bool may_be_unsigned(std::string_view header, const Claim& claim, const Rules& rules) {
  if (equal_ignoring_case(header, "x-amz-security-token")) return !rules.session_token_signed;
  // The AWS SDK for Rust leaves it out of presigned URLs; nothing here reads it.
  return claim.presigned && equal_ignoring_case(header, "x-amz-user-agent");
}

// IAM User Guide, "Create a signed AWS API request", step 1: sign `host` and any x-amz-* header. S3 and
// OpenSearch refuse a session token that was added after signing (HeadersNotSigned), some services take it,
// IoT demands it; no client of IAM, STS or EKS sends one, so the stricter rule costs nobody anything.
std::optional<Error> check_headers(const RequestView& request, const Claim& claim, const Rules& rules) {
  for (const auto& [name, value] : request.headers) {
    if (!is_amz_header(name) || is_signed(claim, name) || may_be_unsigned(name, claim, rules)) continue;
    const std::string header = to_lower(name);
    return Error{Fault::header_not_signed,
                 "'" + header + "' must be a 'SignedHeader' in the AWS Authorization.",
                 "header `" + header + "` came with the request and is not signed", header, ""};
  }
  for (const std::string& name : claim.signed_headers) {
    // An absent header must not pass for an empty one.
    if (header_values(request, name).empty()) {
      return mismatch(Fault::signature_mismatch, "signed header `" + name + "` did not arrive", name);
    }
  }
  return std::nullopt;
}

// UNSIGNED-PAYLOAD and the streaming forms belong to S3 (and the models' `v4-unsigned-body`, which no
// operation of ours has): a body that decides something is always signed.
std::optional<Error> check_payload(const RequestView& request) {
  const auto declared = header_values(request, "x-amz-content-sha256");
  if (declared.empty()) return std::nullopt;
  const std::string computed = to_hex(as_view(crypto::sha256(request.body)));
  if (declared.size() == 1 && declared.front() == computed) return std::nullopt;
  return mismatch(Fault::payload_mismatch, "`x-amz-content-sha256` is not the body's hash", computed,
                  std::string(declared.front()));
}

}  // namespace

std::optional<Error> check_time(const Claim& claim, const Rules& rules, Time now) {
  const std::int64_t signed_at = seconds_of(claim.signed_at);
  const std::int64_t present = seconds_of(now);
  const std::string date = to_basic_iso8601(claim.signed_at);
  const std::int64_t skew = rules.skew.count();
  if (signed_at > present + skew) {
    const std::string limit = limit_text(present + skew, present, '+', skew);
    return Error{Fault::not_yet_valid, "Signature not yet current: " + date + " is still later than " + limit,
                 "the client's clock is ahead, or the server's behind", limit, date};
  }
  const std::int64_t window = lifetime(claim, rules);
  if (signed_at < present - window) {
    const std::string limit = limit_text(present - window, present, '-', window);
    return Error{Fault::expired, "Signature expired: " + date + " is now earlier than " + limit,
                 "the request is old, or one of the clocks is wrong", limit, date};
  }
  return std::nullopt;
}

Result<VerifiedRequest, Error> verify(const RequestView& request, const Claim& claim, const SigningKey& key,
                                      const Rules& rules, Time now) {
  if (auto refusal = check_time(claim, rules, now)) return *std::move(refusal);
  if (auto refusal = check_headers(request, claim, rules)) return *std::move(refusal);
  if (auto refusal = check_payload(request)) return *std::move(refusal);
  if (!key.fits(claim.scope)) return mismatch(Fault::signature_mismatch, "no secret for this scope");

  const std::string canonical = canonical_request(request, claim, rules);
  if (!equal_in_constant_time(signature(string_to_sign(claim, canonical), key), claim.signature)) {
    return mismatch(Fault::signature_mismatch,
                    "sha-256 of the canonical request: " + to_hex(as_view(crypto::sha256(canonical))));
  }
  VerifiedRequest verified;
  verified.access_key_id_ = claim.access_key_id;
  verified.scope_ = claim.scope;
  verified.signed_at_ = claim.signed_at;
  verified.presigned_ = claim.presigned;
  return verified;
}

Result<VerifiedRequest, Error> verify(const RequestView& request, const Claim& claim,
                                      const Secret& secret_access_key, const Rules& rules, Time now) {
  return verify(request, claim, SigningKey(secret_access_key, claim.scope), rules, now);
}

}  // namespace openirsa::sigv4
