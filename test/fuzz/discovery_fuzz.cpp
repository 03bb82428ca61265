// Is a discovery document taken exactly when a second reading of OpenID Connect Discovery 1.0 §3 and §4.3
// takes it? Input: the issuer on the first line, the document behind it.
#include <algorithm>

#include "base/text.h"
#include "fuzz.h"
#include "issuer/discovery.h"
#include "naive_jose.h"

namespace {

using namespace openirsa;
using fuzz::require;
using fuzz::Second;

bool is_list(const Second& document, const char* name) {
  return document.contains(name) && document[name].is_array() && !document[name].empty() &&
         std::ranges::all_of(document[name], [](const Second& one) { return one.is_string(); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, size));
  const std::string issuer(lines.next());
  const auto keys = issuer::parse_discovery(lines.rest(), issuer);
  require(keys || (!keys.error().message.empty() && keys.error().message.size() < 1000 &&
                   is_utf8(keys.error().message)),
          "a refusal is a line that can be shown");
  const std::string url = issuer::discovery_url(issuer);
  require(url.ends_with("/.well-known/openid-configuration") && url.size() >= issuer.size(),
          "below the issuer");
  const auto [document, fractional] = fuzz::naive_object(lines.rest(), 64);
  if (fractional) return 0;
  bool good = document && document->contains("issuer") && (*document)["issuer"] == Second(issuer) &&
              document->contains("jwks_uri") && (*document)["jwks_uri"].is_string();
  for (const char* name :
       {"response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"}) {
    good = good && is_list(*document, name);
  }
  if (!good) {
    require(!keys, "a document without what §3 requires is refused");
    return 0;
  }
  const std::string& address = (*document)["jwks_uri"].get_ref<const std::string&>();
  const bool https = address.starts_with("https://") && address.size() <= 2048 &&
                     std::ranges::all_of(address, [](char c) { return c > 0x20 && c < 0x7f; });
  require(bool(keys) == https, "keys lie under https");
  require(!keys || *keys == address, "where the document says");
  return 0;
}
