// Is a record of any kind, once read, written so that it is read as the same record? Input: its key on the
// first line and its text behind it, as in test/fixtures.
#include <algorithm>
#include <array>

#include "fuzz.h"
#include "record/cluster.h"
#include "record/identity.h"
#include "record/key.h"
#include "record/policies.h"
#include "record/provider.h"
#include "record/role.h"
#include "record/secrets.h"

namespace {

using namespace openirsa;
using fuzz::require;
using record::RecordError;
using record::Vault;

const Vault& vault() {
  static const Vault made(Secret("openirsa fixture master key v1!!"));
  return made;
}

// Secrets are sealed anew each time they are written: the same text, or two seals of one secret.
bool alike(const json::value& a, const json::value& b, std::string_view key) {
  if (a.kind() != b.kind()) return false;
  if (a.is_array()) {
    return std::ranges::equal(a.get_array(), b.get_array(),
                              [&](const json::value& x, const json::value& y) { return alike(x, y, key); });
  }
  if (a.is_object()) {
    const json::object& other = b.get_object();
    return a.get_object().size() == other.size() &&
           std::ranges::all_of(a.get_object(), [&](const auto& member) {
             const json::value* found = other.if_contains(member.key());
             return found != nullptr && alike(member.value(), *found, key);
           });
  }
  if (a == b || !a.is_string()) return a == b || a.is_double();
  // An issuer's public half is sealed for a place of its own.
  for (const std::string& place : {std::string(key), std::string(key).append(1, '\0').append("public_key")}) {
    const auto x = vault().open(place, std::string_view(a.get_string()));
    const auto y = vault().open(place, std::string_view(b.get_string()));
    if (x && y) return x->equals(y->expose());
  }
  return false;
}

template <class R>
void check(std::string_view key, std::string_view text) {
  const auto read = R::parse(key, text, vault());
  require(read || !read.error().message.empty(), "a refusal says why");
  if (!read) return;
  const std::string first = read->to_text(vault(), key);
  const auto again = R::parse(key, first, vault());
  require(bool(again), "what was written is read");
  const std::string second = again->to_text(vault(), key);
  const auto a = parse_json(first, {.depth = 128});  // as deep as records are read
  const auto b = parse_json(second, {.depth = 128});
  require(a && b && alike(*a, *b, key), "a record that was written and read is the same");
  const std::string elsewhere = std::string(key) + "x";
  require(!R::parse(elsewhere, text, vault()), "a record lies under its own key alone");
}

struct Kind {
  std::string_view name;
  void (*check)(std::string_view key, std::string_view text);
};
template <class... R>
constexpr auto kinds_of() {
  return std::array{Kind{R::kind, check<R>}...};
}
constexpr auto kinds =
    kinds_of<record::Account, record::User, record::AccessKey, record::Role, record::ManagedPolicy,
             record::OpenIdConnectProvider, record::Cluster, record::Issuer, record::RingKey,
             record::AuthorityRecord, record::ServerIdentity>();

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, size));
  const std::string_view key = lines.next();
  const auto kind = std::ranges::find(kinds, record::kind_of(key), &Kind::name);
  if (kind != kinds.end()) kind->check(key, lines.rest());
  std::string complaint;
  const auto decode =
      record::make_decoder(vault(), [&](std::string_view, std::string_view why) { complaint = why; });
  require((decode(key, std::string(lines.rest())) != nullptr) == complaint.empty(),
          "a record is decoded or complained of");
  return 0;
}
