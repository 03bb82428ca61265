#include "record/revocation.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "record/form.h"

namespace openirsa::record {
namespace {

constexpr std::array<std::string_view, 7> subject_kinds{
    revocable::role,    revocable::user,        revocable::provider,  revocable::issuer,
    revocable::cluster, revocable::signing_key, revocable::access_key};

}  // namespace

Result<Revocation, RecordError> Revocation::parse(std::string_view key, std::string_view text, const Vault&) {
  const Document document(text);
  Reader in(document);
  Revocation revocation{.account = in.text("account"),
                        .subject_kind = in.text("subject_kind"),
                        .subject = in.text("subject"),
                        .until = in.time("until"),
                        .created = in.time("created"),
                        .author = in.text("author")};
  if (!in.failed() && std::ranges::find(subject_kinds, revocation.subject_kind) == subject_kinds.end())
    in.fail("subject_kind", "is not a kind of subject that this release knows");
  return in.finish(revocation, key,
                   revocation_key(revocation.account, revocation.subject_kind, revocation.subject));
}

std::string Revocation::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.text("subject_kind", subject_kind);
  out.text("subject", subject);
  out.time("until", until);
  out.time("created", created);
  out.text("author", author);
  return out.finish_text(unknown);
}

std::string signing_key_subject(std::string_view issuer, std::string_view key_id) {
  return concatenate({issuer, " ", key_id});
}

}  // namespace openirsa::record
