// A second implementation of AWS Signature Version 4, written from the IAM User Guide ("Create a signed AWS
// API request") and the promises of sigv4.h as plainly as can be: maps, copies, OpenSSL's one-shot calls.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace openirsa::fuzz {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Strings = std::vector<std::string>;

struct NaiveRequest {
  std::string method;
  std::string path;
  std::string query;
  Pairs headers;
  std::string body;
};

struct NaiveClaim {
  bool presigned = false;
  std::string date;
  std::string scope;  // date/region/service/aws4_request
  Strings names;
  std::string signature;
  std::int64_t signed_at = 0;
  std::optional<std::int64_t> expires;
};

inline std::string naive_hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) / 16];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) % 16];
  }
  return out;
}

inline std::string naive_sha256(const std::string& text) {
  unsigned char digest[32];
  EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha256(), nullptr);
  return naive_hex({reinterpret_cast<char*>(digest), 32});
}

inline std::string naive_hmac(const std::string& key, const std::string& text) {
  unsigned char digest[32];
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, nullptr);
  return {reinterpret_cast<char*>(digest), 32};
}

inline std::string naive_lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

inline Strings naive_split(const std::string& text, char by) {
  Strings parts(1);
  for (const char c : text) {
    if (c == by)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

inline std::string naive_trim(std::string text) {
  while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.erase(0, 1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  return text;
}

inline std::string naive_uri_encode(const std::string& text, const std::string& kept) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       (c != '\0' && kept.find(c) != std::string::npos);
    char escape[4];
    (void)std::snprintf(escape, sizeof escape, "%%%02X",
                        static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += plain ? std::string(1, c) : escape;
  }
  return out;
}

// Names and values, decoded; nothing when an escape is bad.
inline std::optional<Pairs> naive_query(const std::string& query) {
  bool good = true;
  const auto decode = [&](const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '%') {
        out += text[i] == '+' ? ' ' : text[i];
        continue;
      }
      const std::string pair = text.substr(i + 1, 2);
      if (pair.size() != 2 || pair.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
        good = false;
        return text;
      }
      out += static_cast<char>(std::stoi(pair, nullptr, 16));
      i += 2;
    }
    return out;
  };
  Pairs items;
  for (const std::string& piece : naive_split(query, '&')) {
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    std::string name = decode(piece.substr(0, equals));
    items.emplace_back(std::move(name), decode(piece.substr(std::min(equals + 1, piece.size()))));
  }
  if (!good) return std::nullopt;
  return items;
}

inline Strings values_of(const Pairs& pairs, const std::string& name, bool any_case) {
  Strings values;
  for (const auto& [key, value] : pairs) {
    if (any_case ? naive_lower(key) == naive_lower(name) : key == name)
      values.push_back(any_case ? naive_trim(value) : value);
  }
  return values;
}

inline std::string naive_canonical_path(const std::string& path) {
  Strings kept;
  for (const std::string& part : naive_split(path, '/')) {
    if (part == ".." && !kept.empty()) kept.pop_back();
    if (!part.empty() && part != "." && part != "..") kept.push_back(part);
  }
  std::string out;
  for (const std::string& part : kept) out += "/" + part;
  if (out.empty() || path.back() == '/') out += "/";
  return naive_uri_encode(out, "-._~/");
}

inline std::string naive_canonical_request(const NaiveRequest& request, const NaiveClaim& claim) {
  std::multimap<std::string, std::string> sorted;
  for (const auto& [name, value] : naive_query(request.query).value_or(Pairs{})) {
    if (claim.presigned && name == "X-Amz-Signature") continue;
    sorted.emplace(naive_uri_encode(name, "-._~"), naive_uri_encode(value, "-._~"));
  }
  // Equal names are sorted by value.
  std::vector<std::pair<std::string, std::string>> items(sorted.begin(), sorted.end());
  std::ranges::sort(items);
  std::string query;
  for (const auto& [name, value] : items) query += (query.empty() ? "" : "&") + name + "=" + value;
  std::string headers;
  std::string names;
  for (const std::string& name : claim.names) {
    std::string joined;
    bool first = true;
    for (const std::string& value : values_of(request.headers, name, true)) {
      std::string collapsed;
      for (const char c : value) {
        const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!blank)
          collapsed += c;
        else if (!collapsed.empty() && collapsed.back() != ' ')
          collapsed += ' ';
      }
      while (collapsed.ends_with(' ')) collapsed.pop_back();
      joined += (first ? "" : ",") + collapsed;
      first = false;
    }
    headers += name + ":" + joined + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  return request.method + "\n" + (request.path.empty() ? "/" : naive_canonical_path(request.path)) + "\n" +
         query + "\n" + headers + "\n" + names + "\n" + naive_sha256(request.body);
}

inline std::string naive_string_to_sign(const NaiveClaim& claim, const std::string& canonical) {
  return "AWS4-HMAC-SHA256\n" + claim.date + "\n" + claim.scope + "\n" + naive_sha256(canonical);
}

inline std::string naive_signature(const NaiveClaim& claim, const std::string& secret,
                                   const std::string& text) {
  std::string key = "AWS4" + secret;
  for (const std::string& part : naive_split(claim.scope, '/')) key = naive_hmac(key, part);
  return naive_hex(naive_hmac(key, text));
}

