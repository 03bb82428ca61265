#include "record/provider.h"

#include "base/text.h"
#include "record/form.h"

namespace openirsa::record {

std::string OpenIdConnectProvider::arn(std::string_view partition) const {
  return concatenate({"arn:", partition, ":iam::", account, ":oidc-provider/", url});
}

Result<OpenIdConnectProvider, RecordError> OpenIdConnectProvider::parse(std::string_view key,
                                                                        std::string_view text, const Vault&) {
  const Document document(text);
  Reader in(document);
  OpenIdConnectProvider provider{.account = in.text("account"),
                                 .url = in.text("url"),
                                 .client_ids = in.texts("client_ids"),
                                 .thumbprints = in.texts("thumbprints"),
                                 .created = in.time("created"),
                                 .tags = in.tags("tags"),
                                 .jwks = in.text_or_empty("jwks"),
                                 .authority_pem = in.text_or_empty("authority_pem")};
  if (!provider.jwks.empty()) {
    auto keys = token::JwkSet::parse(provider.jwks);
    if (keys)
      provider.key_set = std::make_shared<const token::JwkSet>(*std::move(keys));
    else if (keys.error().code == token::JwkFault::malformed)
      in.fail("jwks", "is not a key set: " + keys.error().message);
    else  // kept when the limits on keys were wider: such a set verifies nothing, and the store opens
      provider.key_set = std::make_shared<const token::JwkSet>(std::vector<token::Jwk>());
  }
  provider.claim_keys = {.audience = provider.url + ":aud",
                         .subject = provider.url + ":sub",
                         .authorized_party = provider.url + ":azp",
                         .original_audience = provider.url + ":oaud"};
  return in.finish(provider, key, provider_key(provider.account, provider.url));
}

std::string OpenIdConnectProvider::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.text("url", url);
  out.texts("client_ids", client_ids);
  out.texts("thumbprints", thumbprints);
  out.time("created", created);
  out.tags("tags", tags);
  // Absent when empty: earlier releases wrote neither.
  if (!jwks.empty()) out.text("jwks", jwks);
  if (!authority_pem.empty()) out.text("authority_pem", authority_pem);
  return out.finish_text(unknown);
}

}  // namespace openirsa::record
