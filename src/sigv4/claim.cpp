#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "base/time_text.h"
#include "crypto/digest.h"
#include "sigv4/request_date.h"
#include "sigv4/request_parts.h"

// Texts and the order of checks are those of AWS's own front end: missing parts, date, host, algorithm,
// credential.
namespace openirsa::sigv4 {
namespace {

constexpr std::string_view authorization_scheme = "AWS4-";
constexpr std::int64_t longest_expiry = 604'800;

// The parts of a signature as they came, wherever they came.
struct Parts {
  std::string_view algorithm;
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
  std::string_view date;
};

Error incomplete(std::string message, std::string detail) {
  return {Fault::incomplete_signature, std::move(message), std::move(detail), {}, {}};
}

// AWS echoes the hash of a bad header, so that neither its answer nor a log of it holds a signature.
std::string hashed(std::string_view authorization) {
  return to_base64(as_view(crypto::sha256(authorization)));
}

std::optional<Error> assign_once(std::string_view& part, std::string_view name, std::string_view value) {
  if (part.data() != nullptr) {
    return incomplete("Authorization header contains more than one '" + std::string(name) + "' parameter.",
                      "`" + std::string(name) + "` is given twice");
  }
  part = value;
  return std::nullopt;
}

std::optional<Error> read_parameter(std::string_view text, std::string_view authorization, Parts& parts) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return incomplete(
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and "
        "encoded with Base64): '" +
            hashed(authorization) + "'.",
        "a parameter of the Authorization header has no `=`");
  }
  const std::string_view name = text.substr(0, equals);
  const std::string_view value = text.substr(equals + 1);
  if (name == "Credential") return assign_once(parts.credential, name, value);
  if (name == "SignedHeaders") return assign_once(parts.signed_headers, name, value);
  if (name == "Signature") return assign_once(parts.signature, name, value);
  return std::nullopt;
}

// X-Amz-Date wins over Date; either way the date is part of the string to sign.
Result<std::string_view, Error> find_date(const RequestView& request) {
  for (const std::string_view name : {"X-Amz-Date", "Date"}) {
    const auto values = header_values(request, name);
    if (values.size() > 1) {
      return incomplete("Request contains more than one '" + std::string(name) + "' header.",
                        "`" + std::string(name) + "` is given twice");
    }
    if (!values.empty()) return values.front();
  }
  return std::string_view{};
}

Result<Parts, Error> parts_of_header(const RequestView& request, std::string_view authorization) {
  const std::size_t blank = authorization.find(' ');
  Parts parts;
  parts.algorithm = authorization.substr(0, blank);
  if (blank != std::string_view::npos) {
    for (const std::string_view piece : split(authorization.substr(blank + 1), ',')) {
      const std::string_view text = trim(piece);
      if (text.empty()) continue;
      if (auto refusal = read_parameter(text, authorization, parts)) return *std::move(refusal);
    }
  }
  const auto date = find_date(request);
  if (!date) return date.error();
  parts.date = *date;

  std::string missing;
  const auto require = [&](std::string_view part, std::string_view name) {
    if (part.empty()) missing.append("Authorization header requires '").append(name).append("' parameter. ");
  };
  require(parts.credential, "Credential");
  require(parts.signature, "Signature");
  require(parts.signed_headers, "SignedHeaders");
  if (parts.date.empty()) {
    missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (missing.empty()) return parts;
  return incomplete(
      missing + "(Hashed with SHA-256 and encoded with Base64) Authorization=" + hashed(authorization),
      "the Authorization header lacks a part");
}

Result<Parts, Error> parts_of_query(const Query& query) {
  Parts parts;
  std::string missing;
  std::string repeated;
  const auto take = [&](std::string_view name) -> std::string_view {
    const auto values = query_values(query, name);
    if (values.size() > 1) repeated = name;
    if (!values.empty() && !values.front().empty()) return values.front();
    missing.append("AWS query-string parameters must include '").append(name).append("'. ");
    return {};
  };
  parts.algorithm = take("X-Amz-Algorithm");
  parts.credential = take("X-Amz-Credential");
  parts.signature = take("X-Amz-Signature");
  parts.signed_headers = take("X-Amz-SignedHeaders");
  parts.date = take("X-Amz-Date");
  for (const std::string_view name : {"X-Amz-Expires", "X-Amz-Security-Token"}) {
    if (query_values(query, name).size() > 1) repeated = name;
  }
  if (!missing.empty()) {
    return incomplete(missing + "Re-examine the query-string parameters.", "the presigned URL lacks a part");
  }
  if (!repeated.empty()) {
    return incomplete("AWS query-string parameters must include '" + repeated + "' only once.",
                      "`" + repeated + "` is given twice");
  }
  return parts;
}

Result<std::vector<std::string>, Error> read_signed_headers(std::string_view list) {
  std::vector<std::string> names;
  for (const std::string_view name : split(list, ';')) names.push_back(to_lower(name));
  auto sorted = names;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end() || sorted.front().empty()) {
    return incomplete("SignedHeaders must name each header once, got '" + std::string(list) + "'.",
                      "an empty or repeated name in SignedHeaders");
  }
  if (!std::ranges::binary_search(sorted, "host")) {
    return Error{Fault::header_not_signed,
                 "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
                 "`host` is not signed", "host", std::string(list)};
  }
  return names;
}

