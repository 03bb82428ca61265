// Does a session token open exactly when it should? Tokens are made here as session_seal.h describes their
// form, on the primitives of src/crypto alone. Input: the first line says what the rest is: `t` the token's
// text; `d` the plain form of a statement; `p` the same, sealed and opened; `s` a statement as lines, which
// our own seal() seals; a number behind the letter changes one bit of the bytes that arrive.
#include <openssl/sha.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "fuzz.h"
#include "record/identifier.h"
#include "record/key.h"
#include "sts/session_codec.h"
#include "sts/session_seal.h"

namespace {

using namespace openirsa;
using fuzz::require;

const std::string account = "111122223333";
const std::string access_key_id = "ASIARTX3GSDSVJABCDEF";

struct World {
  record::Vault vault{Secret(std::string(32, 'k'))};
  record::RingKey ring_key{
      .id = "0a1b2c3d", .key = Secret(std::string(32, 'r')), .created = time_of_seconds(1795521600)};
  std::unique_ptr<store::Mirror> mirror;

  World() {
    auto started = store::Mirror::start(
        store::make_memory_store(), record::make_decoder(vault, [](std::string_view, std::string_view) {}));
    mirror = *std::move(started);
    const std::string key = record::ring_key_key(ring_key.id);
    store::Commit commit;
    commit.puts.push_back({key, ring_key.to_text(vault, key)});
    require(bool(mirror->commit(commit)), "the ring key is stored");
    const auto* newest = sts::newest_ring_key(*mirror->snapshot());
    require(newest != nullptr && newest->id == ring_key.id, "and is the newest");
    record::RingKey odd = sts::make_ring_key(time_of_seconds(1795521600));
    odd.id = "x";
    require(!sts::seal({}, odd), "a ring key has an id of eight digits");
  }
};
const World& world() {
  static const World made;
  return made;
}

// RFC 4648 §6, and what stands in an id: a bit that marks it, then forty with the account.
std::optional<std::string> naive_account(std::string_view id) {
  std::string bits;
  for (const char c : id.substr(std::min<std::size_t>(4, id.size()))) {
    const std::size_t letter = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").find(c);
    if (letter == std::string_view::npos) return std::nullopt;
    for (int bit = 4; bit >= 0; --bit) bits += (letter >> bit & 1) != 0 ? '1' : '0';
  }
  if (bits.size() != 80 || bits[0] != '1') return std::nullopt;
  std::string digits = std::to_string(std::stoull(bits.substr(1, 40), nullptr, 2));
  if (digits.size() > 12) return std::nullopt;
  return std::string(12 - digits.size(), '0') + digits;
}

std::string naive_token(std::string_view plain) {
  const std::string head{'\x02', '\x01', '\x0a', '\x1b', '\x2c', '\x3d'};
  const std::string salt(32, 's');
  const auto key = crypto::hkdf_expand_sha256(world().ring_key.key.expose(),
                                              concatenate({"openirsa session token v2", salt}));
  return head + salt + crypto::aead_seal_once(as_view(key), plain, head + account);
}

auto open(std::string_view bytes) {
  return sts::open(to_base64(bytes), access_key_id, *world().mirror->snapshot());
}

void check_decoded(std::string_view plain) {
  const auto statement = sts::decode(plain);
  if (!statement) return;
  const std::string written = sts::encode(*statement);
  require(written.size() <= plain.size(), "a statement is written as short as can be");
  const auto again = sts::decode(written);
  require(again && sts::encode(*again) == written, "a statement is read back");
  require(sts::packed_bytes(*statement) <= written.size(), "policies are a part of it");
}

void check_sealed_plain(std::string_view plain) {
  if (plain.size() > 3000) return;
  const auto statement = sts::decode(plain);
  const auto opened = open(naive_token(plain));
  require(bool(opened) == (statement && statement->access_key_id == access_key_id),
          "what the key sealed opens when it is a statement of this access key");
  if (opened)
    require(sts::encode(*opened) == sts::encode(*statement) && opened->account == account, "and is that");
}

sts::Statement statement_of(fuzz::Lines& lines) {
  sts::Statement statement;
  statement.account = account;
  statement.access_key_id = access_key_id;
  statement.secret_access_key = Secret(std::string(lines.next()));
  for (std::string* text :
       {&statement.role_id, &statement.role_name, &statement.session_name, &statement.provider_arn,
        &statement.issuer, &statement.key_id, &statement.cluster_arn, &statement.policy}) {
    *text = lines.next();
  }
  statement.issued_at = 1795521600;
  statement.expires_at = statement.issued_at + static_cast<std::int64_t>(statement.policy.size()) * 7;
  while (!lines.ended() && statement.policies.size() < 12) {
    std::string arn(lines.next());
    statement.policies.push_back({std::move(arn), std::string(lines.next())});
  }
  return statement;
}

void check_seal(fuzz::Lines& lines, std::size_t bit) {
  const sts::Statement statement = statement_of(lines);
  const auto sealed = sts::seal(statement, world().ring_key);
  if (!sealed) {
    require(sealed.error().code == sts::SealFault::too_large, "only size is refused");
    return;
  }
  const bool packed = !statement.policy.empty() || !statement.policies.empty();
  require(sealed->token.size() <= (packed ? sts::max_packed_token_bytes : sts::max_plain_token_bytes),
          "tokens are short");
  require((sealed->packed_percent > 0) == packed && sealed->packed_percent <= 100,
          "a policy takes its share");
  std::string bytes = *from_base64(sealed->token);
  const auto opened = open(bytes);
  require(opened && sts::encode(*opened) == sts::encode(statement),
          "a sealed session opens to what was sealed");
  require(!sts::open(sealed->token, "ASIA", *world().mirror->snapshot()), "an access key names an account");
  require(!sts::open(sealed->token, "ASIARTX3GSDSVJABCDEG", *world().mirror->snapshot()),
          "for its access key alone");
  char& byte = bytes[bit / 8 % bytes.size()];
  byte = static_cast<char>(byte ^ (1 << bit % 8));
  require(!open(bytes), "and with no bit changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, size));
  const std::string_view how = lines.next();
  if (how.empty()) return 0;
  const auto bit = static_cast<std::size_t>(parse_integer(how.substr(1)).value_or(0) & 0xFFFF);
  require(record::account_of_access_key(how) == naive_account(how), "an access key names its account");
  switch (how.front()) {
    case 't':
      require(!sts::open(lines.rest(), access_key_id, *world().mirror->snapshot()), "nobody guesses a token");
      break;
    case 'd':
      check_decoded(lines.rest());
      break;
    case 'p':
      check_sealed_plain(lines.rest());
      break;
    case 's':
      check_seal(lines, bit);
      break;
    default:
      break;
  }
  return 0;
}
