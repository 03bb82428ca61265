#include "sts/issue.h"

#include "base/time_text.h"
#include "record/identifier.h"

namespace openirsa::sts {

using wire::Code;
using wire::Step;

Result<Issued, wire::Error> issue(wire::Call& call, StatementView statement, std::int64_t duration) {
  const record::RingKey* ring_key = newest_ring_key(*call.snapshot);
  if (ring_key == nullptr) return wire::Error{Code::service_unavailable, "no session ring key is kept here"};
  Issued issued{.access_key_id = record::make_access_key_id("ASIA", statement.account),
                .secret_access_key = record::make_secret_access_key(),
                .token = {},
                .expires_at = seconds_of(call.now) + duration,
                .packed_percent = 0};
  statement.access_key_id = issued.access_key_id;
  statement.secret_access_key = issued.secret_access_key.expose();
  statement.issued_at = seconds_of(call.now);
  statement.milliseconds = call.now.time_since_epoch().count() - statement.issued_at * 1000;
  statement.expires_at = issued.expires_at;
  auto sealed = seal(statement, *ring_key);
  if (!sealed) {
    call.trace.fail(Step::session_policy_valid, "session_too_large", sealed.error().message);
    return wire::Error{Code::packed_policy_too_large, std::move(sealed).error().message};
  }
  call.trace.pass(Step::session_policy_valid);
  issued.token = std::move(sealed->token);
  issued.packed_percent = sealed->packed_percent;
  return issued;
}

void write_credentials(wire::Xml& xml, const Issued& issued) {
  xml.open("Credentials");
  xml.text("AccessKeyId", issued.access_key_id);
  xml.text("SecretAccessKey", issued.secret_access_key.expose());
  xml.text("SessionToken", issued.token);
  xml.text("Expiration", to_iso8601(time_of_seconds(issued.expires_at)));
  xml.close("Credentials");
}

void write_packed_size(wire::Xml& xml, const Issued& issued) {
  if (issued.packed_percent > 0) xml.number("PackedPolicySize", issued.packed_percent);
}

}  // namespace openirsa::sts