// X-Amz-Date's form, or the one form of RFC 9110 §5.6.7 that clients make.
inline std::optional<std::int64_t> naive_date(const std::string& text) {
  if (text.find('\0') != std::string::npos) return std::nullopt;
  for (const char* form : {"%Y%m%dT%H%M%SZ", "%a, %d %b %Y %H:%M:%S GMT"}) {
    std::tm parts{};
    if (strptime(text.c_str(), form, &parts) == nullptr) continue;
    const std::time_t seconds = timegm(&parts);
    std::tm again{};
    gmtime_r(&seconds, &again);
    char written[64];
    // Lenient readers are made strict by writing again what they read.
    if (std::strftime(written, sizeof written, form, &again) == 0 || text != written) continue;
    return seconds;
  }
  return std::nullopt;
}

// The claim of a request; nothing when there is none that may be verified.
inline std::optional<NaiveClaim> naive_claim(const NaiveRequest& request) {
  const auto query = naive_query(request.query);
  if (!query) return std::nullopt;
  const Strings authorization = values_of(request.headers, "authorization", true);
  NaiveClaim claim;
  claim.presigned = !values_of(*query, "X-Amz-Algorithm", false).empty();
  if (claim.presigned ? !authorization.empty() : authorization.size() != 1) return std::nullopt;
  if (values_of(request.headers, "host", true).size() > 1) return std::nullopt;

  std::map<std::string, Strings> parts;
  if (claim.presigned) {
    for (const auto& [name, value] : *query) {
      if (name.starts_with("X-Amz-")) parts[name.substr(6)].push_back(value);
    }
  } else {
    const std::string& text = authorization.front();
    const std::size_t blank = std::min(text.find(' '), text.size());
    parts["Algorithm"] = {text.substr(0, blank)};
    for (const std::string& piece : naive_split(text.substr(std::min(blank + 1, text.size())), ',')) {
      const std::string trimmed = naive_trim(piece);
      if (trimmed.empty()) continue;
      const std::size_t equals = trimmed.find('=');
      if (equals == std::string::npos) return std::nullopt;
      const std::string name = trimmed.substr(0, equals);
      if (name == "Credential" || name == "SignedHeaders" || name == "Signature")
        parts[name].push_back(trimmed.substr(equals + 1));
    }
    parts["Date"] = values_of(request.headers, "x-amz-date", true);
    if (parts["Date"].empty()) parts["Date"] = values_of(request.headers, "date", true);
  }
  for (const char* name : {"Algorithm", "Credential", "SignedHeaders", "Signature", "Date"}) {
    if (parts[name].size() != 1 || parts[name][0].empty()) return std::nullopt;
  }
  if (parts["Algorithm"][0] != "AWS4-HMAC-SHA256") return std::nullopt;

  const auto date = naive_date(parts["Date"][0]);
  if (!date) return std::nullopt;
  claim.signed_at = *date;
  char written[32];
  std::tm fields{};
  gmtime_r(&*date, &fields);
  (void)std::strftime(written, sizeof written, "%Y%m%dT%H%M%SZ", &fields);
  claim.date = written;

  std::set<std::string> seen;
  for (const std::string& name : naive_split(parts["SignedHeaders"][0], ';')) {
    claim.names.push_back(naive_lower(name));
    if (name.empty() || !seen.insert(naive_lower(name)).second) return std::nullopt;
  }
  if (!seen.contains("host")) return std::nullopt;

  const Strings credential = naive_split(parts["Credential"][0], '/');
  if (credential.size() != 5 || credential[4] != "aws4_request") return std::nullopt;
  if (credential[1] != claim.date.substr(0, 8)) return std::nullopt;
  claim.scope = credential[1] + "/" + credential[2] + "/" + credential[3] + "/" + credential[4];

  if (claim.presigned && !parts["Expires"].empty()) {
    const std::string text = parts["Expires"][0];
    if (parts["Expires"].size() > 1 || text.empty() ||
        text.find_first_not_of("0123456789") != std::string::npos)
      return std::nullopt;
    const std::string digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
    if (digits.size() > 6 || std::stoi("0" + digits) > 604800) return std::nullopt;
    claim.expires = std::stoi("0" + digits);
  }
  const std::size_t tokens = values_of(request.headers, "x-amz-security-token", true).size() +
                             (claim.presigned ? parts["Security-Token"].size() : 0);
  if (tokens > 1) return std::nullopt;
  claim.signature = parts["Signature"][0];
  if (claim.signature.size() != 64 ||
      claim.signature.find_first_not_of("0123456789abcdef") != std::string::npos)
    return std::nullopt;
  return claim;
}

inline bool naive_verifies(const NaiveRequest& request, const NaiveClaim& claim, const std::string& secret,
                           std::int64_t now) {
  const std::int64_t window = claim.presigned ? claim.expires.value_or(300) : 300;
  if (claim.signed_at > now + 300 || claim.signed_at < now - window) return false;
  const auto is_signed = [&](const std::string& name) { return std::ranges::count(claim.names, name) != 0; };
  for (const auto& [name, value] : request.headers) {
    const std::string lower = naive_lower(name);
    const bool free = claim.presigned && lower == "x-amz-user-agent";
    if (lower.starts_with("x-amz-") && !free && !is_signed(lower)) return false;
  }
  for (const std::string& name : claim.names) {
    if (values_of(request.headers, name, true).empty()) return false;
  }
  const Strings hash = values_of(request.headers, "x-amz-content-sha256", true);
  if (!hash.empty() && (hash.size() > 1 || hash[0] != naive_sha256(request.body))) return false;
  const std::string text = naive_string_to_sign(claim, naive_canonical_request(request, claim));
  return naive_signature(claim, secret, text) == claim.signature;
}

}  // namespace openirsa::fuzz
