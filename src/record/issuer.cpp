#include "record/cluster.h"
#include "record/form.h"

namespace openirsa::record {

void Issuer::derive_key_set() {
  std::vector<token::Jwk> published;
  published.reserve(keys.size());
  for (const IssuerKey& key : keys) {
    published.push_back({key.key_id, crypto::Algorithm::rs256, key.key.public_key()});
  }
  key_set = std::make_shared<const token::JwkSet>(std::move(published));
  key_set_text = key_set->to_text();
}

Result<Issuer, RecordError> Issuer::parse(std::string_view key, std::string_view text, const Vault& vault) {
  const Document document(text);
  Reader in(document);
  Issuer issuer{.id = in.text("id"),
                .url = in.text("url"),
                .account = in.text("account"),
                .region = in.text("region"),
                .cluster = in.text("cluster"),
                .deleted = in.flag("deleted"),
                .created = in.time("created")};
  in.each("keys", [&](Reader& item) {
    std::string key_id = item.text("key_id");
    const Secret pem = item.secret("private_key", vault, key);
    const Time created = item.time("created");
    if (item.failed()) return;
    auto private_key = crypto::PrivateKey::from_pem(pem.expose());
    if (!private_key) return item.fail("private_key", "is not a private key: " + private_key.error().message);
    if (private_key->type() != crypto::KeyType::rsa) return item.fail("private_key", "is not an RSA key");
    issuer.keys.push_back({std::move(key_id), std::move(*private_key), created, item.unknown()});
  });
  if (issuer.deleted && !issuer.keys.empty()) in.fail("keys", "holds private keys of a deleted issuer");
  issuer.derive_key_set();
  return in.finish(issuer, key, issuer_key(issuer.id));
}

std::string Issuer::to_text(const Vault& vault, std::string_view key) const {
  Writer out = Writer::record();
  out.text("id", id);
  out.text("url", url);
  out.text("account", account);
  out.text("region", region);
  out.text("cluster", deleted ? "" : cluster);
  out.flag("deleted", deleted);
  out.time("created", created);
  json::array list;
  for (const IssuerKey& issuer_key : keys) {
    if (deleted) break;
    Writer item;
    item.text("key_id", issuer_key.key_id);
    item.secret("private_key", issuer_key.key.to_pem(), vault, key);
    item.time("created", issuer_key.created);
    list.emplace_back(item.finish(issuer_key.unknown));
  }
  out.value("keys", std::move(list));
  return out.finish_text(unknown);
}

}  // namespace openirsa::record
