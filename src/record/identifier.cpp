#include "record/identifier.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"
#include "crypto/random.h"

namespace openirsa::record {
namespace {

constexpr std::string_view base32_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";  // RFC 4648 §6
constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// An access key id is four letters and 80 bits in base32. The first 48 bits are: one that marks ids which
// name their account, 40 with the account, 7 without meaning.
constexpr std::size_t prefix_length = 4;
constexpr std::size_t id_length = 20;
constexpr std::uint64_t names_account = 0x800000000000;
constexpr std::uint64_t account_bits = 0x7fffffffff80;
constexpr int account_shift = 7;
constexpr std::uint64_t accounts = 1'000'000'000'000;  // 12 decimal digits

}  // namespace

std::string make_account_id() {
  return crypto::random_text(1, "123456789") + crypto::random_text(11, "0123456789");
}

std::string make_unique_id(std::string_view prefix) {
  return std::string(prefix) + crypto::random_text(17, base32_letters);
}

std::string make_access_key_id(std::string_view prefix, std::string_view account) {
  if (account.size() != 12 || !is_digits(account)) throw std::logic_error("an account id is 12 digits");
  std::uint64_t bits = names_account | static_cast<std::uint64_t>(*parse_integer(account)) << account_shift;
  // Ten letters hold 50 bits: the 48 above and two of the rest, which the caller cannot tell from random.
  bits |= static_cast<std::uint8_t>(crypto::random_bytes(1)[0]) & 0x7fU;
  bits = bits << 2 | (static_cast<std::uint8_t>(crypto::random_bytes(1)[0]) & 3U);
  std::string letters;
  for (int shift = 45; shift >= 0; shift -= 5) letters.push_back(base32_letters[bits >> shift & 31]);
  return std::string(prefix) + letters + crypto::random_text(6, base32_letters);
}

std::optional<std::string> account_of_access_key(std::string_view access_key_id) {
  if (access_key_id.size() != id_length) return std::nullopt;
  std::uint64_t bits = 0;
  for (std::size_t i = prefix_length; i < id_length; ++i) {
    const std::size_t value = base32_letters.find(access_key_id[i]);
    if (value == std::string_view::npos) return std::nullopt;
    if (i < prefix_length + 10) bits = bits << 5 | value;
  }
  bits >>= 2;
  const std::uint64_t account = (bits & account_bits) >> account_shift;
  if ((bits & names_account) == 0 || account >= accounts) return std::nullopt;
  std::string digits = std::to_string(account);
  return digits.insert(0, 12 - digits.size(), '0');
}

Secret make_secret_access_key() { return Secret(crypto::random_text(40, base64_letters)); }

std::string make_issuer_id() { return to_upper_hex(crypto::random_bytes(16)); }

}  // namespace openirsa::record
