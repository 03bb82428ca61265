#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "base/time_text.h"
#include "crypto/digest.h"
#include "sigv4/request_parts.h"

// IAM User Guide, "Create a signed AWS API request", steps 1 to 3.
namespace openirsa::sigv4 {
namespace {

// As botocore does it: empty and `.` segments vanish, `..` takes one away, a final slash stays.
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  if (kept.empty() || path.ends_with('/')) out += '/';
  return out;
}

std::string canonical_path(std::string_view path, const Rules& rules) {
  if (path.empty()) return "/";
  const std::string chosen = rules.normalize_path ? normalized(path) : std::string(path);
  // The path on the wire is encoded already: encoding it as it stands is the second encoding.
  if (rules.double_encode_path) return percent_encode(chosen, true);
  return percent_encode(percent_decode(chosen).value_or(chosen), true);
}

bool is_left_out(const QueryItem& item, const Claim& claim, const Rules& rules) {
  if (!claim.presigned) return false;
  return item.name == "X-Amz-Signature" ||
         (item.name == "X-Amz-Security-Token" && !rules.session_token_signed);
}

// Sorted by encoded name, then by encoded value: sorting whole items would put `a-b=` before `a=`.
std::string canonical_query(const RequestView& request, const Claim& claim, const Rules& rules) {
  std::vector<std::pair<std::string, std::string>> items;
  for (const QueryItem& item : parse_query(request.query).items) {
    if (!is_left_out(item, claim, rules))
      items.emplace_back(percent_encode(item.name), percent_encode(item.value));
  }
  std::ranges::sort(items);
  std::string out;
  for (const auto& [name, value] : items) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

// Trimmed, and each run of blanks is one space. Line ends count as blanks for folded headers.
void append_collapsed(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  bool blank = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      blank = true;
      continue;
    }
    if (blank && out.size() > start) out += ' ';
    blank = false;
    out += c;
  }
}

void append_headers(std::string& out, const RequestView& request, const Claim& claim) {
  for (const std::string& name : claim.signed_headers) {
    out.append(name).append(":");
    bool first = true;
    for (const std::string_view value : header_values(request, name)) {
      if (!std::exchange(first, false)) out += ',';
      append_collapsed(out, value);
    }
    out += '\n';
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

std::string hmac(std::string_view key, std::string_view message) {
  return std::string(as_view(crypto::hmac_sha256(key, message)));
}

}  // namespace

std::string canonical_request(const RequestView& request, const Claim& claim, const Rules& rules) {
  std::string out(request.method);
  out.append("\n").append(canonical_path(request.path, rules));
  out.append("\n").append(canonical_query(request, claim, rules)).append("\n");
  append_headers(out, request, claim);
  out.append("\n").append(joined(claim.signed_headers));
  out.append("\n").append(to_hex(as_view(crypto::sha256(request.body))));
  return out;
}

std::string string_to_sign(const Claim& claim, std::string_view canonical_request) {
  std::string out(algorithm);
  out.append("\n").append(to_basic_iso8601(claim.signed_at));
  out.append("\n").append(scope_text(claim.scope));
  out.append("\n").append(to_hex(as_view(crypto::sha256(canonical_request))));
  return out;
}

SigningKey::SigningKey(const Secret& secret_access_key, const Scope& scope) : scope_(scope) {
  if (secret_access_key.empty()) return;
  std::string prefixed;
  prefixed.reserve(4 + secret_access_key.expose().size());  // growing would leave a copy of the secret behind
  prefixed.append("AWS4").append(secret_access_key.expose());
  const Secret start(std::move(prefixed));
  const Secret date(hmac(start.expose(), scope.date));
  const Secret region(hmac(date.expose(), scope.region));
  const Secret service(hmac(region.expose(), scope.service));
  bytes_ = Secret(hmac(service.expose(), terminator));
}

bool SigningKey::fits(const Scope& scope) const {
  return !bytes_.empty() && scope_.date == scope.date && scope_.region == scope.region &&
         scope_.service == scope.service;
}

std::string signature(std::string_view string_to_sign, const SigningKey& key) {
  return to_hex(hmac(key.bytes().expose(), string_to_sign));
}

std::string signature(const Claim& claim, std::string_view string_to_sign, const Secret& secret_access_key) {
  return signature(string_to_sign, SigningKey(secret_access_key, claim.scope));
}

}  // namespace openirsa::sigv4