std::optional<Error> read_credential(std::string_view credential, Claim& claim) {
  const auto elements = split(credential, '/');
  if (elements.size() != 5) {
    return incomplete(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
        "got '" +
            std::string(credential) + "'",
        "the credential has " + std::to_string(elements.size()) + " elements");
  }
  claim.access_key_id = elements[0];
  claim.scope = {std::string(elements[1]), std::string(elements[2]), std::string(elements[3])};
  if (elements[4] != terminator) {
    return Error{Fault::wrong_scope,
                 "Credential should be scoped with a valid terminator: 'aws4_request', not '" +
                     std::string(elements[4]) + "'.",
                 "the credential scope ends wrongly", std::string(terminator), std::string(elements[4])};
  }
  const std::string date = to_basic_iso8601(claim.signed_at);
  if (claim.scope.date != date.substr(0, 8)) {
    return Error{
        Fault::date_mismatch,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
            claim.scope.date + "' != '" + date.substr(0, 8) + "', from '" + date + "'.",
        "the credential scope is of another day", date.substr(0, 8), claim.scope.date};
  }
  return std::nullopt;
}

std::optional<Error> read_expiry(const Query& query, Claim& claim) {
  const auto values = query_values(query, "X-Amz-Expires");
  if (values.empty()) return std::nullopt;
  const std::string_view text = values.front();
  if (text.starts_with('-'))
    return incomplete("X-Amz-Expires must be non-negative", "negative X-Amz-Expires");
  if (!is_digits(text))
    return incomplete("X-Amz-Expires should be a number", "X-Amz-Expires is not a number");
  const auto seconds = parse_integer(text);
  if (!seconds || *seconds > longest_expiry) {
    return incomplete(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
        "less than 604800 seconds",
        "X-Amz-Expires is over a week");
  }
  claim.expires = seconds;
  return std::nullopt;
}

// A token may come once: two would let the one that is signed differ from the one that is read.
std::optional<Error> read_session_token(const RequestView& request, const Query& query, Claim& claim) {
  auto tokens = header_values(request, "X-Amz-Security-Token");
  if (claim.presigned) {
    const auto more = query_values(query, "X-Amz-Security-Token");
    tokens.insert(tokens.end(), more.begin(), more.end());
  }
  if (tokens.empty()) return std::nullopt;
  if (tokens.size() > 1) {
    return incomplete("Request contains more than one 'X-Amz-Security-Token'.", "two session tokens");
  }
  claim.session_token = std::string(tokens.front());
  return std::nullopt;
}

