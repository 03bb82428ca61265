#include "issuer/endpoint.h"

#include <array>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "record/key.h"

namespace openirsa::issuer {
namespace {

constexpr std::string_view id_path = "/id/";
constexpr std::size_t id_length = 32;

// The discovery document never changes while the issuer lives. The key set does: five minutes is how late a
// verifier may learn of a new key, so whoever adds a key publishes it that much earlier than it signs.
constexpr std::string_view discovery_caching = "public, max-age=3600, must-revalidate";
constexpr std::string_view key_caching = "public, max-age=300, must-revalidate";
// An issuer that is absent now may be there in a moment: nobody should remember that it was not.
constexpr std::string_view no_caching = "no-store";

struct Page {
  std::string_view caching;
  std::string (*body)(const record::Issuer& issuer);
};

std::string about(const record::Issuer& issuer) {
  return json::serialize(json::object{{"issuer", issuer.url}});
}
std::string keys(const record::Issuer& issuer) { return issuer.key_set_text; }

// What stands at `rest`, the path after the id; null when nothing does. Spellings are exact: a second
// spelling of an address would be a second identity for whoever compares addresses.
const Page* find_page(std::string_view rest) {
  static constexpr std::array<std::pair<std::string_view, Page>, 3> pages{{
      {"", {discovery_caching, about}},
      {"/.well-known/openid-configuration", {discovery_caching, discovery_document}},
      {"/keys", {key_caching, keys}},
  }};
  for (const auto& [path, page] : pages) {
    if (path == rest) return &page;
  }
  return nullptr;
}

http::Response refuse(int status, std::string_view message) {
  http::Response response{.status = status, .headers = {}, .body = {}};
  response.headers.emplace_back("Content-Type", "application/json");
  response.headers.emplace_back("Cache-Control", no_caching);
  response.body =
      json::serialize(json::object{{"message", json::string_view(message.data(), message.size())}});
  return response;
}

std::string etag_of(std::string_view body) {
  return "\"" + to_hex(as_view(crypto::sha256(body)).substr(0, 16)) + "\"";
}

// RFC 9110 §13.1.2: any entity tag of the list, compared weakly, or `*`. Our own tags hold no comma.
bool knows(const http::Request& request, std::string_view etag) {
  for (const auto& [name, value] : request.headers) {
    if (!equal_ignoring_case(name, "If-None-Match")) continue;
    for (std::string_view tag : split(value, ',')) {
      tag = trim(tag);
      if (tag == "*") return true;
      if (tag.starts_with("W/")) tag.remove_prefix(2);
      if (tag == etag) return true;
    }
  }
  return false;
}

http::Response show(const http::Request& request, const Page& page, const record::Issuer& issuer) {
  http::Response response;
  response.body = page.body(issuer);
  std::string etag = etag_of(response.body);
  const bool known = knows(request, etag);
  response.headers.emplace_back("Content-Type", "application/json");
  response.headers.emplace_back("Cache-Control", page.caching);
  response.headers.emplace_back("ETag", std::move(etag));
  if (known) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace

std::string discovery_document(const record::Issuer& issuer) {
  return json::serialize(json::object{
      {"issuer", issuer.url},
      {"jwks_uri", issuer.url + "/keys"},
      {"authorization_endpoint", "urn:kubernetes:programmatic_authorization"},
      {"response_types_supported", json::array{"id_token"}},
      {"subject_types_supported", json::array{"public"}},
      {"claims_supported", json::array{"sub", "iss"}},
      {"id_token_signing_alg_values_supported", json::array{"RS256"}},
  });
}

http::Outcome Endpoint::handle(const http::Request& request) {
  const std::string_view path = request.path;
  if (!path.starts_with(id_path)) return refuse(404, "there is nothing at this address");
  const std::string_view id = path.substr(id_path.size(), id_length);
  const std::string_view rest = path.substr(id_path.size() + id.size());
  const Page* page = find_page(rest);
  if (page == nullptr) return refuse(404, "there is nothing at this address");
  const auto snapshot = mirror_.snapshot();
  const auto* issuer = record::find<record::Issuer>(*snapshot, record::issuer_key(id));
  // A deleted issuer looks as if it had never been there.
  if (issuer == nullptr || issuer->deleted) return refuse(404, "there is no issuer with this id");
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response response = refuse(405, "only GET and HEAD are answered here");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  return show(request, *page, *issuer);
}

}  // namespace openirsa::issuer
