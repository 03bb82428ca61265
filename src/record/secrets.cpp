#include "record/secrets.h"

#include "record/form.h"

namespace openirsa::record {

Result<RingKey, RecordError> RingKey::parse(std::string_view key, std::string_view text, const Vault& vault) {
  const Document document(text);
  Reader in(document);
  RingKey ring_key{.id = in.text("id"), .key = in.secret("key", vault, key), .created = in.time("created")};
  if (ring_key.key.expose().size() != 32) in.fail("key", "is not 32 bytes long");
  return in.finish(ring_key, key, ring_key_key(ring_key.id));
}

std::string RingKey::to_text(const Vault& vault, std::string_view record_key) const {
  Writer out = Writer::record();
  out.text("id", id);
  out.secret("key", key, vault, record_key);
  out.time("created", created);
  return out.finish_text(unknown);
}

Result<AuthorityRecord, RecordError> AuthorityRecord::parse(std::string_view key, std::string_view text,
                                                            const Vault& vault) {
  const Document document(text);
  Reader in(document);
  AuthorityRecord authority{.name = in.text("name"),
                            .certificate_pem = in.text("certificate_pem"),
                            .key_pem = in.secret("key_pem", vault, key),
                            .created = in.time("created")};
  return in.finish(authority, key, authority_key(authority.name));
}

std::string AuthorityRecord::to_text(const Vault& vault, std::string_view key) const {
  Writer out = Writer::record();
  out.text("name", name);
  out.text("certificate_pem", certificate_pem);
  out.secret("key_pem", key_pem, vault, key);
  out.time("created", created);
  return out.finish_text(unknown);
}

}  // namespace openirsa::record