bool is_signature(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Result<Claim, Error> claim_of(const RequestView& request, const Query& query, const Parts& parts,
                              bool presigned) {
  Claim claim;
  claim.presigned = presigned;
  const auto date = parse_request_date(parts.date);
  if (!date) {
    return incomplete("Date must be in ISO-8601 'basic format'. Got '" + std::string(parts.date) +
                          "'. See http://en.wikipedia.org/wiki/ISO_8601",
                      "the request's date cannot be read");
  }
  claim.signed_at = *date;
  auto names = read_signed_headers(parts.signed_headers);
  if (!names) return std::move(names).error();
  claim.signed_headers = *std::move(names);
  if (parts.algorithm != algorithm) {
    return Error{Fault::unsupported_algorithm,
                 "Unsupported AWS 'algorithm': '" + std::string(parts.algorithm) +
                     "' (only AWS4-HMAC-SHA256 for now).",
                 "another algorithm", std::string(algorithm), std::string(parts.algorithm)};
  }
  if (auto refusal = read_credential(parts.credential, claim)) return *std::move(refusal);
  if (presigned) {
    if (auto refusal = read_expiry(query, claim)) return *std::move(refusal);
  }
  if (auto refusal = read_session_token(request, query, claim)) return *std::move(refusal);
  if (!is_signature(parts.signature)) {
    return Error{Fault::signature_mismatch,
                 std::string(mismatch_text),
                 "the signature is not 64 lower-case hex digits",
                 {},
                 {}};
  }
  claim.signature = parts.signature;
  return claim;
}

}  // namespace

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::missing_authentication:
      return "missing_authentication";
    case Fault::incomplete_signature:
      return "incomplete_signature";
    case Fault::unsupported_algorithm:
      return "unsupported_algorithm";
    case Fault::header_not_signed:
      return "header_not_signed";
    case Fault::date_mismatch:
      return "date_mismatch";
    case Fault::expired:
      return "expired";
    case Fault::not_yet_valid:
      return "not_yet_valid";
    case Fault::wrong_scope:
      return "wrong_scope";
    case Fault::signature_mismatch:
      return "signature_mismatch";
    case Fault::payload_mismatch:
      return "payload_mismatch";
  }
  return "unknown";
}

Result<Claim, Error> parse_claim(const RequestView& request) {
  const Query query = parse_query(request.query);
  const auto headers = header_values(request, "Authorization");
  const bool presigned = !query_values(query, "X-Amz-Algorithm").empty();
  if (presigned && !headers.empty()) {
    return incomplete(
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        "two ways of authentication in one request");
  }
  if (headers.size() > 1) {
    return incomplete("Request contains more than one 'Authorization' header.", "two Authorization headers");
  }
  if (!presigned && (headers.empty() || !headers.front().starts_with(authorization_scheme))) {
    return Error{
        Fault::missing_authentication,
        "Request is missing Authentication Token",
        headers.empty() ? "no Authorization header" : "the Authorization header is of another scheme",
        {},
        {}};
  }
  if (!query.well_formed) {
    return incomplete("Illegal hex character in escape % pattern: %", "a bad escape in the query");
  }
  // RFC 9112 §3.2 allows one Host: a second could be signed and the first served.
  if (header_values(request, "Host").size() > 1) {
    return incomplete("Request contains more than one 'Host' header.", "two Host headers");
  }
  const auto parts = presigned ? parts_of_query(query) : parts_of_header(request, headers.front());
  if (!parts) return parts.error();
  return claim_of(request, query, *parts, presigned);
}

std::optional<Error> check_scope(const Claim& claim, std::span<const std::string_view> regions,
                                 std::string_view service) {
  const bool region_fits = std::ranges::find(regions, claim.scope.region) != regions.end();
  const bool service_fits = claim.scope.service == service;
  if (region_fits && service_fits) return std::nullopt;
  std::string message;
  if (!region_fits)
    message = "Credential should be scoped to a valid region, not '" + claim.scope.region + "'.";
  if (!service_fits) {
    if (!message.empty()) message += ' ';
    message.append("Credential should be scoped to correct service: '").append(service).append("'.");
  }
  return Error{Fault::wrong_scope, std::move(message), "the credential scope names another region or service",
               std::string(service), claim.scope.region + '/' + claim.scope.service};
}

}  // namespace openirsa::sigv4
