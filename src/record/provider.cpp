#include "record/provider.h"

#include "record/form.h"

namespace openirsa::record {

std::string OpenIdConnectProvider::arn(std::string_view partition) const {
  return "arn:" + std::string(partition) + ":iam::" + account + ":oidc-provider/" + url;
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
                                 .tags = in.tags("tags")};
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
  return out.finish_text(unknown);
}

}  // namespace openirsa::record
