#include "record/cluster.h"
#include "record/form.h"

namespace openirsa::record {
namespace {

// Where the public half is sealed. It is no secret: it is sealed because whoever can write to the database
// could otherwise put a key of his own here and be believed as this issuer (doc/decisions/0017). Not for the
// place of the private half, so that the two cannot be exchanged for each other.
std::string public_place(std::string_view record_key) {
  return std::string(record_key).append(1, '\0').append("public_key");
}

Result<token::Jwk, RecordError> parse_public(std::string_view text, std::string_view key_id) {
  const auto members = parse_json_object(text);
  if (!members) return RecordError{"is not a JSON Web Key: " + members.error().message};
  auto jwk = token::parse_jwk(*members);
  if (!jwk) return RecordError{"is not a JSON Web Key: " + jwk.error().message};
  if (jwk->key_id != key_id) return RecordError{"has another key id"};
  if (jwk->key.type() != crypto::KeyType::rsa) return RecordError{"is not an RSA key"};
  return *std::move(jwk);
}

token::Jwk published(const IssuerKey& key) {
  return {key.key_id, crypto::Algorithm::rs256, key.key.public_key()};
}

// As earlier releases wrote it: the public half is taken from the private one, now.
std::optional<KeyPair> read_private(Reader& item, const Vault& vault, std::string_view record_key) {
  const Secret pem = item.secret("private_key", vault, record_key);
  if (item.failed()) return std::nullopt;
  auto key = crypto::PrivateKey::from_pem(pem.expose());
  if (!key) {
    item.fail("private_key", "is not a private key: " + key.error().message);
    return std::nullopt;
  }
  if (key->type() != crypto::KeyType::rsa) {
    item.fail("private_key", "is not an RSA key");
    return std::nullopt;
  }
  return KeyPair(*std::move(key));
}

std::optional<KeyPair> read_pair(Reader& item, std::string_view key_id, const Vault& vault,
                                 std::string_view record_key) {
  if (!item.has("public_key")) return read_private(item, vault, record_key);
  const Secret text = item.secret("public_key", vault, public_place(record_key));
  std::string sealed = item.text("private_key");
  if (item.failed()) return std::nullopt;
  auto jwk = parse_public(text.expose(), key_id);
  if (!jwk) {
    item.fail("public_key", jwk.error().message);
    return std::nullopt;
  }
  return KeyPair(std::move(jwk->key), vault, record_key, std::move(sealed));
}

}  // namespace

void Issuer::derive_key_set() {
  std::vector<token::Jwk> set;
  set.reserve(keys.size());
  for (const IssuerKey& key : keys) set.push_back(published(key));
  key_set = std::make_shared<const token::JwkSet>(std::move(set));
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
    auto pair = read_pair(item, key_id, vault, key);
    const Time created = item.time("created");
    if (item.failed()) return;
    issuer.keys.push_back({std::move(key_id), *std::move(pair), created, item.unknown()});
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
    item.secret("public_key", Secret(json::serialize(token::to_json(published(issuer_key)))), vault,
                public_place(key));
    item.text("private_key", issuer_key.key.seal(vault, key));
    item.time("created", issuer_key.created);
    list.emplace_back(item.finish(issuer_key.unknown));
  }
  out.value("keys", std::move(list));
  return out.finish_text(unknown);
}

}  // namespace openirsa::record
