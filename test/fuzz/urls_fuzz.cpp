// Does libcurl, which connects, see in every URL that our guard takes the host that our guard sees? And do
// providers' URLs name one thing each? Input: a URL, a Location header, both on a line.
#include <curl/curl.h>

#include <algorithm>

#include "base/text.h"
#include "fuzz.h"
#include "http/outbound_url.h"
#include "iam/provider_url.h"
#include "issuer/discovery.h"

namespace {

using namespace openirsa;
using fuzz::require;
using http::OutboundUrl;

struct Seen {
  bool good = false;
  std::string host;
  std::string port;
  std::string target;
};

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

Seen curl_reads(const std::string& text) {
  CURLU* url = curl_url();
  Seen seen;
  seen.good = curl_url_set(url, CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) == CURLUE_OK;
  if (seen.good) {
    seen.host = to_lower(part_of(url, CURLUPART_HOST));
    if (seen.host.starts_with('[')) seen.host = seen.host.substr(1, seen.host.size() - 2);
    seen.port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    const std::string query = part_of(url, CURLUPART_QUERY);
    seen.target = part_of(url, CURLUPART_PATH) + (query.empty() ? "" : "?" + query);
    require(part_of(url, CURLUPART_USER).empty() && part_of(url, CURLUPART_FRAGMENT).empty(),
            "no user, no fragment");
    require(part_of(url, CURLUPART_SCHEME) == "https", "https alone");
  }
  curl_url_cleanup(url);
  return seen;
}

void check_taken(const OutboundUrl& url, const std::string& given) {
  for (const std::string& text : {given, url.text(), url.origin() + url.target}) {
    const Seen seen = curl_reads(text);
    require(seen.good, "libcurl reads what we take");
    // Addresses have several spellings; ours is the one that is connected to.
    const auto address = http::IpAddress::parse(seen.host);
    require(address ? url.address() == address : seen.host == url.host, "both see one host");
    require(seen.port == std::to_string(url.port), "and one port");
    std::string target = url.target;
    if (target.find('?') == target.size() - 1) target.pop_back();  // an empty query is none to libcurl
    require(seen.target == target, "and one path");
  }
  const auto again = OutboundUrl::parse(url.text());
  require(again && again->text() == url.text() && again->origin() == url.origin(), "a URL is read back");
  require(url.host.find_first_of("/@[]?#\\ ") == std::string::npos && !url.host.empty(), "a host is a host");
}

void check_provider(const std::string& text) {
  const auto name = iam::provider_name_of_url(text);
  if (!name) {
    require(!name.error().message.empty(), "a refusal has AWS's text");
    return;
  }
  const auto again = iam::provider_name_of_url("https://" + *name);
  require(again && *again == *name, "a provider's name is the name of its URL");
  const std::string host = name->substr(0, name->find('/'));
  require(name->starts_with(host) && !host.empty(), "its host stands first");
  require(name->find_first_of("?#@\\ ") == name->npos || name->find('@') != name->npos,
          "no query, no fragment");
  // What may be fetched is fetched from that host, at the port of https.
  const auto url = OutboundUrl::parse(issuer::discovery_url("https://" + *name));
  if (url)
    require(url->port == 443 && (url->host == to_lower(host) || url->address()),
            "keys come from the provider's host");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, size));
  const std::string text(lines.next());
  const std::string location(lines.next());
  if (!text.empty()) check_provider(text);
  const auto url = OutboundUrl::parse(text);
  if (!url) {
    require(!url.error().empty(), "a refusal says why");
    return 0;
  }
  check_taken(*url, text);
  const auto moved = url->resolve(location);
  if (!moved) return 0;
  check_taken(*moved, moved->text());
  if (location.find(':') == location.npos && !location.starts_with("//")) {
    require(moved->origin() == url->origin(), "a relative reference stays with its origin");
  }
  return 0;
}
