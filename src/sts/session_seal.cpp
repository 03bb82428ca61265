#include "sts/session_seal.h"

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "record/identifier.h"
#include "record/key.h"
#include "sts/session_codec.h"

namespace openirsa::sts {
namespace {

constexpr char token_version = 2;
constexpr std::size_t ring_key_id_bytes = 4;  // the id's eight hex digits
constexpr std::size_t salt_bytes = 32;
constexpr std::size_t header_bytes = 2 + ring_key_id_bytes;
constexpr std::size_t tag_bytes = 16;
// Bytes of the plain form that session policies may fill: what the longer budget adds, before base64.
constexpr std::size_t packed_budget = (max_packed_token_bytes - max_plain_token_bytes) / 4 * 3;

std::string associated(std::string_view header, std::string_view account) {
  return concatenate({header, account});
}

crypto::Sha256 token_key(const record::RingKey& ring_key, std::string_view salt) {
  // A ring key is random throughout, so that RFC 5869 §3.3 spares the first half of HKDF.
  return crypto::hkdf_expand_sha256(ring_key.key.expose(), "openirsa session token v2", salt);
}

bool is_session_kind(char type) {
  return type >= static_cast<char>(SessionKind::web_identity) &&
         type <= static_cast<char>(SessionKind::federated_user);
}

}  // namespace

Result<Sealed, SealError> seal(const StatementView& statement, const record::RingKey& ring_key) {
  const std::size_t packed = packed_bytes(statement);
  const int percent = static_cast<int>((packed * 100 + packed_budget - 1) / packed_budget);
  if (packed > packed_budget) {
    return SealError{SealFault::too_large, "Packed policy consumes " + std::to_string(percent) +
                                               "% of allotted space, please use smaller policy"};
  }
  const auto ring_key_id = from_hex(ring_key.id);
  if (!ring_key_id || ring_key_id->size() != ring_key_id_bytes) {
    return SealError{SealFault::unknown_ring_key, "the ring key's id is not eight hex digits"};
  }
  const std::string salt = crypto::random_bytes(salt_bytes);
  std::string plain = encode(statement);
  std::string token;
  token.reserve(header_bytes + salt_bytes + plain.size() + tag_bytes);
  token.push_back(token_version);
  token.push_back(static_cast<char>(statement.kind));
  token += *ring_key_id;
  const std::string bound = associated(token, statement.account);
  token += salt;
  crypto::aead_append_once(token, as_view(token_key(ring_key, salt)), plain, bound);
  wipe(plain);
  std::string text = to_base64(token);
  const bool plain_one = packed == 0 && (statement.extras == nullptr || statement.extras->ancestors.empty());
  if (text.size() > (plain_one ? max_plain_token_bytes : max_packed_token_bytes)) {
    return SealError{SealFault::too_large,
                     "the session token would be " + std::to_string(text.size()) + " characters"};
  }
  return Sealed{std::move(text), percent};
}

Result<Statement, SealError> open(std::string_view token, std::string_view access_key_id,
                                  const store::Snapshot& snapshot) {
  if (token.size() > max_packed_token_bytes)
    return SealError{SealFault::malformed, "the session token is too long"};
  const auto bytes = from_base64(token);
  if (!bytes || bytes->size() < header_bytes + salt_bytes + tag_bytes || (*bytes)[0] != token_version ||
      !is_session_kind((*bytes)[1])) {
    return SealError{SealFault::malformed, "the session token is not one of this server's"};
  }
  const auto account = record::account_of_access_key(access_key_id);
  if (!account) return SealError{SealFault::malformed, "the access key id names no account"};
  const std::string_view view(*bytes);
  const std::string ring_key_id = to_hex(view.substr(2, ring_key_id_bytes));
  const auto* ring_key = record::find<record::RingKey>(snapshot, record::ring_key_key(ring_key_id));
  if (ring_key == nullptr) {
    return SealError{SealFault::unknown_ring_key, "the ring key " + ring_key_id + " is not kept here"};
  }
  const std::string_view salt = view.substr(header_bytes, salt_bytes);
  auto plain =
      crypto::aead_open_once(as_view(token_key(*ring_key, salt)), view.substr(header_bytes + salt_bytes),
                             associated(view.substr(0, header_bytes), *account));
  if (!plain) return SealError{SealFault::not_authentic, "the session token does not open with its ring key"};
  auto statement = decode(*plain);
  wipe(*plain);
  if (!statement) return SealError{SealFault::malformed, "the session token's statement cannot be read"};
  if (statement->access_key_id != access_key_id) {
    return SealError{SealFault::not_authentic, "the session token belongs to another access key"};
  }
  statement->account = *account;
  statement->kind = static_cast<SessionKind>((*bytes)[1]);
  return std::move(*statement);
}

const record::RingKey* newest_ring_key(const store::Snapshot& snapshot) {
  const record::RingKey* newest = nullptr;
  record::scan<record::RingKey>(snapshot, record::kind_prefix("-", "-", record::RingKey::kind), "",
                                [&](const record::RingKey& key) {
                                  if (newest == nullptr || key.created > newest->created) newest = &key;
                                  return true;
                                });
  return newest;
}

record::RingKey make_ring_key(Time now) {
  record::RingKey key;
  key.id = to_hex(crypto::random_bytes(ring_key_id_bytes));
  key.key = Secret(crypto::random_bytes(32));
  key.created = now;
  return key;
}

}  // namespace openirsa::sts
